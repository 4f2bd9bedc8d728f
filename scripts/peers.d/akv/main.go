// akv serves the data plane of Azure Key Vault, or of a Managed HSM, for tests. Routes and JSON models are Microsoft's own generated ones
// (azkeys/fake, azcertificates/fake, azsecrets/fake); behind them are real keys. What Microsoft's packages leave open - errors, versions,
// permissions, the challenge, headers - follows the service's documentation and recordings of it. Object ids begin with the host name
// that a request was sent to.
//
// It begins empty. Tests fill and steer it by JSON under /_test/ (control.go):
//
//	POST   /_test/versions   a key version, with the certificate and the secret that go with it
//	POST   /_test/callers    who may ask: client id, its credentials, its permissions
//	POST   /_test/throttle   answer the next requests with 429
//	GET    /_test/requests   the requests since the last DELETE of the same, token requests too
//	GET    /_test/tokens     every token given out, to look for them in places where they must not be
//
// One port, TLS only, is the vault and the Microsoft Entra authority. The other one speaks plain HTTP, as the real ones do, for managed
// identities: the instance metadata service and App Service. Both addresses are printed when they are ready:
//
//	listening on 127.0.0.1:40001
//	identity on 127.0.0.1:40002
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "listen address of the vault and of the Entra authority")
	identityAddr := flag.String("identity-addr", "127.0.0.1:0", "listen address of the managed-identity endpoints")
	cert := flag.String("cert", "", "TLS certificate")
	key := flag.String("key", "", "TLS key")
	tenant := flag.String("tenant", "12345678-1234-1234-1234-123456789012", "tenant that the challenge names")
	resource := flag.String("resource", "", "resource that the challenge names (default: the service's own)")
	hsm := flag.Bool("managed-hsm", false, "be a Managed HSM: HSM key types, no certificates, no secrets")
	stdin := flag.Bool("stdin", false, "stop when standard input ends")
	flag.Parse()

	listener, identityListener := listen(*addr), listen(*identityAddr)
	settings := settings{tenant: *tenant, hsm: *hsm, authority: authorityAt(listener.Addr())}
	settings.resource = or(*resource, settings.service())
	certificate, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		log.Fatal(err)
	}
	if *stdin {
		go stopWithInput()
	}
	fmt.Printf("listening on %s\nidentity on %s\n", listener.Addr(), identityListener.Addr())
	server := newServer(settings)
	go func() { log.Fatal(http.Serve(identityListener, server.identity())) }()
	secure := &http.Server{Handler: server.vault(), TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, ErrorLog: log.New(io.Discard, "", 0)}
	log.Fatal(secure.ServeTLS(listener, "", ""))
}

func listen(addr string) net.Listener {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

// By a name and not by its number, so that the same TLS certificate does for it.
func authorityAt(addr net.Addr) string {
	return fmt.Sprintf("https://localhost:%d", addr.(*net.TCPAddr).Port)
}

func stopWithInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func or(value, other string) string {
	if value != "" {
		return value
	}
	return other
}
