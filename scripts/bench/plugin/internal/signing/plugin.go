// Package signing is what both yardsticks share: a plugin as Go programmers write one, on notation-plugin-framework-go, which signs with a
// key service or with a file. The services are in programs of their own, so that neither has to start with the other's code.
package signing

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"github.com/notaryproject/notation-plugin-framework-go/cli"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

// Service is a key service.
type Service struct {
	// What its key ids begin with. Any other key id is the path of a PEM PKCS#8 key.
	Prefix string
	// Signs a digest: PSS with the hash's length of salt, or r and s of fixed width.
	Sign func(context.Context, Order) ([]byte, error)
}

// Order is one digest to sign.
type Order struct {
	// Without the prefix.
	KeyID     string
	Algorithm Algorithm
	Digest    []byte
	Leaf      *x509.Certificate
	Config    map[string]string
}

// Run is the whole program.
func Run(service Service) {
	program, err := cli.New(bench{service})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program.Execute(context.Background(), os.Args)
}

type bench struct{ service Service }

func (bench) GetMetadata(context.Context, *plugin.GetMetadataRequest) (*plugin.GetMetadataResponse, error) {
	return &plugin.GetMetadataResponse{
		Name:                      "bench",
		Description:               "Signs with a key in a key service or in a file",
		Version:                   "1.0.0",
		URL:                       "https://notaryproject.dev",
		SupportedContractVersions: []string{plugin.ContractVersion},
		Capabilities:              []plugin.Capability{plugin.CapabilitySignatureGenerator},
	}, nil
}

func (bench) DescribeKey(_ context.Context, req *plugin.DescribeKeyRequest) (*plugin.DescribeKeyResponse, error) {
	_, row, err := openChain(req.KeyID, req.PluginConfig)
	if err != nil {
		return nil, plugin.NewValidationError(err.Error())
	}
	return &plugin.DescribeKeyResponse{KeyID: req.KeyID, KeySpec: row.KeySpec}, nil
}

func (b bench) GenerateSignature(ctx context.Context, req *plugin.GenerateSignatureRequest) (*plugin.GenerateSignatureResponse, error) {
	chain, row, err := openChain(req.KeyID, req.PluginConfig)
	if err != nil {
		return nil, plugin.NewValidationError(err.Error())
	}
	hasher := row.Hash.New()
	hasher.Write(req.Payload)
	signature, err := b.sign(ctx, Order{req.KeyID, row, hasher.Sum(nil), chain[0], req.PluginConfig})
	if err != nil {
		return nil, plugin.NewGenericError(err.Error())
	}
	raw := make([][]byte, len(chain))
	for i, certificate := range chain {
		raw[i] = certificate.Raw
	}
	return &plugin.GenerateSignatureResponse{KeyID: req.KeyID, Signature: signature, SigningAlgorithm: row.Signing, CertificateChain: raw}, nil
}

func (bench) GenerateEnvelope(context.Context, *plugin.GenerateEnvelopeRequest) (*plugin.GenerateEnvelopeResponse, error) {
	return nil, plugin.NewUnsupportedError("generate-envelope")
}

func (bench) VerifySignature(context.Context, *plugin.VerifySignatureRequest) (*plugin.VerifySignatureResponse, error) {
	return nil, plugin.NewUnsupportedError("verify-signature")
}

func (b bench) sign(ctx context.Context, order Order) ([]byte, error) {
	key, inService := strings.CutPrefix(order.KeyID, b.service.Prefix)
	if !inService {
		return signWithFile(order)
	}
	order.KeyID = key
	return b.service.Sign(ctx, order)
}
