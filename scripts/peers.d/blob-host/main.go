// blob-host signs and verifies blobs with notation-go, as a host of plugins other than notation itself.
//
//	blob-host sign   <libexec folder> <plugin> <key id> <jws|cose> <blob> <signature> [option=value …]
//	blob-host verify <config folder> <jws|cose> <blob> <signature>
//
// The libexec folder holds plugins/<plugin>/notation-<plugin>; the config folder holds trustpolicy.blob.json,
// whose global policy applies, and truststore/.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/dir"
	"github.com/notaryproject/notation-go/plugin"
	"github.com/notaryproject/notation-go/signer"
	"github.com/notaryproject/notation-go/verifier"
)

const contentType = "application/octet-stream"

var envelopes = map[string]string{"jws": "application/jose+json", "cose": "application/cose"}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "Error: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) >= 7 && args[0] == "sign" {
		return sign(args[1], args[2], args[3], args[4], args[5], args[6], args[7:])
	}
	if len(args) == 5 && args[0] == "verify" {
		return verify(args[1], args[2], args[3], args[4])
	}
	return fmt.Errorf("usage: blob-host sign LIBEXEC PLUGIN KEY-ID jws|cose BLOB SIGNATURE [OPTION=VALUE …], or verify CONFIG jws|cose BLOB SIGNATURE")
}

func sign(libexec, name, keyID, format, blobPath, signaturePath string, options []string) error {
	ctx := context.Background()
	config, err := parseOptions(options)
	if err != nil {
		return err
	}
	host, err := plugin.NewCLIManager(dir.NewSysFS(filepath.Join(libexec, dir.PathPlugins))).Get(ctx, name)
	if err != nil {
		return err
	}
	blobSigner, err := signer.NewPluginSigner(host, keyID, config)
	if err != nil {
		return err
	}
	blob, err := os.Open(blobPath)
	if err != nil {
		return err
	}
	defer blob.Close()
	signature, _, err := notation.SignBlob(ctx, blobSigner, blob, notation.SignBlobOptions{
		SignerSignOptions: notation.SignerSignOptions{SignatureMediaType: envelopes[format]},
		ContentMediaType:  contentType,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(signaturePath, signature, 0o600)
}

func verify(configFolder, format, blobPath, signaturePath string) error {
	dir.UserConfigDir = configFolder
	signature, err := os.ReadFile(signaturePath)
	if err != nil {
		return err
	}
	blob, err := os.Open(blobPath)
	if err != nil {
		return err
	}
	defer blob.Close()
	blobVerifier, err := verifier.NewBlobVerifierFromConfig()
	if err != nil {
		return err
	}
	_, outcome, err := notation.VerifyBlob(context.Background(), blobVerifier, blob, signature, notation.VerifyBlobOptions{
		BlobVerifierVerifyOptions: notation.BlobVerifierVerifyOptions{SignatureMediaType: envelopes[format]},
		ContentMediaType:          contentType,
	})
	if err != nil {
		return err
	}
	leaf := outcome.EnvelopeContent.SignerInfo.CertificateChain[0]
	fmt.Printf("verified %s signed by %s\n", filepath.Base(blobPath), leaf.Subject)
	return nil
}

func parseOptions(options []string) (map[string]string, error) {
	config := make(map[string]string, len(options))
	for _, option := range options {
		name, value, found := strings.Cut(option, "=")
		if !found {
			return nil, fmt.Errorf("expected option=value, found %q", option)
		}
		config[name] = value
	}
	return config, nil
}
