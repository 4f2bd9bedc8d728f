// framework-plugin is a Notation plugin built on notation-plugin-framework-go: it signs with key files, messages and whole envelopes,
// and verifies. Its name is the one that it is installed under. A key id is the path of a key; its chain is beside it, with .crt for .key.
//
// Options of its plugin config:
//
//	capabilities   which it has, in short and with commas: RAW, ENVELOPE, TRUSTED_IDENTITY, REVOCATION_CHECK; all when absent
//	version        what it says is its version
//	demand         ENVELOPE: the verification plugin that the envelope names, or name@version
//	attribute      ENVELOPE: the name of a critical attribute with the value "x"
//	note           ENVELOPE: an annotation of the manifest, under the key "note"
//	revoked        verification: the common name of a leaf that is revoked
//	processes      verification: the attributes that it processes, with commas
//	fault          what it does wrong; see faults.go
//
// Where FRAMEWORK_PLUGIN_RECORD names a folder, each request is written there as it came, as <command>.json.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/notaryproject/notation-plugin-framework-go/cli"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"
)

func main() {
	if err := record(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	executable, err := cli.New(framework{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	executable.Execute(context.Background(), os.Args)
}

// record copies the request into the folder that the environment names, and leaves it to be read again.
func record(args []string) error {
	folder := os.Getenv("FRAMEWORK_PLUGIN_RECORD")
	if folder == "" || len(args) != 2 {
		return nil
	}
	request, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, args[1]+".json")
	if err := os.WriteFile(path, request, 0o600); err != nil {
		return err
	}
	os.Stdin, err = os.Open(path)
	return err
}

type framework struct{}

var capabilities = map[string]plugin.Capability{
	"RAW":              plugin.CapabilitySignatureGenerator,
	"ENVELOPE":         plugin.CapabilityEnvelopeGenerator,
	"TRUSTED_IDENTITY": plugin.CapabilityTrustedIdentityVerifier,
	"REVOCATION_CHECK": plugin.CapabilityRevocationCheckVerifier,
}

func (framework) GetMetadata(_ context.Context, request *plugin.GetMetadataRequest) (*plugin.GetMetadataResponse, error) {
	config := request.PluginConfig
	names := list(config["capabilities"])
	if len(names) == 0 {
		names = []string{"RAW", "ENVELOPE", "TRUSTED_IDENTITY", "REVOCATION_CHECK"}
	}
	version := config["version"]
	if version == "" {
		version = "1.0.0"
	}
	response := &plugin.GetMetadataResponse{
		Name:                      strings.TrimPrefix(filepath.Base(os.Args[0]), plugin.BinaryPrefix),
		Description:               "signs and verifies with key files",
		Version:                   version,
		URL:                       "https://framework-plugin.test",
		SupportedContractVersions: []string{plugin.ContractVersion},
	}
	for _, name := range names {
		response.Capabilities = append(response.Capabilities, capabilities[name])
	}
	return response, spoilMetadata(config["fault"], response)
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}
