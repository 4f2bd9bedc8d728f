package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
)

type settings struct {
	tenant    string
	resource  string
	authority string
	hsm       bool
	// Host that the request at hand was sent to.
	host string
}

func (s settings) of(r *http.Request) settings {
	s.host = r.Host
	return s
}

func (s settings) collections() []string {
	if s.hsm {
		return []string{"/keys/"}
	}
	return []string{"/keys/", "/certificates/", "/secrets/"}
}

func (s settings) service() string {
	if s.hsm {
		return "https://managedhsm.azure.net"
	}
	return "https://vault.azure.net"
}

// Name of the vault in the service's sentences: the first label of its host, where it has more than one and is no address.
func (s settings) vaultName() string {
	name, _, isDomain := strings.Cut(s.host, ".")
	if !isDomain || strings.Trim(name, "0123456789") == "" {
		return "test-vault"
	}
	return name
}

func (s settings) id(collection, name, version string) string {
	return fmt.Sprintf("https://%s/%s/%s/%s", s.host, collection, name, version)
}

type server struct {
	settings settings
	objects  *objects
	callers  *callers
	journal  *journal
	throttle *throttle
}

func newServer(settings settings) *server {
	return &server{settings: settings, objects: newObjects(), callers: newCallers(), journal: &journal{}, throttle: &throttle{}}
}

// The vault, the Entra authority, and the test's own door, on one port.
func (s *server) vault() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/_test/", s.control())
	for _, path := range s.settings.collections() {
		mux.Handle(path, s.journal.recording("vault", s.withHeaders(s.data())))
	}
	mux.Handle("/", s.journal.recording("entra", s.entra()))
	return withoutCleaning(mux)
}

func (s *server) identity() http.Handler {
	return s.journal.recording("identity", s.managedIdentity())
}

// A client that asks for the newest version to sign asks for /keys/NAME//sign, which ServeMux would redirect.
func withoutCleaning(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.ReplaceAll(r.URL.Path, "//", "/")
		next.ServeHTTP(w, r)
	})
}

func (s *server) withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-cache")
		header.Set("Pragma", "no-cache")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Strict-Transport-Security", "max-age=31536000;includeSubDomains")
		header.Set("x-ms-keyvault-region", region)
		header.Set("x-ms-keyvault-service-version", "1.9.2631.1")
		header.Set("x-ms-keyvault-network-info", "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;")
		header.Set("x-ms-request-id", uuid())
		if asked := r.Header.Get("x-ms-client-request-id"); asked != "" {
			header.Set("x-ms-client-request-id", asked)
		}
		next.ServeHTTP(w, r)
	})
}

const region = "westus"

func uuid() string {
	b := randomBytes(16)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func randomBytes(count int) []byte {
	b := make([]byte, count)
	_, _ = rand.Read(b) // never fails
	return b
}
