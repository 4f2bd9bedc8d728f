package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"sync"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type algorithm = kmspb.CryptoKeyVersion_CryptoKeyVersionAlgorithm

// What a version of each algorithm is, and hashes with.
type kind struct {
	bits  int
	curve elliptic.Curve
	hash  crypto.Hash
	pss   bool
}

var kinds = map[algorithm]kind{
	kmspb.CryptoKeyVersion_RSA_SIGN_PSS_2048_SHA256:   {bits: 2048, hash: crypto.SHA256, pss: true},
	kmspb.CryptoKeyVersion_RSA_SIGN_PSS_3072_SHA256:   {bits: 3072, hash: crypto.SHA256, pss: true},
	kmspb.CryptoKeyVersion_RSA_SIGN_PSS_4096_SHA256:   {bits: 4096, hash: crypto.SHA256, pss: true},
	kmspb.CryptoKeyVersion_RSA_SIGN_PSS_4096_SHA512:   {bits: 4096, hash: crypto.SHA512, pss: true},
	kmspb.CryptoKeyVersion_RSA_SIGN_PKCS1_2048_SHA256: {bits: 2048, hash: crypto.SHA256},
	kmspb.CryptoKeyVersion_RSA_SIGN_PKCS1_4096_SHA512: {bits: 4096, hash: crypto.SHA512},
	kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256:        {curve: elliptic.P256(), hash: crypto.SHA256},
	kmspb.CryptoKeyVersion_EC_SIGN_P384_SHA384:        {curve: elliptic.P384(), hash: crypto.SHA384},
	kmspb.CryptoKeyVersion_EC_SIGN_ED25519:            {},
}

type version struct {
	*kmspb.CryptoKeyVersion
	signer crypto.Signer
}

type key struct {
	*kmspb.CryptoKey
	versions []*version
}

var made struct {
	sync.Mutex
	rsa map[int]*rsa.PrivateKey
}

// RSA keys take seconds to make: one of each size serves all versions that are not told to differ.
func newSigner(alg algorithm) (crypto.Signer, error) {
	kind := kinds[alg]
	switch {
	case kind.bits > 0:
		made.Lock()
		defer made.Unlock()
		if made.rsa == nil {
			made.rsa = map[int]*rsa.PrivateKey{}
		}
		if made.rsa[kind.bits] == nil {
			fresh, err := rsa.GenerateKey(rand.Reader, kind.bits)
			if err != nil {
				return nil, err
			}
			made.rsa[kind.bits] = fresh
		}
		return made.rsa[kind.bits], nil
	case kind.curve != nil:
		return ecdsa.GenerateKey(kind.curve, rand.Reader)
	default:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
}

func (k *key) addVersion(alg algorithm) (*version, error) {
	signer, err := newSigner(alg)
	if err != nil {
		return nil, err
	}
	now := timestamppb.New(time.Now())
	added := &version{signer: signer, CryptoKeyVersion: &kmspb.CryptoKeyVersion{
		Name:            fmt.Sprintf("%s/cryptoKeyVersions/%d", k.Name, len(k.versions)+1),
		State:           kmspb.CryptoKeyVersion_ENABLED,
		ProtectionLevel: kmspb.ProtectionLevel_SOFTWARE,
		Algorithm:       alg,
		CreateTime:      now,
		GenerateTime:    now,
	}}
	k.versions = append(k.versions, added)
	return added, nil
}

func (v *version) sign(digest []byte) ([]byte, error) {
	kind := kinds[v.Algorithm]
	var options crypto.SignerOpts = kind.hash
	if kind.pss {
		options = &rsa.PSSOptions{Hash: kind.hash, SaltLength: rsa.PSSSaltLengthEqualsHash}
	}
	return v.signer.Sign(rand.Reader, digest, options)
}

func (v *version) publicPEM() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(v.signer.Public())
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

func checksum(bytes []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(bytes, crc32.MakeTable(crc32.Castagnoli))))
}
