package main

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"math/big"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

// The key as GetKey shows it.
func (s settings) jwk(v *version) *azkeys.JSONWebKey {
	key := s.publicJWK(v)
	key.KID = to.Ptr(azkeys.ID(s.id("keys", v.name, v.id)))
	for _, op := range v.ops {
		key.KeyOps = append(key.KeyOps, to.Ptr(azkeys.KeyOperation(op)))
	}
	return key
}

func (s settings) publicJWK(v *version) *azkeys.JSONWebKey {
	if v.key == nil {
		copied := *v.public
		return &copied
	}
	switch public := v.key.Public().(type) {
	case *rsa.PublicKey:
		return &azkeys.JSONWebKey{Kty: s.kind("RSA"), N: public.N.Bytes(), E: big.NewInt(int64(public.E)).Bytes()}
	case *ecdsa.PublicKey:
		point, _ := public.Bytes()
		size := (len(point) - 1) / 2
		return &azkeys.JSONWebKey{Kty: s.kind("EC"), Crv: to.Ptr(azkeys.CurveName(public.Curve.Params().Name)), X: point[1 : 1+size], Y: point[1+size:]}
	}
	return &azkeys.JSONWebKey{Kty: s.kind("oct")}
}

func (s settings) kind(name string) *azkeys.KeyType {
	if s.hsm {
		name += "-HSM"
	}
	return to.Ptr(azkeys.KeyType(name))
}
