package server

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/pkg/errors"
)

// ParseHost returns a name under which a server is known, as requests are compared
// with it: in lower case, without the dot of the root. The error says what about it
// is not a name, or that it need not be named.
func ParseHost(name string) (string, error) {
	host := strings.ToLower(strings.TrimSuffix(name, "."))
	switch {
	case host == "":
		return "", errors.New("it is empty")
	case strings.Contains(name, "://"):
		return "", errors.New("it has a scheme, want the name alone")
	case local(host) || local("["+host+"]"):
		return "", errors.New("it is answered without it")
	case strings.Contains(host, ":"):
		return "", errors.New("it has a port, want the name alone")
	case strings.Contains(host, "*"):
		return "", errors.New("it has a *, want each name by itself")
	case len(host) > 253:
		return "", errors.New("it has more than 253 characters")
	}
	for label := range strings.SplitSeq(host, ".") {
		wrong := func(c rune) bool { return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') }
		switch {
		case label == "" || len(label) > 63:
			return "", errors.New("between two dots it has no characters, or more than 63")
		case strings.ContainsFunc(label, wrong) || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
			return "", errors.Errorf("%q is no part of a name: letters from a to z, digits and hyphens between them (names of other letters as xn--…)", label)
		}
	}
	return host, nil
}

// local reports whether a host cannot be the name of somebody else's page that was
// made to lead here: an address, those of IPv6 in brackets, or a name that browsers
// look up nowhere.
func local(host string) bool {
	inner, brackets := strings.CutPrefix(host, "[")
	if brackets {
		host = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(host)
	if brackets || err == nil {
		return err == nil && brackets == addr.Is6()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// answersTo reports whether a request's Host is one of this server's. A page on the
// Internet whose name was made to lead to this machine (DNS rebinding) gives itself
// away by that name. There is none in requests of HTTP/1.0, which browsers do not send.
func (s *Server) answersTo(host string) bool {
	if host == "" {
		return true
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		if strings.Trim(host[i+1:], "0123456789") != "" {
			return false
		}
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return local(host) || s.hosts[host]
}

// admit returns the answer to a request that is not for this server, or that the page
// of another one makes a browser send: it gets nothing, not even by GET.
func (s *Server) admit(r *http.Request) error {
	if !s.answersTo(r.Host) {
		return misdirected(r.Host)
	}
	site := r.Header.Get("Sec-Fetch-Site")
	if site == "" && r.Header.Get("Origin") == "" {
		return nil
	}
	// Whoever follows a link of another site may come to the page.
	_, page := s.files[r.URL.Path]
	if page && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return nil
	}
	asPost := *r // the methods that are called safe pass the check unseen
	asPost.Method = http.MethodPost
	if s.origins.Check(&asPost) != nil {
		return errCrossOrigin
	}
	return nil
}
