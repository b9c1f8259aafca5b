package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// challenges are the ways to show the token: programs do it by Bearer, and a browser
// asks for a password by Basic.
var challenges = []string{`Bearer realm="unroll"`, `Basic realm="unroll", charset="UTF-8"`}

// SetToken makes requests show a token, or another one than before; "" asks for none.
// /healthz and /readyz are answered without it.
func (s *Server) SetToken(token string) {
	if token == "" {
		s.token.Store(nil)
		return
	}
	hash := sha256.Sum256([]byte(token))
	s.token.Store(&hash)
}

// authorized reports whether a request shows the token, as Bearer or as the password
// of any user, or need not. The time of the comparison tells nothing of it: hashes are
// compared, of the same length.
func (s *Server) authorized(r *http.Request) bool {
	want := s.token.Load()
	if want == nil {
		return true
	}
	_, shown, ok := r.BasicAuth()
	if !ok {
		var kind string
		if kind, shown, _ = strings.Cut(r.Header.Get("Authorization"), " "); !strings.EqualFold(kind, "Bearer") {
			return false
		}
	}
	got := sha256.Sum256([]byte(strings.TrimSpace(shown)))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
