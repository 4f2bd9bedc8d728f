package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"cloud.google.com/go/kms/apiv1/kmspb"
)

// The test's own door. Everything is JSON; what is malformed is answered with 400 and the reason.
func control(mux *http.ServeMux, who *callers, journal *journal, faults *faults) {
	mux.HandleFunc("POST /_test/callers", func(w http.ResponseWriter, r *http.Request) {
		var one caller
		if read(w, r, &one) {
			who.add(&one)
			writeJSON(w, http.StatusOK, struct{}{})
		}
	})
	mux.HandleFunc("POST /_test/faults", func(w http.ResponseWriter, r *http.Request) {
		var one fault
		if read(w, r, &one) {
			faults.add(&one)
			writeJSON(w, http.StatusOK, struct{}{})
		}
	})
	mux.HandleFunc("GET /_test/requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, journal.list()) })
	mux.HandleFunc("DELETE /_test/requests", func(w http.ResponseWriter, _ *http.Request) {
		journal.clear()
		writeJSON(w, http.StatusOK, struct{}{})
	})
	mux.HandleFunc("GET /_test/tokens", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, who.tokens()) })
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// What becomes of the next requests whose path ends so.
type fault struct {
	Suffix string `json:"suffix"`
	Times  int    `json:"times"`
	// Answered in place of everything else, in Google's form.
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Reason  string `json:"reason"`
	// In place of a refusal, what is wrong in an answer: digest-crc, signature-crc, pem-crc, signature, name.
	Spoils string `json:"spoils"`
}

type faults struct {
	mu      sync.Mutex
	waiting []*fault
}

func (f *faults) add(one *fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, one)
}

// The first that is left and suits, once less often.
func (f *faults) take(suits func(*fault) bool) *fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.waiting {
		if one.Times > 0 && suits(one) {
			one.Times--
			return one
		}
	}
	return nil
}

func (f *faults) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		due := f.take(func(one *fault) bool { return one.Status > 0 && strings.HasSuffix(r.URL.Path, one.Suffix) })
		if due == nil {
			next.ServeHTTP(w, r)
			return
		}
		writeError(w, due.Status, due.Code, due.Message, due.Reason)
	})
}

func (f *faults) spoils(what ...string) string {
	due := f.take(func(one *fault) bool {
		for _, each := range what {
			if one.Spoils == each {
				return true
			}
		}
		return false
	})
	if due == nil {
		return ""
	}
	return due.Spoils
}

func (f *faults) spoilKey(answer *kmspb.PublicKey) {
	if f.spoils("pem-crc") != "" {
		answer.PemCrc32C.Value++
	}
}

func (f *faults) spoilSignature(answer *kmspb.AsymmetricSignResponse) {
	switch f.spoils("digest-crc", "signature-crc", "signature", "name") {
	case "digest-crc":
		answer.VerifiedDigestCrc32C = false
	case "signature-crc":
		answer.SignatureCrc32C.Value++
	case "signature":
		answer.Signature[len(answer.Signature)-1] ^= 1
	case "name":
		answer.Name += "0"
	}
}

type request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query"`
	// The project that pays.
	UserProject string `json:"userProject"`
}

type journal struct {
	mu   sync.Mutex
	seen []request
}

func (j *journal) note(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/_test/") {
			j.mu.Lock()
			j.seen = append(j.seen, request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("X-Goog-User-Project")})
			j.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

func (j *journal) list() []request {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]request{}, j.seen...)
}

func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seen = nil
}
