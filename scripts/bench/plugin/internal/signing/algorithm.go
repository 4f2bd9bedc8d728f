package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"

	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

// Algorithm is what a key of one spec signs with.
type Algorithm struct {
	KeySpec plugin.KeySpec
	Signing plugin.SignatureAlgorithm
	Hash    crypto.Hash
}

var rsaAlgorithms = map[int]Algorithm{
	2048: {plugin.KeySpecRSA2048, plugin.SignatureAlgorithmRSASSA_PSS_SHA256, crypto.SHA256},
	3072: {plugin.KeySpecRSA3072, plugin.SignatureAlgorithmRSASSA_PSS_SHA384, crypto.SHA384},
	4096: {plugin.KeySpecRSA4096, plugin.SignatureAlgorithmRSASSA_PSS_SHA512, crypto.SHA512},
}

var ecAlgorithms = map[int]Algorithm{
	256: {plugin.KeySpecEC256, plugin.SignatureAlgorithmECDSA_SHA256, crypto.SHA256},
	384: {plugin.KeySpecEC384, plugin.SignatureAlgorithmECDSA_SHA384, crypto.SHA384},
	521: {plugin.KeySpecEC521, plugin.SignatureAlgorithmECDSA_SHA512, crypto.SHA512},
}

func algorithmOf(certificate *x509.Certificate) (Algorithm, error) {
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
	return Algorithm{}, fmt.Errorf("certificate %s: expected RSA-2048/3072/4096 or EC-256/384/521", certificate.Subject)
}

// FixedWidth is an ECDSA signature as the contract wants it.
func FixedWidth(public *ecdsa.PublicKey, r, s *big.Int) []byte {
	width := (public.Curve.Params().BitSize + 7) / 8
	signature := make([]byte, 2*width)
	r.FillBytes(signature[:width])
	s.FillBytes(signature[width:])
	return signature
}
