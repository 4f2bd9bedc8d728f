package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// An error as the service says it.
type refusal struct {
	status int
	code   string
	inner  string
	text   string
	header http.Header
}

func (r *refusal) Error() string { return r.text }

func badParameter(text string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BadParameter", text: text}
}

func forbidden(text, inner string) *refusal {
	return &refusal{status: http.StatusForbidden, code: "Forbidden", inner: inner, text: text}
}

// kind is key, certificate or secret; nameAndVersion is what was asked for.
func notFound(code, kind, nameAndVersion string) *refusal {
	return &refusal{status: http.StatusNotFound, code: code, text: fmt.Sprintf("A %[1]s with (name/id) %[2]s was not found in this key vault. "+
		"If you recently deleted this %[1]s you may be able to recover it using the correct recovery command. "+
		"For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182", kind, nameAndVersion)}
}

func (s settings) unauthorized(text string) *refusal {
	challenge := fmt.Sprintf(`Bearer authorization="%s/%s", resource="%s"`, s.authority, s.tenant, s.resource)
	return &refusal{status: http.StatusUnauthorized, code: "Unauthorized", text: text, header: http.Header{"WWW-Authenticate": {challenge}}}
}

func (r *refusal) write(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	body := map[string]any{"code": r.code, "message": r.text}
	if r.inner != "" {
		body["innererror"] = map[string]string{"code": r.inner}
	}
	writeJSON(w, r.status, map[string]any{"error": body})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
}
