package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// One operation of the service: how its requests look, and what it needs.
type route struct {
	method string
	// Captures the name and, where there is one, the version.
	path       *regexp.Regexp
	operation  string
	permission string
	missing    string
	open       func(asked) transport
}

// Microsoft's reader and writer of the JSON of one kind of object.
type transport interface {
	Do(*http.Request) (*http.Response, error)
}

// The first match counts.
var routes = []route{
	{"POST", objectPath("keys", "/sign"), "Client.Sign", "keys/sign", "KeyNotFound", openKeys},
	{"GET", regexp.MustCompile(`^/keys/([^/]+)/versions$`), "Client.NewListKeyPropertiesVersionsPager", "keys/list", "KeyNotFound", openKeys},
	{"GET", objectPath("keys", ""), "Client.GetKey", "keys/get", "KeyNotFound", openKeys},
	{"GET", objectPath("certificates", ""), "Client.GetCertificate", "certificates/get", "CertificateNotFound", openCertificates},
	{"GET", objectPath("secrets", ""), "Client.GetSecret", "secrets/get", "SecretNotFound", openSecrets},
}

func objectPath(collection, end string) *regexp.Regexp {
	return regexp.MustCompile("^/" + collection + "/([^/]+)(?:/([^/]*))?" + end + "$")
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
	settings := s.settings.of(r)
	caller, refused := s.callers.authenticate(r, settings)
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
	for _, route := range routes {
		if match := route.path.FindStringSubmatch(r.URL.Path); match != nil && route.method == r.Method {
			name, id := match[1], append(match, "")[2] // no version where the path has none
			if refused := caller.check(route.permission, name, settings); refused != nil {
				return refused
			}
			return s.serve(w, r, route, name, id)
		}
	}
	return &refusal{status: http.StatusNotFound, code: "NotFound", text: "No route for " + r.Method + " " + r.URL.Path}
}

func (s *server) serve(w http.ResponseWriter, r *http.Request, route route, name, id string) *refusal {
	kind, _, _ := strings.Cut(route.permission, "s/")
	found := s.objects.find(name, id)
	if found == nil || !found.has(kind) {
		return notFound(route.missing, kind, join(name, id))
	}
	wish := asked{version: found, all: s.objects.all(name), settings: s.settings.of(r)}
	response, err := route.open(wish).Do(r.WithContext(context.WithValue(r.Context(), runtime.CtxAPINameKey{}, route.operation)))
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
