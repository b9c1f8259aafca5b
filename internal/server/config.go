package server

import (
	"io/fs"
	"log/slog"
	"net"
	"runtime"
	"time"

	"github.com/pkg/errors"
)

// Config says how a Server works. All but Load may be left zero.
type Config struct {
	Load Loader // reads the models; called by Reload
	// LoadTimeout is how long Load may take, and the text that each model is asked
	// then, 2 min if 0; beyond, the reload fails and the old models stay.
	LoadTimeout time.Duration
	// Hosts are the names under which requests may ask for the server, beside
	// addresses, localhost and no name; to others they are answered with 421.
	Hosts []string
	// Metrics, if not nil, is where /metrics is answered, and then not where the
	// other paths are. Run closes it.
	Metrics net.Listener
	// Page holds index.html for / and the files it needs. It is read once, by
	// New; nil is no page.
	Page fs.FS
	// Logger receives a line for each request, reload and failure; nil is none.
	Logger *slog.Logger
	// LogTexts adds the texts to the lines of requests. They may be private.
	LogTexts bool
	Version  string // of the program, for /metrics

	MaxBody      int   // bytes of a request's body, 4 MiB if 0; beyond is 413
	MaxTexts     int   // texts of a request, 1024 if 0; beyond is 413
	MaxTextBytes int   // bytes of a text in UTF-8, 1 MiB if 0; beyond is 413
	MaxHeld      int64 // bytes of all bodies at a time, 64 MaxBody if 0; beyond is 429

	BatchSize int // texts that a model is given at a time, 64 if 0
	// BatchWait is how long a text waits at most for others to fill its batch
	// while another batch is running, 1 ms if 0. When none is running it does
	// not wait.
	BatchWait time.Duration
	// Parallel is the number of batches that a model runs at a time, GOMAXPROCS
	// if 0. Explanations run one at a time.
	Parallel int
	Queue    int // texts waiting for a model, 16 BatchSize and at least MaxTexts if 0; beyond is 429
	// ExplainBatch and ExplainQueue are BatchSize and Queue for explanations,
	// which take much longer: 8 and MaxTexts if 0.
	ExplainBatch, ExplainQueue int

	// Timeout is how long a request's texts may wait and run, 10 s if 0; beyond is
	// 504. ReadTimeout is how long a client may take to send a request, 10 s if
	// 0; beyond is 408.
	Timeout, ReadTimeout time.Duration
	// Linger is how long after the end of Run's context requests are still
	// accepted, with /readyz at 503, 200 ms if 0. Drain is how long after that
	// the accepted ones may take to be answered, 30 s if 0.
	Linger, Drain time.Duration
}

// filled returns the config with its defaults, or what is wrong with it.
func (c Config) filled() (Config, error) {
	if c.Load == nil {
		return c, errors.New("server: Config.Load is nil")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	var err error
	fill(&err, "LoadTimeout", &c.LoadTimeout, 2*time.Minute)
	fill(&err, "MaxBody", &c.MaxBody, 4<<20)
	fill(&err, "MaxTexts", &c.MaxTexts, 1024)
	fill(&err, "MaxTextBytes", &c.MaxTextBytes, 1<<20)
	fill(&err, "MaxHeld", &c.MaxHeld, 64*int64(c.MaxBody))
	fill(&err, "BatchSize", &c.BatchSize, 64)
	fill(&err, "BatchWait", &c.BatchWait, time.Millisecond)
	fill(&err, "Parallel", &c.Parallel, runtime.GOMAXPROCS(0))
	fill(&err, "Queue", &c.Queue, max(16*c.BatchSize, c.MaxTexts))
	fill(&err, "ExplainBatch", &c.ExplainBatch, 8)
	fill(&err, "ExplainQueue", &c.ExplainQueue, c.MaxTexts)
	fill(&err, "Timeout", &c.Timeout, 10*time.Second)
	fill(&err, "ReadTimeout", &c.ReadTimeout, 10*time.Second)
	fill(&err, "Linger", &c.Linger, 200*time.Millisecond)
	fill(&err, "Drain", &c.Drain, 30*time.Second)
	if err != nil {
		return c, err
	}
	// A request that could never be accepted must not be told to come again.
	if c.Queue < c.MaxTexts || c.ExplainQueue < c.MaxTexts {
		return c, errors.Errorf("server: Config.Queue is %d and Config.ExplainQueue %d, want at least Config.MaxTexts, %d",
			c.Queue, c.ExplainQueue, c.MaxTexts)
	}
	if c.MaxHeld < int64(c.MaxBody) {
		return c, errors.Errorf("server: Config.MaxHeld is %d, want at least Config.MaxBody, %d", c.MaxHeld, c.MaxBody)
	}
	return c, nil
}

// fill gives the zero value its default and keeps the first complaint in err.
func fill[T int | int64 | time.Duration](err *error, name string, v *T, byDefault T) {
	if *v < 0 && *err == nil {
		*err = errors.Errorf("server: Config.%s is %v, want none below 0", name, *v)
	}
	if *v == 0 {
		*v = byDefault
	}
}
