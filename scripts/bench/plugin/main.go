// The yardstick: a plugin as Go programmers write one, on notation-plugin-framework-go and the AWS SDK for Go.
// A key id that begins with awskms:/// is signed by KMS; any other is the path of a PEM PKCS#8 key.
// The chain is read from the file that cert_chain names, or from K.crt beside K.key.
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/notaryproject/notation-plugin-framework-go/cli"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

const awsPrefix = "awskms:///"

type algorithm struct {
	keySpec plugin.KeySpec
	signing plugin.SignatureAlgorithm
	hash    crypto.Hash
	aws     types.SigningAlgorithmSpec
}

var rsaAlgorithms = map[int]algorithm{
	2048: {plugin.KeySpecRSA2048, plugin.SignatureAlgorithmRSASSA_PSS_SHA256, crypto.SHA256, types.SigningAlgorithmSpecRsassaPssSha256},
	3072: {plugin.KeySpecRSA3072, plugin.SignatureAlgorithmRSASSA_PSS_SHA384, crypto.SHA384, types.SigningAlgorithmSpecRsassaPssSha384},
	4096: {plugin.KeySpecRSA4096, plugin.SignatureAlgorithmRSASSA_PSS_SHA512, crypto.SHA512, types.SigningAlgorithmSpecRsassaPssSha512},
}

var ecAlgorithms = map[int]algorithm{
	256: {plugin.KeySpecEC256, plugin.SignatureAlgorithmECDSA_SHA256, crypto.SHA256, types.SigningAlgorithmSpecEcdsaSha256},
	384: {plugin.KeySpecEC384, plugin.SignatureAlgorithmECDSA_SHA384, crypto.SHA384, types.SigningAlgorithmSpecEcdsaSha384},
	521: {plugin.KeySpecEC521, plugin.SignatureAlgorithmECDSA_SHA512, crypto.SHA512, types.SigningAlgorithmSpecEcdsaSha512},
}

type bench struct{}

func main() {
	program, err := cli.New(bench{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program.Execute(context.Background(), os.Args)
}

func (bench) GetMetadata(context.Context, *plugin.GetMetadataRequest) (*plugin.GetMetadataResponse, error) {
	return &plugin.GetMetadataResponse{
		Name:                      "bench",
		Description:               "Signs with a key in AWS KMS or in a file",
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
	return &plugin.DescribeKeyResponse{KeyID: req.KeyID, KeySpec: row.keySpec}, nil
}

func (bench) GenerateSignature(ctx context.Context, req *plugin.GenerateSignatureRequest) (*plugin.GenerateSignatureResponse, error) {
	chain, row, err := openChain(req.KeyID, req.PluginConfig)
	if err != nil {
		return nil, plugin.NewValidationError(err.Error())
	}
	hasher := row.hash.New()
	hasher.Write(req.Payload)
	signature, err := sign(ctx, req.KeyID, row, hasher.Sum(nil), chain[0])
	if err != nil {
		return nil, plugin.NewGenericError(err.Error())
	}
	raw := make([][]byte, len(chain))
	for i, certificate := range chain {
		raw[i] = certificate.Raw
	}
	return &plugin.GenerateSignatureResponse{KeyID: req.KeyID, Signature: signature, SigningAlgorithm: row.signing, CertificateChain: raw}, nil
}

func (bench) GenerateEnvelope(context.Context, *plugin.GenerateEnvelopeRequest) (*plugin.GenerateEnvelopeResponse, error) {
	return nil, plugin.NewUnsupportedError("generate-envelope")
}

func (bench) VerifySignature(context.Context, *plugin.VerifySignatureRequest) (*plugin.VerifySignatureResponse, error) {
	return nil, plugin.NewUnsupportedError("verify-signature")
}

func sign(ctx context.Context, keyID string, row algorithm, digest []byte, leaf *x509.Certificate) ([]byte, error) {
	if strings.HasPrefix(keyID, awsPrefix) {
		return signWithKMS(ctx, strings.TrimPrefix(keyID, awsPrefix), row, digest, leaf)
	}
	return signWithFile(keyID, row, digest, leaf)
}

func signWithKMS(ctx context.Context, keyID string, row algorithm, digest []byte, leaf *x509.Certificate) ([]byte, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := kms.NewFromConfig(settings).Sign(ctx, &kms.SignInput{
		KeyId: aws.String(keyID), Message: digest, MessageType: types.MessageTypeDigest, SigningAlgorithm: row.aws,
	})
	if err != nil {
		return nil, err
	}
	public, isEC := leaf.PublicKey.(*ecdsa.PublicKey)
	if !isEC {
		return answer.Signature, nil
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(answer.Signature, &pair); err != nil {
		return nil, err
	}
	return fixedWidth(public, pair.R, pair.S), nil
}

func signWithFile(path string, row algorithm, digest []byte, leaf *x509.Certificate) ([]byte, error) {
	key, err := readKey(path)
	if err != nil {
		return nil, err
	}
	switch private := key.(type) {
	case *rsa.PrivateKey:
		if !private.PublicKey.Equal(leaf.PublicKey) {
			return nil, fmt.Errorf("%s: the key is not the certificate's", path)
		}
		return rsa.SignPSS(rand.Reader, private, row.hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case *ecdsa.PrivateKey:
		if !private.PublicKey.Equal(leaf.PublicKey) {
			return nil, fmt.Errorf("%s: the key is not the certificate's", path)
		}
		r, s, err := ecdsa.Sign(rand.Reader, private, digest)
		if err != nil {
			return nil, err
		}
		return fixedWidth(&private.PublicKey, r, s), nil
	default:
		return nil, fmt.Errorf("%s: expected an RSA or EC key, found %T", path, key)
	}
}

func fixedWidth(public *ecdsa.PublicKey, r, s *big.Int) []byte {
	width := (public.Curve.Params().BitSize + 7) / 8
	signature := make([]byte, 2*width)
	r.FillBytes(signature[:width])
	s.FillBytes(signature[width:])
	return signature
}

func readKey(path string) (any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: expected a PEM block, found none", path)
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}

// The chain of a key, and what its leaf signs with.
func openChain(keyID string, config map[string]string) ([]*x509.Certificate, algorithm, error) {
	chain, err := readChain(keyID, config)
	if err != nil {
		return nil, algorithm{}, err
	}
	row, err := algorithmOf(chain[0])
	return chain, row, err
}

func readChain(keyID string, options map[string]string) ([]*x509.Certificate, error) {
	path := options["cert_chain"]
	if path == "" {
		path = strings.TrimSuffix(keyID, ".key") + ".crt"
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("%s: expected certificates, found none", path)
	}
	return chain, nil
}

func algorithmOf(certificate *x509.Certificate) (algorithm, error) {
	switch public := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		if row, found := rsaAlgorithms[public.N.BitLen()]; found {
			return row, nil
		}
	case *ecdsa.PublicKey:
		if row, found := ecAlgorithms[public.Curve.Params().BitSize]; found {
			return row, nil
		}
	}
	return algorithm{}, fmt.Errorf("certificate %s: expected RSA-2048/3072/4096 or EC-256/384/521", certificate.Subject)
}
