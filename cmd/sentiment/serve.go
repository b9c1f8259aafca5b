package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/answer"
	"unroll/internal/server"
	"unroll/internal/server/page"
)

func (a *app) serveCommand() *cobra.Command {
	var addr string
	var watch time.Duration
	var rule answer.Rule
	c := server.Config{Page: page.FS, Version: version()}
	cmd := &cobra.Command{
		Use:   "serve DIR",
		Short: "Serve predictions over HTTP, with a page to try them",
		Long: `Serves the models of a run, or a single model: a page at /, POST /v1/predict,
/v1/models, /healthz, /readyz, /metrics for Prometheus, and a description of all of
them at /openapi.json. Concurrent requests are gathered into batches. When the models
are trained again, or on SIGHUP, they are reloaded without failing a request. On
Ctrl-C the server answers what it has accepted and ends.`,
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
			case watch < 0:
				return usage.Errorf("--watch is %v, want at least 0", watch)
			}
			if err := checkRule(rule, cmd.Flags()); err != nil {
				return err
			}
			c.Logger = slog.New(slog.NewJSONHandler(a.err, nil))
			return a.serve(cmd.Context(), args[0], addr, watch, rule, c)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	f.IntVar(&c.BatchSize, "batch", 64, "`texts` per batch")
	f.DurationVar(&c.BatchWait, "batch-wait", time.Millisecond, "how long a text waits for others while a batch is running")
	f.IntVar(&c.Queue, "queue", 4096, "`texts` that may wait for a model; more are refused with 429")
	f.IntVar(&c.MaxBody, "max-body", 4<<20, "largest request in `bytes`")
	f.IntVar(&c.MaxTexts, "max-texts", 1024, "most `texts` in a request")
	f.DurationVar(&c.Timeout, "timeout", 10*time.Second, "time limit for an answer once the request has arrived")
	f.DurationVar(&watch, "watch", 2*time.Second, "how often to look for retrained models; 0: never")
	f.BoolVar(&c.LogTexts, "log-texts", false, "also write the texts to the log")
	ruleFlags(&rule, f)
	signatureFlag(f)
	return cmd
}

func (a *app) serve(ctx context.Context, dir, addr string, watch time.Duration, rule answer.Rule, c server.Config) error {
	c.Load = run.Loader(dir, c.BatchSize, rule)
	limitMemory(c.Logger)
	s, err := server.New(c)
	if err != nil {
		return usage.Wrap(err)
	}
	background, stop := context.WithCancel(ctx)
	defer stop()
	if watch > 0 {
		s.Watch(background, watch, run.Watched(dir)...)
	}
	// What is wrong with these is told in one line, before there is a log.
	if err := run.CheckRules(rule, dir); err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return errors.Errorf("--addr %s: %v", addr, cause(err))
	}
	if err := s.Reload(ctx); err != nil {
		l.Close()
		return err
	}
	fmt.Fprintf(a.out, "Serving %s on http://%s\n", dir, l.Addr())
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go func() {
		for {
			select {
			case <-hup:
				_ = s.Reload(background) // which writes into the log how it went
			case <-background.Done():
				return
			}
		}
	}()
	return s.Run(ctx, l)
}

// cause is why an address cannot be listened on, without the address.
func cause(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) {
		return err
	}
	var call *os.SyscallError
	var addr *net.AddrError
	switch {
	case errors.As(op.Err, &call):
		return call.Err
	case errors.As(op.Err, &addr):
		return errors.New(addr.Err)
	}
	return op.Err
}
