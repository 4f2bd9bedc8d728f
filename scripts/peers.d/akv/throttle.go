package main

import (
	"net/http"
	"strings"
	"sync"
)

// Refuses requests for being too many.
type throttle struct {
	mutex sync.Mutex
	// How many of the next ones: -1 for all.
	Times int `json:"times"`
	// Value of Retry-After; none when empty.
	RetryAfter string `json:"retryAfter"`
	// Only requests whose path ends so; all when empty.
	Suffix string `json:"suffix"`
}

func (t *throttle) set(times int, retryAfter, suffix string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.Times, t.RetryAfter, t.Suffix = times, retryAfter, suffix
}

func (t *throttle) check(r *http.Request) *refusal {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.Times == 0 || !strings.HasSuffix(r.URL.Path, t.Suffix) {
		return nil
	}
	if t.Times > 0 {
		t.Times--
	}
	refused := &refusal{status: http.StatusTooManyRequests, code: "Throttled", inner: "SubscriptionRequestsThrottled",
		text: "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached", header: http.Header{}}
	if t.RetryAfter != "" {
		refused.header.Set("Retry-After", t.RetryAfter)
	}
	return refused
}
