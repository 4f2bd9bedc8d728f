package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The Microsoft Entra authority: client credentials by secret and by federated token (OAuth 2.0, RFC 6749 section 4.4, RFC 7523), and the
// two documents that Microsoft's clients may read first.
func (s *server) entra() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.clientCredentials)
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", s.openIDConfiguration)
	mux.HandleFunc("GET /common/discovery/instance", s.instanceDiscovery)
	return mux
}

func (s *server) openIDConfiguration(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	if tenant != s.settings.tenant {
		tenantNotFound(tenant).write(w)
		return
	}
	base := fmt.Sprintf("https://%s/%s", r.Host, tenant)
	writeJSON(w, http.StatusOK, map[string]any{
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		"issuer":                                base + "/v2.0",
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"end_session_endpoint":                  base + "/oauth2/v2.0/logout",
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"tenant_region_scope":                   "WW",
		"cloud_instance_name":                   "microsoftonline.com",
	})
}

func (s *server) instanceDiscovery(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": fmt.Sprintf("https://%s/%s/v2.0/.well-known/openid-configuration", r.Host, s.settings.tenant),
		"api-version":               "1.1",
		"metadata":                  []map[string]any{{"preferred_network": r.Host, "preferred_cache": r.Host, "aliases": []string{r.Host}}},
	})
}

func (s *server) clientCredentials(w http.ResponseWriter, r *http.Request) {
	caller := s.callers.find(r.FormValue("client_id"))
	if refused := s.refuse(r, caller); refused != nil {
		refused.write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": s.callers.issue(caller),
	})
}

func (s *server) refuse(r *http.Request, caller *caller) *entraRefusal {
	tenant, clientID, scope := r.PathValue("tenant"), r.FormValue("client_id"), r.FormValue("scope")
	switch {
	case tenant != s.settings.tenant:
		return tenantNotFound(tenant)
	case r.FormValue("grant_type") != "client_credentials":
		return &entraRefusal{400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."}
	case caller == nil || caller.Managed:
		text := fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'.", clientID, tenant)
		return &entraRefusal{400, "unauthorized_client", 700016, text}
	case resourceIn(scope) != s.settings.resource:
		return &entraRefusal{400, "invalid_resource", 500011, resourceNotFound(scope)}
	}
	return caller.refuse(r.FormValue("client_secret"), r.FormValue("client_assertion"))
}

func (c *caller) refuse(secret, assertion string) *entraRefusal {
	switch {
	case assertion != "" && assertion != c.Assertion:
		return &entraRefusal{401, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject."}
	case assertion == "" && (secret == "" || secret != c.Secret):
		text := fmt.Sprintf("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "+
			"not the client secret ID, for a secret added to app '%s'.", c.ClientID)
		return &entraRefusal{401, "invalid_client", 7000215, text}
	}
	return nil
}

func tenantNotFound(tenant string) *entraRefusal {
	return &entraRefusal{400, "invalid_tenant", 90002, fmt.Sprintf("Tenant '%s' not found. "+
		"Check to make sure you have the correct tenant ID and are signing into the correct cloud.", tenant)}
}

func resourceNotFound(resource string) string {
	return fmt.Sprintf("The resource principal named %s was not found in the tenant named test.", resource)
}

// An error as the authority says it: OAuth's name for it, and a numbered sentence.
type entraRefusal struct {
	status int
	name   string
	number int
	text   string
}

func (e *entraRefusal) write(w http.ResponseWriter) {
	traceID, correlationID, now := uuid(), uuid(), time.Now().UTC().Format("2006-01-02 15:04:05Z")
	writeJSON(w, e.status, map[string]any{
		"error": e.name,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			e.number, e.text, traceID, correlationID, now),
		"error_codes": []int{e.number}, "timestamp": now, "trace_id": traceID, "correlation_id": correlationID,
		"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", e.number),
	})
}

// Microsoft's client for Go asks for the scopes of OpenID Connect as well, after the resource.
func resourceIn(scopes string) string {
	first, _, _ := strings.Cut(scopes, " ")
	return strings.TrimSuffix(first, "/.default")
}
