package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azcertificates"
	certificatesfake "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azcertificates/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
	keysfake "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	secretsfake "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets/fake"
)

// One operation of the service: how its requests look, what it needs, and Microsoft's transport that reads and writes its JSON.
type route struct {
	method string
	// Captures the name and, where there is one, the version.
	path       *regexp.Regexp
	operation  string
	permission string
	kind       string
	missing    string
	transport  interface {
		Do(*http.Request) (*http.Response, error)
	}
}

type versionKey struct{}

// Microsoft's patterns are greedy and take NAME/VERSION for a name, so the version is found by ours and handed on in the context.
func versionOf(ctx context.Context) *version { return ctx.Value(versionKey{}).(*version) }

func routesOf(s settings) []route {
	keys := keysfake.NewServerTransport(&keysfake.Server{GetKey: s.getKey, Sign: s.sign})
	routes := []route{
		{"POST", regexp.MustCompile(`^/keys/([^/]+)(?:/([^/]*))?/sign$`), "Client.Sign", "keys/sign", "key", "KeyNotFound", keys},
		{"GET", regexp.MustCompile(`^/keys/([^/]+)(?:/([^/]*))?$`), "Client.GetKey", "keys/get", "key", "KeyNotFound", keys},
	}
	if s.hsm {
		return routes
	}
	certificates := certificatesfake.NewServerTransport(&certificatesfake.Server{GetCertificate: s.getCertificate})
	secrets := secretsfake.NewServerTransport(&secretsfake.Server{GetSecret: s.getSecret})
	return append(routes,
		route{"GET", regexp.MustCompile(`^/certificates/([^/]+)(?:/([^/]*))?$`), "Client.GetCertificate", "certificates/get", "certificate", "CertificateNotFound", certificates},
		route{"GET", regexp.MustCompile(`^/secrets/([^/]+)(?:/([^/]*))?$`), "Client.GetSecret", "secrets/get", "secret", "SecretNotFound", secrets})
}

func (s *server) data() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused := s.answer(w, r); refused != nil {
			refused.write(w)
		}
	})
}

// In the order of the service: who asks, how often, what for, whether it may.
func (s *server) answer(w http.ResponseWriter, r *http.Request) *refusal {
	caller, refused := s.callers.authenticate(r, s.settings)
	if refused != nil {
		return refused
	}
	defer s.objects.tick()
	if refused := s.throttle.check(r); refused != nil {
		return refused
	}
	if r.URL.Query().Get("api-version") == "" {
		return badParameter("api-version must be specified")
	}
	for _, route := range s.routes {
		if match := route.path.FindStringSubmatch(r.URL.Path); match != nil && route.method == r.Method {
			return s.serve(w, r, route, caller, match[1], match[2])
		}
	}
	return &refusal{status: http.StatusNotFound, code: "NotFound", text: "No route for " + r.Method + " " + r.URL.Path}
}

func (s *server) serve(w http.ResponseWriter, r *http.Request, route route, caller *caller, name, id string) *refusal {
	if refused := caller.check(route.permission, name, s.settings); refused != nil {
		return refused
	}
	found := s.objects.find(name, id)
	if found == nil || !found.has(route.kind) {
		return notFound(route.missing, route.kind, join(name, id))
	}
	ctx := context.WithValue(r.Context(), runtime.CtxAPINameKey{}, route.operation)
	response, err := route.transport.Do(r.WithContext(context.WithValue(ctx, versionKey{}, found)))
	if err != nil {
		return refusalOf(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
	return nil
}

func refusalOf(err error) *refusal {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused
	}
	return badParameter(err.Error())
}

func (v *version) has(kind string) bool {
	switch kind {
	case "certificate":
		return v.leaf != nil
	case "secret":
		return v.secret != nil
	}
	return true
}

func join(name, id string) string {
	if id == "" {
		return name
	}
	return name + "/" + id
}

func (s settings) getKey(ctx context.Context, _, _ string, _ *azkeys.GetKeyOptions) (r azfake.Responder[azkeys.GetKeyResponse], e azfake.ErrorResponder) {
	v := versionOf(ctx)
	attributes := &azkeys.KeyAttributes{Enabled: to.Ptr(v.life.enabled()), NotBefore: v.life.NotBefore, Expires: v.life.Expires, Created: &v.created, Updated: &v.created}
	bundle := azkeys.KeyBundle{Key: s.jwk(v), Attributes: attributes}
	if v.leaf != nil {
		bundle.Managed = to.Ptr(true)
	}
	r.SetResponse(http.StatusOK, azkeys.GetKeyResponse{KeyBundle: bundle}, nil)
	return
}

func (s settings) sign(ctx context.Context, _, _ string, asked azkeys.SignParameters, _ *azkeys.SignOptions) (r azfake.Responder[azkeys.SignResponse], e azfake.ErrorResponder) {
	v := versionOf(ctx)
	if asked.Algorithm == nil {
		e.SetError(badParameter("Property alg is missing."))
		return
	}
	signature, err := sign(v, *asked.Algorithm, asked.Value, time.Now())
	if err != nil {
		e.SetError(err)
		return
	}
	kid := azkeys.ID(s.id("keys", v.name, v.id))
	r.SetResponse(http.StatusOK, azkeys.SignResponse{KeyOperationResult: azkeys.KeyOperationResult{KID: &kid, Result: signature}}, nil)
	return
}

func (s settings) getCertificate(ctx context.Context, _, _ string, _ *azcertificates.GetCertificateOptions) (r azfake.Responder[azcertificates.GetCertificateResponse], e azfake.ErrorResponder) {
	v := versionOf(ctx)
	attributes := &azcertificates.CertificateAttributes{Enabled: to.Ptr(v.life.enabled()), NotBefore: v.life.NotBefore, Expires: v.life.Expires, Created: &v.created, Updated: &v.created}
	certificate := azcertificates.Certificate{
		CER:        v.leaf,
		ID:         to.Ptr(azcertificates.ID(s.id("certificates", v.name, v.id))),
		KID:        to.Ptr(azcertificates.ID(s.id("keys", v.name, v.id))),
		SID:        to.Ptr(azcertificates.ID(s.id("secrets", v.name, v.id))),
		Attributes: attributes,
	}
	r.SetResponse(http.StatusOK, azcertificates.GetCertificateResponse{Certificate: certificate}, nil)
	return
}

func (s settings) getSecret(ctx context.Context, _, _ string, _ *azsecrets.GetSecretOptions) (r azfake.Responder[azsecrets.GetSecretResponse], e azfake.ErrorResponder) {
	v := versionOf(ctx)
	if !v.life.enabled() {
		e.SetError(forbidden("Operation get is not allowed on a disabled secret.", "SecretDisabled"))
		return
	}
	found := azsecrets.Secret{
		ID:          to.Ptr(azsecrets.ID(s.id("secrets", v.name, v.id))),
		KID:         to.Ptr(azsecrets.ID(s.id("keys", v.name, v.id))),
		ContentType: &v.secret.ContentType,
		Value:       &v.secret.Value,
		Managed:     to.Ptr(true),
		Attributes:  &azsecrets.SecretAttributes{Enabled: to.Ptr(true), Created: &v.created, Updated: &v.created},
	}
	r.SetResponse(http.StatusOK, azsecrets.GetSecretResponse{Secret: found}, nil)
	return
}
