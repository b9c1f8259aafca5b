package server

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
)

// The states of a Server, in their order.
const (
	serving int32 = iota
	leaving       // serves, but /readyz asks to go elsewhere and connections end
	closing       // answers what it accepted, and 503
)

// Server answers questions to models over HTTP.
type Server struct {
	config  Config
	files   map[string]file // of the page
	hosts   map[string]bool // of Config.Hosts
	origins http.CrossOriginProtection
	metrics *metrics
	handler http.Handler
	state   atomic.Int32
	held    atomic.Int64                      // bytes of bodies
	token   atomic.Pointer[[sha256.Size]byte] // its hash; nil asks for none

	mu    sync.RWMutex
	now   *generation // nil before the first and after the last
	ended bool

	reloading chan struct{}           // holds the one that reloads
	hung      atomic.Int32            // calls of the Loader, mostly none or one
	failed    atomic.Pointer[failure] // the last reload, if it failed
	retiring  sync.WaitGroup          // old generations
}

// New returns a server without models: the first Reload or Run loads them. The
// error names the field of the config that is wrong, or the page's file.
func New(c Config) (*Server, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	s := &Server{config: c, hosts: map[string]bool{}, reloading: make(chan struct{}, 1)}
	for _, name := range c.Hosts {
		host, err := ParseHost(name)
		if err != nil {
			return nil, errors.Errorf("server: Config.Hosts has %q: %v", name, err)
		}
		s.hosts[host] = true
	}
	if s.files, err = readPage(c.Page); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(s)
	s.handler = s.newHandler(s.routes())
	return s, nil
}

// Handler returns the routes, for use without Run.
func (s *Server) Handler() http.Handler { return s.handler }

// models returns those that answer at this moment, to be looked at, not called.
func (s *Server) models() []*loaded {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.now == nil {
		return nil
	}
	return s.now.models
}

// newHTTP returns a server of connections, with the config's limits.
func (s *Server) newHTTP(base context.Context, handler http.Handler) *http.Server {
	c := &s.config
	var silent sync.Map // connections that have not sent a request
	h := &http.Server{
		ConnState: func(c net.Conn, state http.ConnState) {
			if state == http.StateNew {
				silent.Store(c, nil)
			} else {
				silent.Delete(c)
			}
		},
		Handler:           handler,
		ReadHeaderTimeout: min(c.ReadTimeout, 5*time.Second),
		ReadTimeout:       c.ReadTimeout,
		WriteTimeout:      c.ReadTimeout + c.Timeout + 10*time.Second, // it counts from the header on
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelWarn),

		DisableGeneralOptionsHandler: true, // which answers any host
	}
	// Shutdown would wait for them as for requests.
	h.RegisterOnShutdown(func() {
		silent.Range(func(c, _ any) bool {
			_ = c.(net.Conn).Close()
			return true
		})
	})
	return h
}

// Run loads the models unless Reload did, and answers on l until ctx ends. Then it
// answers what it accepted, closes the models and returns nil; l is closed. It is
// called once. Connections of TLS speak HTTP/2, too, if l offers it. The error says
// that the models could not be loaded, that l failed, or that requests were cut off
// because Config.Drain had passed.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	c := &s.config
	if c.Metrics != nil {
		defer c.Metrics.Close()
	}
	if len(s.models()) == 0 {
		if err := s.Reload(ctx); err != nil {
			l.Close()
			return err
		}
	}
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	h := s.newHTTP(base, s.handler)
	served := make(chan error, 1)
	go func() { served <- h.Serve(l) }()
	c.Logger.Info("serving", "address", l.Addr().String(), "version", c.Version)
	if c.Metrics != nil { // until the end, which they tell of, too
		m := s.newHTTP(base, s.newHandler([]route{s.metricsRoute()}))
		defer m.Close()
		go func() {
			if err := m.Serve(c.Metrics); !errors.Is(err, http.ErrServerClosed) {
				c.Logger.Error("the metrics are not served any more", "error", err)
			}
		}()
	}
	var failed error
	select {
	case failed = <-served:
		failed = errors.Wrap(failed, "serve")
	case <-ctx.Done():
		// A client or a balancer that looks at /readyz has this long to go
		// elsewhere, and connections end with an answer instead of under a request.
		s.state.Store(leaving)
		time.Sleep(c.Linger)
	}
	s.state.Store(closing)
	c.Logger.Info("shutting down")
	if err := s.drain(h, stop); failed == nil {
		failed = err
	}
	c.Logger.Info("ended")
	return failed
}

// farewell is how long those who were cut off have to hear of it.
const farewell = time.Second

// drain waits for the requests and closes the models. After Config.Drain it stops
// the requests that are left.
func (s *Server) drain(h *http.Server, stop func()) error {
	within := func(d time.Duration, f func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		return f(ctx)
	}
	err := within(s.config.Drain, h.Shutdown)
	if err != nil {
		err = errors.Errorf("requests were cut off that took longer than %v", s.config.Drain)
		stop()
		if within(farewell, h.Shutdown) != nil {
			h.Close()
		}
	}
	s.swap(nil)
	closed := make(chan struct{})
	go func() {
		s.retiring.Wait()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(s.config.Drain):
		if err == nil {
			err = errors.Errorf("a model did not end its work within %v", s.config.Drain)
		}
	}
	return err
}
