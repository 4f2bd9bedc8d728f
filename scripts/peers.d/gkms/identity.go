package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The services that give out tokens, all at this address: OAuth 2.0 and the Security Token Service (POST /token), the metadata server, and the
// IAM Credentials API.
func identity(mux *http.ServeMux, who *callers) {
	mux.HandleFunc("POST /token", who.exchange)
	mux.HandleFunc("GET /computeMetadata/v1/instance/service-accounts/default/token", who.metadata)
	mux.HandleFunc("POST /v1/projects/-/serviceAccounts/{action}", who.generateAccessToken)
}

func (c *callers) exchange(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		refuseGrant(w, "invalid_request", "The request is malformed.")
		return
	}
	grant := r.Form.Get("refresh_token") + r.Form.Get("subject_token")
	one := c.find(func(one *caller) bool { return one.Grant != "" && one.Grant == grant })
	if one == nil {
		refuseGrant(w, "invalid_grant", "Token has been expired or revoked.")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": c.issue(one), "expires_in": 3599, "token_type": "Bearer", "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
	})
}

func refuseGrant(w http.ResponseWriter, code, description string) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
}

func (c *callers) metadata(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Metadata-Flavor") != "Google" {
		http.Error(w, "Missing Metadata-Flavor:Google header.", http.StatusForbidden)
		return
	}
	w.Header().Set("Metadata-Flavor", "Google")
	one := c.find(func(one *caller) bool { return one.Machine })
	if one == nil {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": c.issue(one), "expires_in": 3599, "token_type": "Bearer"})
}

func (c *callers) generateAccessToken(w http.ResponseWriter, r *http.Request) {
	account, found := strings.CutSuffix(r.PathValue("action"), ":generateAccessToken")
	who := c.who(r.Header.Get("Authorization"), "https://iamcredentials.googleapis.com/")
	if who == nil {
		writeError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "")
		return
	}
	var request struct{ Delegates []string }
	if !found || json.NewDecoder(r.Body).Decode(&request) != nil {
		writeError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Request contains an invalid argument.", "")
		return
	}
	for _, delegate := range append(request.Delegates, account) {
		next := c.find(func(one *caller) bool {
			return one.Email == strings.TrimPrefix(delegate, "projects/-/serviceAccounts/")
		})
		if next == nil || !slices.Contains(who.ActsAs, next.Email) {
			writeError(w, http.StatusForbidden, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", "IAM_PERMISSION_DENIED")
			return
		}
		who = next
	}
	writeJSON(w, http.StatusOK, map[string]string{"accessToken": c.issue(who), "expireTime": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
}
