// The yardstick for Azure Key Vault: key ids https://HOST/keys/NAME/VERSION, signed by Microsoft's azkeys with the credentials of azidentity,
// which the plugin config options credential_type and authority_host choose as in notation-azure-kv. TLS trusts what Go trusts, so
// SSL_CERT_FILE too.
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"

	"notation-ts-kms/bench-plugin/internal/signing"
)

var names = map[plugin.KeySpec]azkeys.SignatureAlgorithm{
	plugin.KeySpecRSA2048: azkeys.SignatureAlgorithmPS256,
	plugin.KeySpecRSA3072: azkeys.SignatureAlgorithmPS384,
	plugin.KeySpecRSA4096: azkeys.SignatureAlgorithmPS512,
	plugin.KeySpecEC256:   azkeys.SignatureAlgorithmES256,
	plugin.KeySpecEC384:   azkeys.SignatureAlgorithmES384,
	plugin.KeySpecEC521:   azkeys.SignatureAlgorithmES512,
}

func main() {
	signing.Run(signing.Service{Prefix: "https://", Sign: sign})
}

func sign(ctx context.Context, order signing.Order) ([]byte, error) {
	host, name, version, err := parseKeyID(order.KeyID)
	if err != nil {
		return nil, err
	}
	credential, err := openCredential(order.Config)
	if err != nil {
		return nil, err
	}
	client, err := azkeys.NewClient("https://"+host, credential, &azkeys.ClientOptions{DisableChallengeResourceVerification: hasPort(host)})
	if err != nil {
		return nil, err
	}
	algorithm := names[order.Algorithm.KeySpec]
	answer, err := client.Sign(ctx, name, version, azkeys.SignParameters{Algorithm: &algorithm, Value: order.Digest}, nil)
	return answer.Result, err
}

func parseKeyID(rest string) (host, name, version string, err error) {
	parts := strings.Split(rest, "/")
	if len(parts) != 4 || parts[1] != "keys" {
		return "", "", "", fmt.Errorf("expected https://HOST/keys/NAME/VERSION, found https://%s", rest)
	}
	return parts[0], parts[2], parts[3], nil
}

// Azure's own vaults have none, and azkeys would compare it with the name of the resource.
func hasPort(host string) bool {
	return strings.Contains(host, ":")
}

func openCredential(config map[string]string) (azcore.TokenCredential, error) {
	client := azcore.ClientOptions{}
	authority := config["authority_host"]
	if authority != "" {
		client.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: authority}
	}
	// Whoever names an authority knows it.
	known := authority != ""
	switch config["credential_type"] {
	case "managedid":
		return azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: client})
	case "environment":
		return azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: known})
	default:
		return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: known})
	}
}
