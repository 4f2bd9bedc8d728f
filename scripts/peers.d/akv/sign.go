package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // crypto.SHA256
	_ "crypto/sha512" // crypto.SHA384, crypto.SHA512
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

var hashes = map[azkeys.SignatureAlgorithm]crypto.Hash{
	"PS256": crypto.SHA256, "PS384": crypto.SHA384, "PS512": crypto.SHA512,
	"RS256": crypto.SHA256, "RS384": crypto.SHA384, "RS512": crypto.SHA512,
	"ES256": crypto.SHA256, "ES384": crypto.SHA384, "ES512": crypto.SHA512,
}

// The only algorithm of each curve.
var curves = map[azkeys.SignatureAlgorithm]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

func sign(v *version, algorithm azkeys.SignatureAlgorithm, digest []byte, now time.Time) ([]byte, error) {
	if err := checkUsable(v, now); err != nil {
		return nil, err
	}
	hash, known := hashes[algorithm]
	if !known || !fits(v, algorithm) {
		return nil, badParameter(fmt.Sprintf("Key and signing algorithm are incompatible. Key %s, and algorithm '%s'.", describe(v), algorithm))
	}
	if len(digest) != hash.Size() {
		return nil, badParameter(fmt.Sprintf("Invalid length of 'value': %d bytes. %s requires %d bytes, encoded with base64url.", len(digest), algorithm, hash.Size()))
	}
	switch key := v.key.(type) {
	case *rsa.PrivateKey:
		return signRSA(key, algorithm, hash, digest)
	case *ecdsa.PrivateKey:
		return signEC(key, digest)
	}
	return nil, badParameter("The key cannot sign.")
}

func fits(v *version, algorithm azkeys.SignatureAlgorithm) bool {
	switch key := v.key.(type) {
	case *rsa.PrivateKey:
		return !strings.HasPrefix(string(algorithm), "ES")
	case *ecdsa.PrivateKey:
		return curves[algorithm] == key.Curve.Params().Name
	}
	return false
}

func describe(v *version) string {
	if key, ok := v.key.(*ecdsa.PrivateKey); ok {
		return fmt.Sprintf("is of type 'EC' with curve '%s'", key.Curve.Params().Name)
	}
	if _, ok := v.key.(*rsa.PrivateKey); ok {
		return "is of type 'RSA'"
	}
	return fmt.Sprintf("is of type '%s'", *v.public.Kty)
}

func signRSA(key *rsa.PrivateKey, algorithm azkeys.SignatureAlgorithm, hash crypto.Hash, digest []byte) ([]byte, error) {
	if strings.HasPrefix(string(algorithm), "RS") {
		return rsa.SignPKCS1v15(rand.Reader, key, hash, digest)
	}
	return rsa.SignPSS(rand.Reader, key, hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
}

// r and s one after the other, each as wide as the curve (RFC 7518 section 3.4).
func signEC(key *ecdsa.PrivateKey, digest []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, key, digest)
	if err != nil {
		return nil, err
	}
	width := (key.Curve.Params().BitSize + 7) / 8
	return append(r.FillBytes(make([]byte, width)), s.FillBytes(make([]byte, width))...), nil
}

func checkUsable(v *version, now time.Time) error {
	switch {
	case !v.life.enabled():
		return forbidden("Operation sign is not allowed on a disabled key.", "KeyDisabled")
	case v.life.NotBefore != nil && now.Before(*v.life.NotBefore):
		return forbidden("Operation sign is not allowed on a key that is not yet valid.", "KeyNotYetValid")
	case v.life.Expires != nil && now.After(*v.life.Expires):
		return forbidden("Operation sign is not allowed on an expired key.", "KeyExpired")
	case !contains(v.ops, "sign"):
		return forbidden("Operation sign is not permitted on this key.", "KeyOperationForbidden")
	}
	return nil
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}
