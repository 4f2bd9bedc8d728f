package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

// The test's own door. Everything is JSON; what is malformed is answered with 400 and the reason.
func (s *server) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_test/versions", s.addVersion)
	mux.HandleFunc("POST /_test/callers", s.addCaller)
	mux.HandleFunc("POST /_test/throttle", s.setThrottle)
	mux.HandleFunc("GET /_test/requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.journal.list()) })
	mux.HandleFunc("DELETE /_test/requests", func(w http.ResponseWriter, _ *http.Request) { s.journal.clear(); done(w) })
	mux.HandleFunc("GET /_test/tokens", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.callers.issued()) })
	return mux
}

type versionDraft struct {
	Name string `json:"name"`
	// Private key (PKCS#8) and certificates, leaf first.
	PEM string `json:"pem"`
	// In place of a private key: the public JWK of a kind of key that nothing here can sign with, such as P-256K.
	JWK json.RawMessage `json:"jwk"`
	// sign and verify when nil.
	KeyOps []string `json:"keyOps"`
	Secret *secret  `json:"secret"`
	// Becomes the current version only when so many more requests have been answered: a rotation in the middle of something.
	AfterRequests int `json:"afterRequests"`
	life
}

// Answers {"version": …}.
func (s *server) addVersion(w http.ResponseWriter, r *http.Request) {
	var draft versionDraft
	if !read(w, r, &draft) {
		return
	}
	made, err := draft.version()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.objects.add(made, draft.AfterRequests)
	writeJSON(w, http.StatusOK, map[string]string{"version": made.id})
}

func (d versionDraft) version() (*version, error) {
	key, leaf, err := parsePEM(d.PEM)
	if err != nil {
		return nil, err
	}
	made := &version{name: d.Name, id: newVersionID(), created: time.Now(), key: key, leaf: leaf, ops: d.KeyOps, secret: d.Secret, life: d.life}
	if made.ops == nil {
		made.ops = []string{"sign", "verify"}
	}
	if key == nil {
		made.public = &azkeys.JSONWebKey{}
		if d.JWK == nil {
			return nil, errors.New("neither a private key in pem nor a jwk")
		}
		return made, json.Unmarshal(d.JWK, made.public)
	}
	return made, nil
}

func (s *server) addCaller(w http.ResponseWriter, r *http.Request) {
	var one caller
	if read(w, r, &one) {
		s.callers.add(&one)
		done(w)
	}
}

func (s *server) setThrottle(w http.ResponseWriter, r *http.Request) {
	var wish throttle
	if read(w, r, &wish) {
		s.throttle.set(wish.Times, wish.RetryAfter, wish.Suffix)
		done(w)
	}
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func done(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }
