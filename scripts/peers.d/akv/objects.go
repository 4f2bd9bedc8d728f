package main

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

// One version of a key, and of the certificate and the secret of the same name where it has them.
type version struct {
	name    string
	id      string
	created time.Time
	// The private key; nil where only public is known, of a kind that Go has no keys of: such a version is shown and cannot sign.
	key    crypto.Signer
	public *azkeys.JSONWebKey
	ops    []string
	leaf   []byte
	secret *secret
	life   life
}

type secret struct {
	ContentType string `json:"contentType"`
	Value       string `json:"value"`
}

// When the version may be used; a nil time is no limit.
type life struct {
	Enabled   *bool      `json:"enabled"`
	NotBefore *time.Time `json:"notBefore"`
	Expires   *time.Time `json:"expires"`
}

func (l life) enabled() bool { return l.Enabled == nil || *l.Enabled }

type objects struct {
	mutex sync.Mutex
	// By name, oldest first.
	versions map[string][]*version
	// Versions that become current only when so many more requests have been answered.
	pending []pending
}

type pending struct {
	after   int
	version *version
}

func newObjects() *objects { return &objects{versions: map[string][]*version{}} }

// The version asked for; the newest one, whatever its state, when none is asked for.
func (o *objects) find(name, id string) *version {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	versions := o.versions[name]
	for i := len(versions) - 1; i >= 0; i-- {
		if id == "" || versions[i].id == id {
			return versions[i]
		}
	}
	return nil
}

func (o *objects) all(name string) []*version {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return append([]*version{}, o.versions[name]...)
}

func (o *objects) add(v *version, after int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if after > 0 {
		o.pending = append(o.pending, pending{after, v})
		return
	}
	o.versions[v.name] = append(o.versions[v.name], v)
}

// One more request has been answered.
func (o *objects) tick() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	var rest []pending
	for _, p := range o.pending {
		if p.after--; p.after > 0 {
			rest = append(rest, p)
		} else {
			o.versions[p.version.name] = append(o.versions[p.version.name], p.version)
		}
	}
	o.pending = rest
}

func newVersionID() string { return hex.EncodeToString(randomBytes(16)) }

// Reads the private key and the first certificate of a PEM text; either may be missing.
func parsePEM(text string) (key crypto.Signer, leaf []byte, err error) {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "PRIVATE KEY" && key == nil:
			if key, err = parseKey(block.Bytes); err != nil {
				return nil, nil, err
			}
		case block.Type == "CERTIFICATE" && leaf == nil:
			leaf = block.Bytes
		}
	}
	return key, leaf, nil
}

func parseKey(der []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	if key, ok := parsed.(crypto.Signer); ok {
		return key, nil
	}
	return nil, errors.New("private key: it cannot sign")
}
