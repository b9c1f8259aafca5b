package server

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// route is a path of the API, in the form of http.ServeMux, with its one method.
type route struct {
	method, path string
	handle       func(w http.ResponseWriter, r *http.Request, e *entry) error
	quiet        bool // logged only for debugging
	open         bool // answered without the token
}

func (s *Server) routes() []route {
	all := []route{
		{method: http.MethodPost, path: "/v1/predict", handle: s.predict},
		{method: http.MethodGet, path: "/v1/models", handle: s.listModels},
		{method: http.MethodGet, path: "/v1/models/{name}/history", handle: s.history},
		{method: http.MethodGet, path: "/healthz", handle: s.healthz, quiet: true, open: true},
		{method: http.MethodGet, path: "/readyz", handle: s.readyz, quiet: true, open: true},
		{method: http.MethodGet, path: "/openapi.json", handle: s.openAPI, quiet: true},
		{method: http.MethodGet, path: "/", handle: s.page, quiet: true},
	}
	if s.config.Metrics == nil {
		all = append(all, s.metricsRoute())
	}
	return all
}

func (s *Server) metricsRoute() route {
	return route{method: http.MethodGet, path: "/metrics", handle: s.showMetrics, quiet: true}
}

// otherRoute stands for paths that there are not.
const otherRoute = "other"

// entry is what is logged and counted of a request.
type entry struct {
	http.ResponseWriter
	status  int
	route   string
	quiet   bool
	model   string
	explain bool
	texts   []string
	err     error // what an answer of 500 does not say, and what some others do
}

// WriteHeader notes the status.
func (e *entry) WriteHeader(status int) {
	e.status = status
	e.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (e *entry) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// requestID returns the client's X-Request-Id if it is a short plain word, or a
// new one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	plain := func(c rune) bool {
		return c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	if id == "" || len(id) > 64 || strings.ContainsFunc(id, func(c rune) bool { return !plain(c) }) {
		return fmt.Sprintf("%016x", rand.Uint64())
	}
	return id
}

// securityHeaders keep a browser from running, framing or sending elsewhere
// what is not the page's.
var securityHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	"X-Content-Type-Options":  "nosniff",
	"Referrer-Policy":         "no-referrer",
}

// newHandler returns the routes behind what all of them share: who is answered,
// headers, errors, the log and the metrics.
func (s *Server) newHandler(routes []route) http.Handler {
	mux := http.NewServeMux()
	if !slices.ContainsFunc(routes, func(rt route) bool { return rt.path == "/" }) {
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { s.fail(w.(*entry), errNotFound) })
	}
	for _, rt := range routes {
		mux.HandleFunc(rt.path, func(w http.ResponseWriter, r *http.Request) {
			e := w.(*entry) // made below
			e.route, e.quiet = rt.path, rt.quiet
			err := methodError(rt.method, r.Method)
			if _, ok := s.files[r.URL.Path]; rt.path == "/" && !ok {
				err = errNotFound
			}
			if !rt.open && !s.authorized(r) {
				err = errUnauthorized
			}
			if err == nil {
				err = rt.handle(w, r, e)
			}
			if err != nil {
				s.fail(e, err)
			}
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		h := w.Header()
		for name, value := range securityHeaders {
			h.Set(name, value)
		}
		h.Set("X-Request-Id", id)
		// Behind a proxy that reads a length where we read chunks, what we took for
		// the next request could be the end of this one's body.
		if s.state.Load() != serving || len(r.TransferEncoding) > 0 {
			h.Set("Connection", "close")
		}
		e := &entry{ResponseWriter: w, route: otherRoute, status: http.StatusOK}
		s.metrics.inFlight.Inc()
		finished := false
		defer func() {
			if !finished { // a panic, which net/http logs with its stack
				e.status = http.StatusInternalServerError
			}
			s.metrics.inFlight.Dec()
			s.metrics.answered(e.route, e.status, time.Since(start))
			s.log(r.Context(), r.Method, id, e, time.Since(start))
		}()
		err := s.admit(r)
		if err == nil && !clean(r.URL.EscapedPath()) {
			err = errNotFound
		}
		if err != nil {
			s.fail(e, err)
		} else {
			mux.ServeHTTP(e, r)
		}
		finished = true
	})
}

// clean reports whether http.ServeMux takes a path as it is. It would answer others, such
// as //a, /a/../b and the * of OPTIONS, itself, and otherwise than openapi.json says.
func clean(p string) bool {
	c := path.Clean(p)
	return strings.HasPrefix(p, "/") && (c == p || c != "/" && c+"/" == p)
}

// methodError returns the answer 405 unless a route of method takes got.
func methodError(method, got string) error {
	allow := method
	if method == http.MethodGet {
		allow = "GET, HEAD"
	}
	if got == method || method == http.MethodGet && got == http.MethodHead {
		return nil
	}
	return &apiError{status: http.StatusMethodNotAllowed, code: "method_not_allowed", allow: allow,
		message: "the method is not allowed here, want " + allow}
}

// fail answers with the error.
func (s *Server) fail(e *entry, err error) {
	var api *apiError
	if !errors.As(err, &api) {
		api, e.err = errInternal, err
	}
	if api.logged {
		e.err = err
	}
	if api.status == http.StatusNotFound && e.route == "/" {
		e.route = otherRoute
	}
	writeError(e, api)
}

// log writes a line for the request, without its texts unless asked.
func (s *Server) log(ctx context.Context, method, id string, e *entry, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case e.status >= 500:
		level = slog.LevelError
	case e.quiet && e.status < 400:
		level = slog.LevelDebug
	}
	if !s.config.Logger.Enabled(ctx, level) {
		return
	}
	size := 0
	for _, t := range e.texts {
		size += len(t)
	}
	attrs := []slog.Attr{
		slog.String("id", id), slog.String("method", method), slog.String("route", e.route),
		slog.Int("code", e.status), slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	if len(e.texts) > 0 {
		attrs = append(attrs, slog.String("model", e.model), slog.Bool("explain", e.explain),
			slog.Int("texts", len(e.texts)), slog.Int("bytes", size))
	}
	if s.config.LogTexts {
		attrs = append(attrs, slog.Any("content", e.texts))
	}
	if e.err != nil {
		attrs = append(attrs, slog.String("error", e.err.Error()))
	}
	s.config.Logger.LogAttrs(ctx, level, "request", attrs...)
}
