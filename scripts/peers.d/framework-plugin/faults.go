package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

// misbehave does what can be done wrong in any command.
func misbehave(fault string) error {
	switch fault {
	case "denied":
		return plugin.NewError(plugin.ErrorCodeAccessDenied, "you may not use this key")
	case "crash":
		fmt.Fprintln(os.Stderr, "panic: something broke")
		os.Exit(3)
	case "hang":
		time.Sleep(10 * time.Minute)
	}
	return nil
}

func spoilMetadata(fault string, response *plugin.GetMetadataResponse) error {
	switch fault {
	case "name":
		response.Name = "somebody-else"
	case "contract":
		response.SupportedContractVersions = []string{"2.0"}
	case "no-url":
		response.URL = ""
	}
	return nil
}

func spoilKey(fault string, response *plugin.DescribeKeyResponse) error {
	switch fault {
	case "described-id":
		response.KeyID = "another"
	case "spec":
		response.KeySpec = "EC-256K"
	}
	return nil
}

func spoilSignature(fault string, response *plugin.GenerateSignatureResponse, pair *keyPair, request *plugin.GenerateSignatureRequest) error {
	var err error
	switch fault {
	case "key-id":
		response.KeyID = "another"
	case "algorithm":
		response.SigningAlgorithm = "whatever"
	case "message":
		response.Signature, err = pair.sign([]byte("another message"), hashes[request.Hash])
	case "der":
		digest := sha256.Sum256(request.Payload)
		response.Signature, err = ecdsa.SignASN1(rand.Reader, pair.key.(*ecdsa.PrivateKey), digest[:])
	case "no-root":
		response.CertificateChain = response.CertificateChain[:1]
	case "empty":
		response.Signature = nil
	default:
		err = misbehave(fault)
	}
	return err
}

func spoilEnvelope(fault string, wish *signature.SignRequest) error {
	switch fault {
	case "no-expiry":
		wish.Expiry = time.Time{}
	case "future":
		wish.SigningTime = wish.SigningTime.Add(time.Hour)
		wish.Expiry = wish.Expiry.Add(time.Hour)
	case "member":
		wish.Payload.Content = bytes.Replace(wish.Payload.Content, []byte("{"), []byte(`{"additional":1,`), 1)
	case "digest":
		wish.Payload.Content = bytes.Replace(wish.Payload.Content, []byte("sha256:"), []byte("sha256:0123"), 1)
	case "size":
		wish.Payload.Content = bytes.Replace(wish.Payload.Content, []byte(`"size":`), []byte(`"size":1`), 1)
	default:
		return misbehave(fault)
	}
	return nil
}

func spoilAnswer(fault string, response *plugin.GenerateEnvelopeResponse) error {
	switch fault {
	case "type":
		response.SignatureEnvelopeType = "application/cose+other"
	case "byte":
		response.SignatureEnvelope[len(response.SignatureEnvelope)/2] ^= 1
	}
	return nil
}

func spoilVerdict(fault string, response *plugin.VerifySignatureResponse) error {
	switch fault {
	case "no-result":
		delete(response.VerificationResults, plugin.CapabilityTrustedIdentityVerifier)
	case "more-processed":
		response.ProcessedAttributes = append(response.ProcessedAttributes, "com.example.unasked")
	default:
		return misbehave(fault)
	}
	return nil
}
