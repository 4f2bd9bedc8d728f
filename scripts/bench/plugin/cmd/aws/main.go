// The yardstick for AWS KMS: key ids awskms:///KEY, signed by the AWS SDK for Go. TLS trusts what Go trusts, so SSL_CERT_FILE too.
package main

import (
	"context"
	"crypto/ecdsa"
	"encoding/asn1"
	"math/big"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"

	"notation-ts-kms/bench-plugin/internal/signing"
)

var names = map[plugin.KeySpec]types.SigningAlgorithmSpec{
	plugin.KeySpecRSA2048: types.SigningAlgorithmSpecRsassaPssSha256,
	plugin.KeySpecRSA3072: types.SigningAlgorithmSpecRsassaPssSha384,
	plugin.KeySpecRSA4096: types.SigningAlgorithmSpecRsassaPssSha512,
	plugin.KeySpecEC256:   types.SigningAlgorithmSpecEcdsaSha256,
	plugin.KeySpecEC384:   types.SigningAlgorithmSpecEcdsaSha384,
	plugin.KeySpecEC521:   types.SigningAlgorithmSpecEcdsaSha512,
}

func main() {
	signing.Run(signing.Service{Prefix: "awskms:///", Sign: sign})
}

func sign(ctx context.Context, order signing.Order) ([]byte, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := kms.NewFromConfig(settings).Sign(ctx, &kms.SignInput{
		KeyId:            aws.String(order.KeyID),
		Message:          order.Digest,
		MessageType:      types.MessageTypeDigest,
		SigningAlgorithm: names[order.Algorithm.KeySpec],
	})
	if err != nil {
		return nil, err
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
