package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"

	"google.golang.org/grpc/codes"
)

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// An error body of Google's REST services.
func writeError(w http.ResponseWriter, status int, name, message, reason string) {
	body := map[string]any{"code": status, "message": message, "status": name}
	if reason != "" {
		body["details"] = []any{map[string]string{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}}
	}
	writeJSON(w, status, map[string]any{"error": body})
}

func isGRPC(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc")
}

// Parameters of every method, as $alt, are no fields of its message.
func withoutSystemParameters(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		for name := range query {
			if strings.HasPrefix(name, "$") {
				query.Del(name)
			}
		}
		r.URL.RawQuery = query.Encode()
		next.ServeHTTP(w, r)
	})
}

// vanguard answers a bare google.rpc.Status; the public REST API wraps it, with the HTTP status as the code and the canonical code's name.
func googleErrors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isGRPC(r) {
			next.ServeHTTP(w, r)
			return
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		body := recorder.Body.Bytes()
		if recorder.Code >= http.StatusBadRequest {
			body = wrap(recorder.Code, body)
			w.Header().Del("Content-Length")
			w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body)
	})
}

func wrap(status int, body []byte) []byte {
	var said struct {
		Code    codes.Code      `json:"code"`
		Message string          `json:"message"`
		Details json.RawMessage `json:"details"`
	}
	if json.Unmarshal(body, &said) != nil {
		return body
	}
	wrapped, err := json.Marshal(map[string]any{"error": map[string]any{"code": status, "message": said.Message, "status": nameOf(said.Code), "details": said.Details}})
	if err != nil {
		return body
	}
	return wrapped
}

var word = regexp.MustCompile("([a-z])([A-Z])")

// google/rpc/code.proto spells one of them otherwise than Go.
func nameOf(code codes.Code) string {
	if code == codes.Canceled {
		return "CANCELLED"
	}
	return strings.ToUpper(word.ReplaceAllString(code.String(), "${1}_${2}"))
}
