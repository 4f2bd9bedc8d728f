package main

import (
	"context"
	"regexp"
	"sync"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

type service struct {
	kmspb.UnimplementedKeyManagementServiceServer
	mu     sync.Mutex
	keys   map[string]*key
	faults *faults
}

func (s *service) CreateKeyRing(_ context.Context, r *kmspb.CreateKeyRingRequest) (*kmspb.KeyRing, error) {
	return &kmspb.KeyRing{Name: r.Parent + "/keyRings/" + r.KeyRingId}, nil
}

func (s *service) CreateCryptoKey(ctx context.Context, r *kmspb.CreateCryptoKeyRequest) (*kmspb.CryptoKey, error) {
	if err := mayOwn(ctx); err != nil {
		return nil, err
	}
	alg := r.GetCryptoKey().GetVersionTemplate().GetAlgorithm()
	if _, known := kinds[alg]; !known {
		return nil, status.Errorf(codes.InvalidArgument, "The algorithm %v is not of this peer.", alg)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.Parent + "/cryptoKeys/" + r.CryptoKeyId
	if s.keys[name] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "CryptoKey %s already exists.", name)
	}
	created := &key{CryptoKey: &kmspb.CryptoKey{Name: name, Purpose: r.CryptoKey.Purpose, VersionTemplate: r.CryptoKey.VersionTemplate, CreateTime: timestamppb.Now()}}
	if _, err := created.addVersion(alg); err != nil {
		return nil, err
	}
	s.keys[name] = created
	return created.CryptoKey, nil
}

func (s *service) CreateCryptoKeyVersion(ctx context.Context, r *kmspb.CreateCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	if err := mayOwn(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.keys[r.Parent]
	if owner == nil {
		return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", r.Parent)
	}
	added, err := owner.addVersion(owner.VersionTemplate.Algorithm)
	if err != nil {
		return nil, err
	}
	return added.CryptoKeyVersion, nil
}

func (s *service) ListCryptoKeyVersions(ctx context.Context, r *kmspb.ListCryptoKeyVersionsRequest) (*kmspb.ListCryptoKeyVersionsResponse, error) {
	if err := may(ctx, "cloudkms.cryptoKeyVersions.list", r.Parent); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.keys[r.Parent]
	if owner == nil {
		return nil, status.Errorf(codes.NotFound, "CryptoKey %s not found.", r.Parent)
	}
	listed := &kmspb.ListCryptoKeyVersionsResponse{}
	for _, one := range owner.versions {
		if r.Filter == "" || r.Filter == "state="+one.State.String() {
			listed.CryptoKeyVersions = append(listed.CryptoKeyVersions, one.CryptoKeyVersion)
		}
	}
	listed.TotalSize = int32(len(listed.CryptoKeyVersions))
	return listed, nil
}

func (s *service) GetCryptoKeyVersion(ctx context.Context, r *kmspb.GetCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	if err := may(ctx, "cloudkms.cryptoKeyVersions.get", r.Name); err != nil {
		return nil, err
	}
	found, err := s.find(r.Name)
	if err != nil {
		return nil, err
	}
	return found.CryptoKeyVersion, nil
}

// Enables and disables.
func (s *service) UpdateCryptoKeyVersion(ctx context.Context, r *kmspb.UpdateCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	if err := mayOwn(ctx); err != nil {
		return nil, err
	}
	found, err := s.find(r.CryptoKeyVersion.Name)
	if err != nil {
		return nil, err
	}
	found.State = r.CryptoKeyVersion.State
	return found.CryptoKeyVersion, nil
}

func (s *service) DestroyCryptoKeyVersion(ctx context.Context, r *kmspb.DestroyCryptoKeyVersionRequest) (*kmspb.CryptoKeyVersion, error) {
	if err := mayOwn(ctx); err != nil {
		return nil, err
	}
	found, err := s.find(r.Name)
	if err != nil {
		return nil, err
	}
	found.State = kmspb.CryptoKeyVersion_DESTROY_SCHEDULED
	found.DestroyTime = timestamppb.New(time.Now().Add(30 * 24 * time.Hour))
	return found.CryptoKeyVersion, nil
}

func (s *service) GetPublicKey(ctx context.Context, r *kmspb.GetPublicKeyRequest) (*kmspb.PublicKey, error) {
	found, err := s.enabled(ctx, "cloudkms.cryptoKeyVersions.viewPublicKey", r.Name)
	if err != nil {
		return nil, err
	}
	text, err := found.publicPEM()
	if err != nil {
		return nil, err
	}
	answer := &kmspb.PublicKey{Name: r.Name, Pem: string(text), PemCrc32C: checksum(text), Algorithm: found.Algorithm, ProtectionLevel: found.ProtectionLevel}
	s.faults.spoilKey(answer)
	return answer, nil
}

func (s *service) AsymmetricSign(ctx context.Context, r *kmspb.AsymmetricSignRequest) (*kmspb.AsymmetricSignResponse, error) {
	found, err := s.enabled(ctx, "cloudkms.cryptoKeyVersions.useToSign", r.Name)
	if err != nil {
		return nil, err
	}
	digest, bits := digestOf(r)
	if bits == 0 || kinds[found.Algorithm].hash == 0 || bits != kinds[found.Algorithm].hash.Size()*8 {
		return nil, status.Errorf(codes.InvalidArgument, "The digest type is not compatible with the algorithm %v.", found.Algorithm)
	}
	if len(digest)*8 != bits {
		return nil, status.Errorf(codes.InvalidArgument, "The digest must be %d bytes long.", bits/8)
	}
	if r.DigestCrc32C != nil && r.DigestCrc32C.Value != checksum(digest).Value {
		return nil, status.Error(codes.InvalidArgument, "The checksum in field digest_crc32c did not match the data in field digest.")
	}
	signature, err := found.sign(digest)
	if err != nil {
		return nil, err
	}
	answer := &kmspb.AsymmetricSignResponse{Name: r.Name, Signature: signature, SignatureCrc32C: checksum(signature), VerifiedDigestCrc32C: r.DigestCrc32C != nil, ProtectionLevel: found.ProtectionLevel}
	s.faults.spoilSignature(answer)
	return answer, nil
}

// The digest, and how many bits its field says that it has.
func digestOf(r *kmspb.AsymmetricSignRequest) ([]byte, int) {
	switch digest := r.GetDigest().GetDigest().(type) {
	case *kmspb.Digest_Sha256:
		return digest.Sha256, 256
	case *kmspb.Digest_Sha384:
		return digest.Sha384, 384
	case *kmspb.Digest_Sha512:
		return digest.Sha512, 512
	}
	return nil, 0
}

func (s *service) enabled(ctx context.Context, permission, name string) (*version, error) {
	if err := may(ctx, permission, name); err != nil {
		return nil, err
	}
	found, err := s.find(name)
	if err != nil {
		return nil, err
	}
	if found.State != kmspb.CryptoKeyVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "%s is not enabled, current state is: %v.", name, found.State)
	}
	return found, nil
}

var versionName = regexp.MustCompile("^(.+)/cryptoKeyVersions/[0-9]+$")

func (s *service) find(name string) (*version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if parts := versionName.FindStringSubmatch(name); parts != nil && s.keys[parts[1]] != nil {
		for _, one := range s.keys[parts[1]].versions {
			if one.Name == name {
				return one, nil
			}
		}
	}
	return nil, status.Errorf(codes.NotFound, "CryptoKeyVersion %s not found.", name)
}
