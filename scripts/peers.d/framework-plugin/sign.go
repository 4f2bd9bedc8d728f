package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	_ "github.com/notaryproject/notation-core-go/signature/cose"
	_ "github.com/notaryproject/notation-core-go/signature/jws"
	nx509 "github.com/notaryproject/notation-core-go/x509"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

// A keyPair is a key in its file, and the chain beside it.
type keyPair struct {
	key   crypto.PrivateKey
	chain []*x509.Certificate
	spec  signature.KeySpec
}

func open(keyID string) (*keyPair, error) {
	key, err := nx509.ReadPrivateKeyFile(keyID)
	if err != nil {
		return nil, plugin.NewValidationErrorf("key %s: %v", keyID, err)
	}
	chain, err := nx509.ReadCertificateFile(strings.TrimSuffix(keyID, ".key") + ".crt")
	if err != nil {
		return nil, plugin.NewValidationErrorf("chain of %s: %v", keyID, err)
	}
	spec, err := signature.ExtractKeySpec(chain[0])
	if err != nil {
		return nil, plugin.NewValidationErrorf("key %s: %v", keyID, err)
	}
	return &keyPair{key, chain, spec}, nil
}

func (framework) DescribeKey(_ context.Context, request *plugin.DescribeKeyRequest) (*plugin.DescribeKeyResponse, error) {
	pair, err := open(request.KeyID)
	if err != nil {
		return nil, err
	}
	kind := map[signature.KeyType]string{signature.KeyTypeRSA: "RSA", signature.KeyTypeEC: "EC"}[pair.spec.Type]
	response := &plugin.DescribeKeyResponse{KeyID: request.KeyID, KeySpec: plugin.KeySpec(fmt.Sprintf("%s-%d", kind, pair.spec.Size))}
	return response, spoilKey(request.PluginConfig["fault"], response)
}

var hashes = map[plugin.HashAlgorithm]crypto.Hash{
	plugin.HashAlgorithmSHA256: crypto.SHA256,
	plugin.HashAlgorithmSHA384: crypto.SHA384,
	plugin.HashAlgorithmSHA512: crypto.SHA512,
}

func (framework) GenerateSignature(_ context.Context, request *plugin.GenerateSignatureRequest) (*plugin.GenerateSignatureResponse, error) {
	pair, err := open(request.KeyID)
	if err != nil {
		return nil, err
	}
	bytes, err := pair.sign(request.Payload, hashes[request.Hash])
	if err != nil {
		return nil, err
	}
	family := map[signature.KeyType]string{signature.KeyTypeRSA: "RSASSA-PSS", signature.KeyTypeEC: "ECDSA"}[pair.spec.Type]
	response := &plugin.GenerateSignatureResponse{
		KeyID:            request.KeyID,
		Signature:        bytes,
		SigningAlgorithm: plugin.SignatureAlgorithm(family + "-" + string(request.Hash)),
	}
	for _, certificate := range pair.chain {
		response.CertificateChain = append(response.CertificateChain, certificate.Raw)
	}
	return response, spoilSignature(request.PluginConfig["fault"], response, pair, request)
}

func (pair *keyPair) sign(message []byte, hash crypto.Hash) ([]byte, error) {
	h := hash.New()
	h.Write(message)
	switch key := pair.key.(type) {
	case *rsa.PrivateKey:
		return rsa.SignPSS(rand.Reader, key, hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, h.Sum(nil))
		if err != nil {
			return nil, err
		}
		return fixedWidth(r, s, (key.Params().BitSize+7)/8), nil
	default:
		return nil, plugin.NewValidationErrorf("key of an unknown kind %T", key)
	}
}

func fixedWidth(r, s *big.Int, width int) []byte {
	bytes := make([]byte, 2*width)
	r.FillBytes(bytes[:width])
	s.FillBytes(bytes[width:])
	return bytes
}

func (framework) GenerateEnvelope(_ context.Context, request *plugin.GenerateEnvelopeRequest) (*plugin.GenerateEnvelopeResponse, error) {
	pair, err := open(request.KeyID)
	if err != nil {
		return nil, err
	}
	signer, err := signature.NewLocalSigner(pair.chain, pair.key)
	if err != nil {
		return nil, err
	}
	envelope, err := signature.NewEnvelope(request.SignatureEnvelopeType)
	if err != nil {
		return nil, plugin.NewUnsupportedError(request.SignatureEnvelopeType)
	}
	now := time.Now().Truncate(time.Second)
	wish := &signature.SignRequest{
		Payload:                  signature.Payload{ContentType: request.PayloadType, Content: request.Payload},
		Signer:                   signer,
		SigningTime:              now,
		ExtendedSignedAttributes: attributesOf(request.PluginConfig),
		SigningAgent:             "framework-plugin/1.0.0",
		SigningScheme:            signature.SigningSchemeX509,
	}
	if request.ExpiryDurationInSeconds > 0 {
		wish.Expiry = now.Add(time.Duration(request.ExpiryDurationInSeconds) * time.Second)
	}
	if err := spoilEnvelope(request.PluginConfig["fault"], wish); err != nil {
		return nil, err
	}
	bytes, err := envelope.Sign(wish)
	if err != nil {
		return nil, err
	}
	response := &plugin.GenerateEnvelopeResponse{SignatureEnvelope: bytes, SignatureEnvelopeType: request.SignatureEnvelopeType}
	if note := request.PluginConfig["note"]; note != "" {
		response.Annotations = map[string]string{"note": note}
	}
	return response, spoilAnswer(request.PluginConfig["fault"], response)
}

func attributesOf(config map[string]string) []signature.Attribute {
	var attributes []signature.Attribute
	add := func(key, value string) {
		if value != "" {
			attributes = append(attributes, signature.Attribute{Key: key, Critical: true, Value: value})
		}
	}
	name, version, _ := strings.Cut(config["demand"], "@")
	add("io.cncf.notary.verificationPlugin", name)
	add("io.cncf.notary.verificationPluginMinVersion", version)
	if key := config["attribute"]; key != "" {
		add(key, "x")
	}
	return attributes
}
