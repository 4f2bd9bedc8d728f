package main

import (
	"context"
	"crypto/x509"
	"slices"

	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

// VerifySignature trusts the identities "*", "cn:<common name of the leaf>" and "x509.subject:<subject of the leaf>".
func (framework) VerifySignature(_ context.Context, request *plugin.VerifySignatureRequest) (*plugin.VerifySignatureResponse, error) {
	leaf, err := x509.ParseCertificate(request.Signature.CertificateChain[0])
	if err != nil {
		return nil, plugin.NewValidationErrorf("leaf: %v", err)
	}
	response := &plugin.VerifySignatureResponse{VerificationResults: map[plugin.Capability]*plugin.VerificationResult{}}
	for _, check := range request.TrustPolicy.SignatureVerification {
		response.VerificationResults[check] = judge(check, leaf, request)
	}
	for _, name := range list(request.PluginConfig["processes"]) {
		response.ProcessedAttributes = append(response.ProcessedAttributes, name)
	}
	return response, spoilVerdict(request.PluginConfig["fault"], response)
}

func judge(check plugin.Capability, leaf *x509.Certificate, request *plugin.VerifySignatureRequest) *plugin.VerificationResult {
	if check == plugin.CapabilityRevocationCheckVerifier {
		if request.PluginConfig["revoked"] == leaf.Subject.CommonName {
			return &plugin.VerificationResult{Reason: leaf.Subject.CommonName + " is on the plugin's own list"}
		}
		return &plugin.VerificationResult{Success: true}
	}
	for _, known := range []string{"*", "cn:" + leaf.Subject.CommonName, "x509.subject:" + leaf.Subject.String()} {
		if slices.Contains(request.TrustPolicy.TrustedIdentities, known) {
			return &plugin.VerificationResult{Success: true, Reason: known}
		}
	}
	return &plugin.VerificationResult{Reason: "nobody knows " + leaf.Subject.CommonName}
}
