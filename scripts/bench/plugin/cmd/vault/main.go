// The yardstick for Vault Transit: key ids hashivault://KEY, signed by Vault's own client for Go, which reads VAULT_ADDR and VAULT_TOKEN.
package main

import (
	"context"
	"crypto"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/hashicorp/vault/api"

	"notation-ts-kms/bench-plugin/internal/signing"
)

var hashes = map[crypto.Hash]string{crypto.SHA256: "sha2-256", crypto.SHA384: "sha2-384", crypto.SHA512: "sha2-512"}

func main() {
	signing.Run(signing.Service{Prefix: "hashivault://", Sign: sign})
}

func sign(ctx context.Context, order signing.Order) ([]byte, error) {
	client, err := api.NewClient(api.DefaultConfig())
	if err != nil {
		return nil, err
	}
	answer, err := client.Logical().WriteWithContext(ctx, "transit/sign/"+order.KeyID, map[string]any{
		"input":                base64.StdEncoding.EncodeToString(order.Digest),
		"prehashed":            true,
		"hash_algorithm":       hashes[order.Algorithm.Hash],
		"signature_algorithm":  "pss",
		"salt_length":          "hash",
		"marshaling_algorithm": "jws",
	})
	if err != nil {
		return nil, err
	}
	text, _ := answer.Data["signature"].(string)
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return nil, errors.New("expected a signature of Transit, found something else")
	}
	return base64.RawURLEncoding.DecodeString(parts[2])
}
