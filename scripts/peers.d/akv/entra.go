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
		tenantNotFound(w, tenant)
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
	tenant, clientID := r.PathValue("tenant"), r.FormValue("client_id")
	caller := s.callers.find(clientID)
	switch {
	case tenant != s.settings.tenant:
		tenantNotFound(w, tenant)
	case r.FormValue("grant_type") != "client_credentials":
		entraError(w, http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
	case caller == nil || caller.Managed:
		entraError(w, http.StatusBadRequest, "unauthorized_client", 700016, fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'.", clientID, tenant))
	case strings.TrimSuffix(r.FormValue("scope"), "/.default") != s.settings.resource:
		entraError(w, http.StatusBadRequest, "invalid_resource", 500011, fmt.Sprintf("The resource principal named %s was not found in the tenant named test.", r.FormValue("scope")))
	case r.FormValue("client_assertion") != "" && r.FormValue("client_assertion") != caller.Assertion:
		entraError(w, http.StatusUnauthorized, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject.")
	case r.FormValue("client_assertion") == "" && (caller.Secret == "" || r.FormValue("client_secret") != caller.Secret):
		entraError(w, http.StatusUnauthorized, "invalid_client", 7000215, fmt.Sprintf("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", clientID))
	default:
		writeJSON(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": s.callers.issue(caller)})
	}
}

func tenantNotFound(w http.ResponseWriter, tenant string) {
	entraError(w, http.StatusBadRequest, "invalid_tenant", 90002, fmt.Sprintf("Tenant '%s' not found. "+
		"Check to make sure you have the correct tenant ID and are signing into the correct cloud.", tenant))
}

func entraError(w http.ResponseWriter, status int, name string, code int, text string) {
	traceID, correlationID, now := uuid(), uuid(), time.Now().UTC()
	writeJSON(w, status, map[string]any{
		"error": name,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", code, text, traceID, correlationID,
			now.Format("2006-01-02 15:04:05Z")),
		"error_codes": []int{code}, "timestamp": now.Format("2006-01-02 15:04:05Z"), "trace_id": traceID, "correlation_id": correlationID,
		"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", code),
	})
}
