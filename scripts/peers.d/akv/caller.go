package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// Who asks: an application or a managed identity.
type caller struct {
	ClientID string `json:"clientId"`
	// Credentials that the Entra authority accepts for it; empty ones are none.
	Secret    string `json:"secret"`
	Assertion string `json:"assertion"`
	// A managed identity; the one without a client id is the system-assigned one.
	Managed bool `json:"managed"`
	// Of keys/get, keys/sign, certificates/get, secrets/get; all of them when nil.
	Permissions []string `json:"permissions"`
	// What denies: rbac (default), policy, or firewall, which denies everything.
	Model string `json:"model"`
}

type callers struct {
	mutex sync.Mutex
	known map[string]*caller
	// By access token.
	tokens map[string]*caller
}

func newCallers() *callers {
	return &callers{known: map[string]*caller{}, tokens: map[string]*caller{}}
}

func (c *callers) add(one *caller) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.known[one.ClientID] = one
	for token, owner := range c.tokens { // what a caller may changes at once, for the tokens that it has too
		if owner.ClientID == one.ClientID {
			c.tokens[token] = one
		}
	}
}

func (c *callers) find(clientID string) *caller {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.known[clientID]
}

// A new access token: no client may look inside, so there is nothing in it.
func (c *callers) issue(one *caller) string {
	token := "akv." + base64.RawURLEncoding.EncodeToString(randomBytes(48))
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.tokens[token] = one
	return token
}

func (c *callers) issued() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	tokens := []string{}
	for token := range c.tokens {
		tokens = append(tokens, token)
	}
	return tokens
}

func (c *callers) authenticate(r *http.Request, s settings) (*caller, *refusal) {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer || token == "" {
		return nil, s.unauthorized("AKV10000: Request is missing a Bearer or PoP token.")
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if one := c.tokens[token]; one != nil {
		return one, nil
	}
	return nil, s.unauthorized("[BearerReadAccessTokenFailed] Error validating token: 'S2S12005'.")
}

func (c *caller) check(permission, name string, s settings) *refusal {
	if c.Model == "firewall" {
		return forbidden(firewallSentence(c, s), "ForbiddenByFirewall")
	}
	if c.Permissions == nil || contains(c.Permissions, permission) {
		return nil
	}
	if c.Model == "policy" {
		return forbidden(policySentence(c, permission, s), "ForbiddenByPolicy")
	}
	return forbidden(rbacSentence(c, permission, name, s), "ForbiddenByRbac")
}

func firewallSentence(c *caller, s settings) string {
	return strings.Join([]string{
		"Client address is not authorized and caller is not a trusted service.",
		"Client address: 127.0.0.1",
		"Caller: " + c.identity(s),
		fmt.Sprintf("Vault: %s;location=%s", s.vaultName(), region),
	}, "\r\n")
}

func policySentence(c *caller, permission string, s settings) string {
	collection, operation, _ := strings.Cut(permission, "/")
	return fmt.Sprintf("The user, group or application '%s' does not have %s %s permission on key vault '%s;location=%s'. "+
		"For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287", c.identity(s), collection, operation, s.vaultName(), region)
}

// The data actions that the built-in roles consist of.
var actions = map[string]string{
	"keys/get":         "Microsoft.KeyVault/vaults/keys/read",
	"keys/sign":        "Microsoft.KeyVault/vaults/keys/sign/action",
	"certificates/get": "Microsoft.KeyVault/vaults/certificates/read",
	"secrets/get":      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
}

func rbacSentence(c *caller, permission, name string, s settings) string {
	collection, _, _ := strings.Cut(permission, "/")
	return strings.Join([]string{
		"Caller is not authorized to perform action on resource.",
		"If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
		"Caller: " + c.identity(s),
		fmt.Sprintf("Action: '%s'", actions[permission]),
		fmt.Sprintf("Resource: '/subscriptions/%s/resourcegroups/test/providers/microsoft.keyvault/vaults/%s/%s/%s'",
			s.tenant, strings.ToLower(s.vaultName()), collection, name),
		"Assignment: (not found)",
		"DenyAssignmentId: null",
		"DecisionReason: null ",
		fmt.Sprintf("Vault: %s;location=%s", s.vaultName(), region),
		"",
	}, "\r\n")
}

func (c *caller) identity(s settings) string {
	return fmt.Sprintf("appid=%s;oid=f8c18f51-d35d-4f08-80e5-9885332c1566;iss=https://sts.windows.net/%s/", c.ClientID, s.tenant)
}
