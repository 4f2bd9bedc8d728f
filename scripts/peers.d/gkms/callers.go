package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Who may ask, and what for. Each has an access token, an address, or both; an address with a key signs tokens of its own.
type caller struct {
	Token string `json:"token"`
	Email string `json:"email"`
	// SubjectPublicKeyInfo in PEM, of a service account's RSA key.
	PublicKey string `json:"publicKey"`
	// All when nil.
	Permissions []string `json:"permissions"`
	// Addresses of the service accounts that it may act as.
	ActsAs []string `json:"actsAs"`
	// What is exchanged for its token: a refresh token, or a token of another place.
	Grant string `json:"grant"`
	// Whether the machine runs as it.
	Machine bool `json:"machine"`
}

type callers struct {
	mu     sync.Mutex
	all    []*caller
	issued []string
}

func newCallers(owner string) *callers {
	return &callers{all: []*caller{{Token: owner, Email: "owner@test"}}}
}

func (c *callers) find(is func(*caller) bool) *caller {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := slices.IndexFunc(c.all, is); at >= 0 {
		return c.all[at]
	}
	return nil
}

func (c *callers) add(one *caller) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, one)
}

// Remembers a token that goes out.
func (c *callers) issue(one *caller) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.issued = append(c.issued, one.Token)
	return one.Token
}

func (c *callers) tokens() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.issued...)
}

type contextKey struct{}

func (c *callers) authenticate(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	sent, _ := metadata.FromIncomingContext(ctx)
	who := c.who(strings.Join(sent.Get("authorization"), ","), "https://cloudkms.googleapis.com/")
	if who == nil {
		return nil, unauthenticated("Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.")
	}
	return next(context.WithValue(ctx, contextKey{}, who), request)
}

// Whose token it is; nil for nobody's.
func (c *callers) who(authorization, audience string) *caller {
	token, isBearer := strings.CutPrefix(authorization, "Bearer ")
	if !isBearer || token == "" {
		return nil
	}
	if known := c.find(func(one *caller) bool { return one.Token == token }); known != nil {
		return known
	}
	return c.selfSigned(token, audience)
}

// A token that a service account signed itself (AIP-4111): RS256, for this service by its audience or for all by its scope, for an hour at most.
func (c *callers) selfSigned(token, audience string) *caller {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	var claims struct {
		Iss, Sub, Aud, Scope string
		Iat, Exp             int64
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return nil
	}
	now := time.Now().Unix()
	isForThis := claims.Aud == audience || (claims.Aud == "" && claims.Scope == "https://www.googleapis.com/auth/cloud-platform")
	if !isForThis || claims.Iss != claims.Sub || claims.Exp < now || claims.Exp-claims.Iat > 3600 || claims.Iat > now+60 {
		return nil
	}
	who := c.find(func(one *caller) bool { return one.Email == claims.Iss && one.PublicKey != "" })
	if who == nil {
		return nil
	}
	block, _ := pem.Decode([]byte(who.PublicKey))
	if block == nil {
		return nil
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	hashed := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(public.(*rsa.PublicKey), crypto.SHA256, hashed[:], signature) != nil {
		return nil
	}
	return who
}

func may(ctx context.Context, permission, resource string) error {
	who, _ := ctx.Value(contextKey{}).(*caller)
	if who.Permissions == nil || slices.Contains(who.Permissions, permission) {
		return nil
	}
	message := fmt.Sprintf("Permission '%s' denied on resource '%s' (or it may not exist).", permission, resource)
	return withInfo(codes.PermissionDenied, message, "IAM_PERMISSION_DENIED")
}

func mayOwn(ctx context.Context) error {
	return may(ctx, "cloudkms.cryptoKeys.create", "projects")
}

func unauthenticated(message string) error {
	return withInfo(codes.Unauthenticated, message, "ACCESS_TOKEN_TYPE_UNSUPPORTED")
}

func withInfo(code codes.Code, message, reason string) error {
	plain := status.New(code, message)
	if reason == "" {
		return plain.Err()
	}
	detailed, err := plain.WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: "cloudkms.googleapis.com"})
	if err != nil {
		return plain.Err()
	}
	return detailed.Err()
}
