package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/answer"
	"unroll/internal/server"
	"unroll/internal/server/page"
)

func (a *app) serveCommand() *cobra.Command {
	o := service{config: server.Config{Page: page.FS, Version: version()}}
	c, watch, rule := &o.config, &o.watch, &o.rule
	cmd := &cobra.Command{
		Use:   "serve DIR",
		Short: "Serve predictions over HTTP, with a page to try them",
		Long: `Serves the models of a run, or a single model: a page at /, POST /v1/predict,
/v1/models, /healthz, /readyz, /metrics for Prometheus, and a description of all of
them at /openapi.json. Concurrent requests are gathered into batches. When the models
are trained again, or on SIGHUP, they are reloaded without failing a request. On
Ctrl-C the server answers what it has accepted and ends.

It answers requests by an address, by localhost and by the names of --host, and not
what the page of another site makes a browser ask. With --token-file all but /healthz
and /readyz is only for those who send the token, as "Authorization: Bearer", or as the
password of any user, for which a browser asks.`,
		Example: `  sentiment serve runs/latest
  curl -d '{"texts":["a wonderful film"]}' -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/predict`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, f := range []struct {
				name  string
				value int
			}{{"batch", c.BatchSize}, {"max-body", c.MaxBody}, {"max-texts", c.MaxTexts}} {
				if err := usage.Positive(f.name, f.value); err != nil {
					return err
				}
			}
			switch {
			case c.Queue < c.MaxTexts:
				return usage.Errorf("--queue is %d, want at least --max-texts, %d", c.Queue, c.MaxTexts)
			case c.BatchWait < 0:
				return usage.Errorf("--batch-wait is %v, want at least 0", c.BatchWait)
			case c.Timeout <= 0:
				return usage.Errorf("--timeout is %v, want more than 0", c.Timeout)
			case c.LoadTimeout <= 0:
				return usage.Errorf("--load-timeout is %v, want more than 0", c.LoadTimeout)
			case *watch < 0:
				return usage.Errorf("--watch is %v, want at least 0", *watch)
			}
			for _, name := range c.Hosts {
				if _, err := server.ParseHost(name); err != nil {
					return usage.Errorf("--host is %q: %v", name, err)
				}
			}
			if err := checkRule(*rule, cmd.Flags()); err != nil {
				return err
			}
			c.Logger = slog.New(slog.NewJSONHandler(a.err, nil))
			o.dir = args[0]
			return a.serve(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one, unix:PATH is a socket")
	f.StringVar(&o.metricsAddr, "metrics-addr", "", "`address` for /metrics alone, which is then not at the other")
	f.StringArrayVar(&c.Hosts, "host", nil, "`name` by which the server may be asked, beside addresses and localhost; repeatable")
	f.StringVar(&o.tokenFile, "token-file", "", "`file` with a token that requests must send; read again on SIGHUP")
	f.StringVar(&o.certFile, "tls-cert", "", "`file` with the certificate in PEM, for HTTPS; read again when it changes")
	f.StringVar(&o.keyFile, "tls-key", "", "`file` with its key in PEM")
	f.IntVar(&c.BatchSize, "batch", 64, "`texts` per batch")
	f.DurationVar(&c.BatchWait, "batch-wait", time.Millisecond, "how long a text waits for others while a batch is running")
	f.IntVar(&c.Queue, "queue", 4096, "`texts` that may wait for a model; more are refused with 429")
	f.IntVar(&c.MaxBody, "max-body", 4<<20, "largest request in `bytes`")
	f.IntVar(&c.MaxTexts, "max-texts", 1024, "most `texts` in a request")
	f.DurationVar(&c.Timeout, "timeout", 10*time.Second, "time limit for an answer once the request has arrived")
	f.DurationVar(watch, "watch", 2*time.Second, "how often to look for retrained models; 0: never")
	f.DurationVar(&c.LoadTimeout, "load-timeout", 2*time.Minute, "time limit for loading models; those of before stay")
	f.BoolVar(&c.LogTexts, "log-texts", false, "also write the texts to the log")
	ruleFlags(rule, f)
	signatureFlag(f)
	return cmd
}

// service is what the command line says of a server.
type service struct {
	dir, addr, metricsAddr       string
	tokenFile, certFile, keyFile string
	watch                        time.Duration
	rule                         answer.Rule
	config                       server.Config
}

func (a *app) serve(ctx context.Context, o service) error {
	c := o.config
	// What is wrong with these is told in one line, before there is a log.
	if err := run.CheckRules(o.rule, o.dir); err != nil {
		return err
	}
	token, err := readToken(o.tokenFile, c.Logger)
	if err != nil {
		return err
	}
	cert, err := readCertificate(o.certFile, o.keyFile, c.Logger)
	if err != nil {
		return err
	}
	l, err := listen("addr", o.addr, cert)
	if err != nil {
		return err
	}
	defer l.Close()
	all := []*address{l}
	if o.metricsAddr != "" {
		m, err := listen("metrics-addr", o.metricsAddr, cert)
		if err != nil {
			return err
		}
		defer m.Close()
		c.Metrics, all = m, append(all, m)
	}
	limitMemory(c.Logger)
	c.Load = run.Loader(o.dir, c.BatchSize, o.rule)
	s, err := server.New(c)
	if err != nil {
		return usage.Wrap(err)
	}
	s.SetToken(token)
	background, stop := context.WithCancel(ctx)
	defer stop()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	if o.watch > 0 {
		s.Watch(background, o.watch, run.Watched(o.dir)...)
	}
	if err := s.Reload(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Serving %s on %s\n", o.dir, l.url)
	for i, at := range all {
		if i > 0 {
			fmt.Fprintf(a.out, "Metrics on %s\n", at.url)
		}
		at.warnOpen(ctx, c.Logger, token != "", cert != nil)
	}
	go renewing(background, hup, cert, func() {
		if token, err := readToken(o.tokenFile, c.Logger); err != nil {
			c.Logger.Error("the token stays as it was", "error", err.Error())
		} else {
			s.SetToken(token)
		}
		_ = s.Reload(background) // which writes into the log how it went
	})
	return s.Run(ctx, l)
}
