package main

import (
	"net/http"
	"strconv"
	"time"
)

// What App Service gives to its applications in the environment variable IDENTITY_HEADER.
const appServiceHeader = "akv-identity-header"

// Managed identities: the instance metadata service of virtual machines, and App Service.
func (s *server) managedIdentity() http.Handler {
	mux := http.NewServeMux()
	for _, end := range []string{"", "/{$}"} { // Microsoft's clients write either
		mux.HandleFunc("GET /metadata/identity/oauth2/token"+end, s.instanceMetadata)
		mux.HandleFunc("GET /msi/token"+end, s.appService)
	}
	return mux
}

// An address that answers without the header could be asked by a web page, so the real one refuses too.
func (s *server) instanceMetadata(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Metadata") != "true" {
		writeJSON(w, http.StatusBadRequest, oauthError("invalid_request", "Required metadata header not specified"))
		return
	}
	s.writeIdentityToken(w, r)
}

func (s *server) appService(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-IDENTITY-HEADER") != appServiceHeader {
		writeJSON(w, http.StatusUnauthorized, map[string]any{"statusCode": http.StatusUnauthorized, "message": "Unauthorized"})
		return
	}
	s.writeIdentityToken(w, r)
}

func (s *server) writeIdentityToken(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("resource") != s.settings.resource {
		writeJSON(w, http.StatusBadRequest, oauthError("invalid_resource", "AADSTS500011: "+resourceNotFound(query.Get("resource"))))
		return
	}
	caller := s.callers.find(query.Get("client_id"))
	if caller == nil || !caller.Managed {
		writeJSON(w, http.StatusBadRequest, oauthError("invalid_request", "Identity not found"))
		return
	}
	lifetime := time.Hour
	writeJSON(w, http.StatusOK, map[string]string{
		"access_token": s.callers.issue(caller),
		"client_id":    caller.ClientID,
		"expires_in":   strconv.Itoa(int(lifetime.Seconds())),
		"expires_on":   strconv.FormatInt(time.Now().Add(lifetime).Unix(), 10),
		"resource":     s.settings.resource,
		"token_type":   "Bearer",
	})
}

func oauthError(name, text string) map[string]string {
	return map[string]string{"error": name, "error_description": text}
}
