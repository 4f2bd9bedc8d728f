package main

import (
	"context"
	"net/http"
	"time"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azcertificates"
	certificatesfake "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azcertificates/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
	keysfake "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	secretsfake "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets/fake"
)

// What one request is for. The names and versions that Microsoft's patterns find are not used: they take NAME/VERSION for a name.
type asked struct {
	version *version
	// Of the same name, oldest first.
	all      []*version
	settings settings
}

func openKeys(a asked) transport {
	return keysfake.NewServerTransport(&keysfake.Server{GetKey: a.getKey, Sign: a.sign, NewListKeyPropertiesVersionsPager: a.listVersions})
}

func openCertificates(a asked) transport {
	return certificatesfake.NewServerTransport(&certificatesfake.Server{GetCertificate: a.getCertificate})
}

func openSecrets(a asked) transport {
	return secretsfake.NewServerTransport(&secretsfake.Server{GetSecret: a.getSecret})
}

func (a asked) id(collection string) string {
	return a.settings.id(collection, a.version.name, a.version.id)
}

func (a asked) getKey(context.Context, string, string, *azkeys.GetKeyOptions) (r azfake.Responder[azkeys.GetKeyResponse], e azfake.ErrorResponder) {
	bundle := azkeys.KeyBundle{Key: a.settings.jwk(a.version), Attributes: keyAttributes(a.version), Managed: a.version.managed()}
	r.SetResponse(http.StatusOK, azkeys.GetKeyResponse{KeyBundle: bundle}, nil)
	return
}

func (a asked) listVersions(string, *azkeys.ListKeyPropertiesVersionsOptions) (r azfake.PagerResponder[azkeys.ListKeyPropertiesVersionsResponse]) {
	page := azkeys.ListKeyPropertiesVersionsResponse{}
	for _, v := range a.all {
		kid := azkeys.ID(a.settings.id("keys", v.name, v.id))
		page.Value = append(page.Value, &azkeys.KeyProperties{KID: &kid, Attributes: keyAttributes(v), Managed: v.managed()})
	}
	r.AddPage(http.StatusOK, page, nil)
	return
}

func (a asked) sign(_ context.Context, _, _ string, wish azkeys.SignParameters, _ *azkeys.SignOptions) (r azfake.Responder[azkeys.SignResponse], e azfake.ErrorResponder) {
	if wish.Algorithm == nil {
		e.SetError(badParameter("Property alg is missing."))
		return
	}
	signature, err := sign(a.version, *wish.Algorithm, wish.Value, time.Now())
	if err != nil {
		e.SetError(err)
		return
	}
	result := azkeys.KeyOperationResult{KID: to.Ptr(azkeys.ID(a.id("keys"))), Result: signature}
	r.SetResponse(http.StatusOK, azkeys.SignResponse{KeyOperationResult: result}, nil)
	return
}

func (a asked) getCertificate(context.Context, string, string, *azcertificates.GetCertificateOptions) (r azfake.Responder[azcertificates.GetCertificateResponse], e azfake.ErrorResponder) {
	life := a.version.life
	certificate := azcertificates.Certificate{
		CER: a.version.leaf,
		ID:  to.Ptr(azcertificates.ID(a.id("certificates"))),
		KID: to.Ptr(azcertificates.ID(a.id("keys"))),
		SID: to.Ptr(azcertificates.ID(a.id("secrets"))),
		Attributes: &azcertificates.CertificateAttributes{Enabled: to.Ptr(life.enabled()), NotBefore: life.NotBefore, Expires: life.Expires,
			Created: &a.version.created, Updated: &a.version.created},
	}
	r.SetResponse(http.StatusOK, azcertificates.GetCertificateResponse{Certificate: certificate}, nil)
	return
}

func (a asked) getSecret(context.Context, string, string, *azsecrets.GetSecretOptions) (r azfake.Responder[azsecrets.GetSecretResponse], e azfake.ErrorResponder) {
	if !a.version.life.enabled() {
		e.SetError(forbidden("Operation get is not allowed on a disabled secret.", "SecretDisabled"))
		return
	}
	found := azsecrets.Secret{
		ID:          to.Ptr(azsecrets.ID(a.id("secrets"))),
		KID:         to.Ptr(azsecrets.ID(a.id("keys"))),
		ContentType: &a.version.secret.ContentType,
		Value:       &a.version.secret.Value,
		Managed:     to.Ptr(true),
		Attributes:  &azsecrets.SecretAttributes{Enabled: to.Ptr(true), Created: &a.version.created, Updated: &a.version.created},
	}
	r.SetResponse(http.StatusOK, azsecrets.GetSecretResponse{Secret: found}, nil)
	return
}

func keyAttributes(v *version) *azkeys.KeyAttributes {
	return &azkeys.KeyAttributes{Enabled: to.Ptr(v.life.enabled()), NotBefore: v.life.NotBefore, Expires: v.life.Expires, Created: &v.created, Updated: &v.created}
}

// True for the key behind a certificate, absent for others.
func (v *version) managed() *bool {
	if v.leaf == nil {
		return nil
	}
	return to.Ptr(true)
}
