// Command peers compares this project with PyTorch, and its recurrence with
// the naive graph and with the processor's own limit, all in one run. Both
// sides take turns; the tables give the medians, and the median, the least and
// the greatest of the ratios of the pairs.
//
//	go run ./bench/peers [-quick] [-pairs 5] [-only epoch,grid,gates,classic,infer,onnx,arithmetic,graphs,text,serve]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"unroll/bench/internal/report"
	"unroll/internal/kernel"
)

const install = `PyTorch was not found, so nothing is compared with it:

    %v

On Debian and Ubuntu it is installed by

    apt-get install python3-torch libopenblas0-pthread

(without OpenBLAS its products run on the reference BLAS, several times slower).
Another Python that has it is named by -python.
`

// config is what the flags say.
type config struct {
	quick  bool
	pairs  int
	python string
	feed   bool
	only   []string

	peer *peer // nil where there is no PyTorch
	out  io.Writer
}

// seconds is how long a short measurement takes at least.
func (c *config) seconds() float64 {
	if c.quick {
		return 0.02
	}
	return 0.2
}

// section is one comparison.
type section struct {
	name  string
	torch bool // needs PyTorch
	run   func(context.Context, *config) error
}

var sections = []section{
	{"epoch", true, epochs},
	{"grid", true, grid},
	{"gates", true, gates},
	{"classic", true, classic},
	{"infer", true, inference},
	{"onnx", false, runtimes},
	{"arithmetic", false, arithmetic},
	{"graphs", false, graphs},
	{"text", false, texts},
	{"serve", true, serve},
}

func main() {
	c := &config{out: os.Stdout}
	var only string
	flag.BoolVar(&c.quick, "quick", false, "a smoke test: one pair of small sizes")
	flag.IntVar(&c.pairs, "pairs", 5, "`number` of alternating pairs")
	flag.StringVar(&c.python, "python", "", "Python with PyTorch; /usr/bin/python3, then python3 from the PATH, if empty")
	flag.BoolVar(&c.feed, "feed", false, "let PyTorch gather its batches too in the grid; ours always do")
	flag.StringVar(&only, "only", "", "comma-separated `sections` to run: epoch, grid, gates, classic, infer, onnx, arithmetic, graphs, text, serve")
	flag.Parse()
	if only != "" {
		c.only = strings.Split(only, ",")
	}
	if c.quick {
		c.pairs = 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, c)
	if c.peer != nil {
		c.peer.close()
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "peers: interrupted")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c *config) error {
	if c.pairs < 1 || flag.NArg() > 0 {
		return errors.New("want at least one pair and no arguments; see -help")
	}
	for _, name := range c.only {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == name }) {
			return fmt.Errorf("-only: unknown section %q", name)
		}
	}
	fmt.Fprint(c.out, report.Header(report.Processor(), runtime.GOMAXPROCS(0), "kernels "+kernel.Family(), runtime.Version(), time.Now()))
	var err error
	c.peer, err = findPeer(ctx, c.python)
	switch {
	case errors.Is(err, errNoTorch):
		fmt.Fprintf(os.Stderr, install, err)
		fmt.Fprintln(c.out, "\nPyTorch was not found, so nothing is compared with it.")
	case err != nil:
		return err
	default:
		fmt.Fprintf(c.out, "PyTorch: %s, BLAS: %s\n", c.peer.Version, strings.Join(c.peer.BLAS, ", "))
		if c.peer.Reference {
			const warning = "PyTorch runs on the reference BLAS, which is several times slower than OpenBLAS: install libopenblas0-pthread for a fair comparison"
			progress("warning: %s", warning)
			fmt.Fprintf(c.out, "\n**Warning:** %s.\n", warning)
		}
	}
	for _, s := range sections {
		if len(c.only) > 0 && !slices.Contains(c.only, s.name) || s.torch && c.peer == nil {
			continue
		}
		if err := s.run(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// print writes a section's title, what it measures, and its table.
func (c *config) print(title, text string, t *report.Table) {
	fmt.Fprintf(c.out, "\n### %s\n\n%s\n\n%s", title, text, t)
}
