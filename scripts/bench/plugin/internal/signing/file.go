package signing

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

func signWithFile(order Order) ([]byte, error) {
	path, row, leaf := order.KeyID, order.Algorithm, order.Leaf
	key, err := readKey(path)
	if err != nil {
		return nil, err
	}
	switch private := key.(type) {
	case *rsa.PrivateKey:
		if !private.PublicKey.Equal(leaf.PublicKey) {
			return nil, fmt.Errorf("%s: the key is not the certificate's", path)
		}
		return rsa.SignPSS(rand.Reader, private, row.Hash, order.Digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case *ecdsa.PrivateKey:
		if !private.PublicKey.Equal(leaf.PublicKey) {
			return nil, fmt.Errorf("%s: the key is not the certificate's", path)
		}
		r, s, err := ecdsa.Sign(rand.Reader, private, order.Digest)
		if err != nil {
			return nil, err
		}
		return FixedWidth(&private.PublicKey, r, s), nil
	default:
		return nil, fmt.Errorf("%s: expected an RSA or EC key, found %T", path, key)
	}
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

// The chain of a key, from the file that cert_chain names or from K.crt beside K.key, and what its leaf signs with.
func openChain(keyID string, config map[string]string) ([]*x509.Certificate, Algorithm, error) {
	chain, err := readChain(keyID, config)
	if err != nil {
		return nil, Algorithm{}, err
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
