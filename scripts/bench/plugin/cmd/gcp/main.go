// The yardstick for Google Cloud KMS: key ids gcpkms://VERSION, signed by Google's client for Go, by its REST transport as ours: gRPC sends no
// token without TLS. It obeys the variable of gcloud that names the endpoint, which the client by itself does not, and has the service account sign
// its own token, which the client does for Google's own endpoint alone.
package main

import (
	"context"
	"crypto/ecdsa"
	"encoding/asn1"
	"fmt"
	"hash/crc32"
	"math/big"
	"os"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/option"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"notation-ts-kms/bench-plugin/internal/signing"
)

func main() {
	signing.Run(signing.Service{Prefix: "gcpkms://", Sign: sign})
}

func sign(ctx context.Context, order signing.Order) ([]byte, error) {
	key, err := os.ReadFile(os.Getenv("GOOGLE_APPLICATION_CREDENTIALS"))
	if err != nil {
		return nil, err
	}
	tokens, err := google.JWTAccessTokenSourceFromJSON(key, "https://cloudkms.googleapis.com/")
	if err != nil {
		return nil, err
	}
	endpoint := option.WithEndpoint(os.Getenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS"))
	client, err := kms.NewKeyManagementRESTClient(ctx, endpoint, option.WithTokenSource(tokens))
	if err != nil {
		return nil, err
	}
	answer, err := client.AsymmetricSign(ctx, &kmspb.AsymmetricSignRequest{
		Name:         order.KeyID,
		Digest:       &kmspb.Digest{Digest: &kmspb.Digest_Sha256{Sha256: order.Digest}},
		DigestCrc32C: checksum(order.Digest),
	})
	if err != nil {
		return nil, err
	}
	if answer.Name != order.KeyID || !answer.VerifiedDigestCrc32C || answer.SignatureCrc32C.GetValue() != checksum(answer.Signature).Value {
		return nil, fmt.Errorf("the answer was changed on its way")
	}
	public, isEC := order.Leaf.PublicKey.(*ecdsa.PublicKey)
	if !isEC {
		return answer.Signature, nil
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(answer.Signature, &pair); err != nil {
		return nil, err
	}
	return signing.FixedWidth(public, pair.R, pair.S), nil
}

func checksum(bytes []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(bytes, crc32.MakeTable(crc32.Castagnoli))))
}
