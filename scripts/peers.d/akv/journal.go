package main

import (
	"net/http"
	"sync"
)

// The requests that were answered, in the order of their answers.
type journal struct {
	mutex   sync.Mutex
	entries []entry
}

type entry struct {
	// vault, entra or identity.
	Service string `json:"service"`
	Method  string `json:"method"`
	Path    string `json:"path"`
	Status  int    `json:"status"`
	// Of the answer: what an error message may repeat.
	RequestID string `json:"requestId"`
}

func (j *journal) recording(service string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		j.append(entry{service, r.Method, path, seen.status, w.Header().Get("x-ms-request-id")})
	})
}

func (j *journal) append(one entry) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.entries = append(j.entries, one)
}

func (j *journal) list() []entry {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return append([]entry{}, j.entries...)
}

func (j *journal) clear() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.entries = nil
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
