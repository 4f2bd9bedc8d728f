// ocireg serves CUE's in-memory OCI registry, referrers API included, with basic authentication and TLS on request.
// It prints "listening on HOST:PORT" when it is ready, so that port 0 can be asked for, and stops when its standard input
// ends if -stdin says so: no orphan outlives the test that started it.
package main

import (
	"crypto/subtle"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "listen address")
	cert := flag.String("cert", "", "TLS certificate")
	key := flag.String("key", "", "TLS key")
	user := flag.String("user", "", "basic-auth user")
	pass := flag.String("pass", "", "basic-auth password")
	stdin := flag.Bool("stdin", false, "stop when standard input ends")
	flag.Parse()

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	if *stdin {
		go stopWithInput()
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	handler := withBasicAuth(ociserver.New(ocimem.New(), nil), *user, *pass)
	if *cert != "" {
		log.Fatal(http.ServeTLS(listener, handler, *cert, *key))
	}
	log.Fatal(http.Serve(listener, handler))
}

func stopWithInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func withBasicAuth(next http.Handler, user, pass string) http.Handler {
	if user == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, p, ok := r.BasicAuth()
		if !ok || subtle.ConstantTimeCompare([]byte(u+":"+p), []byte(user+":"+pass)) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="ocireg"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
