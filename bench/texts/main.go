// Command texts compares sentiment train with fastText and with pipelines of
// scikit-learn: the accuracy on the same texts, and the seconds that the whole
// program takes. They run in turn, each alone.
//
//	go run ./bench/texts -texts folder -reviews aclImdb.tar.gz [-results bench/RESULTS.md]
//
// The folder holds NAME_train.tsv.gz and NAME_test.tsv.gz, each with the header
// "label<TAB>text". With -results the table becomes the section "Texts" of that
// file, the rest of which stays as it is.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"

	"unroll/bench/internal/report"
)

const howToGive = `There are no texts to compare on. Name a folder with files
NAME_train.tsv.gz and NAME_test.tsv.gz (a header "label<TAB>text", then a text in
each line), the archive of the movie reviews, or both:

    make peers-text TEXTS=folder REVIEWS=aclImdb.tar.gz
`

// config is what the flags say, and what was found.
type config struct {
	texts, reviews string
	results        string // the file to write the section into; "" prints it
	python         string

	versions
	dir       string // for what is written in between
	sentiment string // our program
	out, err  io.Writer
}

func main() {
	c := &config{out: os.Stdout, err: os.Stderr}
	flag.StringVar(&c.texts, "texts", "", "`folder` of NAME_train.tsv.gz and NAME_test.tsv.gz")
	flag.StringVar(&c.reviews, "reviews", "", "`archive` of the movie reviews, such as aclImdb.tar.gz")
	flag.StringVar(&c.results, "results", "", "`file` whose section Texts is written anew; printed if empty")
	flag.StringVar(&c.python, "python", "", "Python with scikit-learn; /usr/bin/python3, then python3 from the PATH, if empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, c, flag.Args())
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "texts: interrupted")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "texts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c *config, args []string) error {
	if len(args) > 0 {
		return errors.Errorf("unknown argument %q; see -help", args[0])
	}
	sets, left, err := find(c.texts, c.reviews)
	if err != nil {
		return err
	}
	if len(sets) == 0 {
		fmt.Fprint(c.err, howToGive)
		return nil
	}
	for _, line := range left {
		fmt.Fprintln(c.err, line)
	}
	switch c.versions, err = findPeers(ctx, c.python); {
	case errors.Is(err, errMissing):
		fmt.Fprintf(c.err, install, err)
		return nil
	case err != nil:
		return err
	}
	if c.dir, err = os.MkdirTemp("", "unroll-texts-"); err != nil {
		return errors.WithStack(err)
	}
	defer os.RemoveAll(c.dir)
	c.sentiment = filepath.Join(c.dir, "sentiment")
	if runtime.GOOS == "windows" {
		c.sentiment += ".exe"
	}
	if _, err := output(exec.CommandContext(ctx, "go", "build", "-o", c.sentiment, "unroll/cmd/sentiment")); err != nil {
		return err
	}
	head := report.Header(report.Processor(), runtime.GOMAXPROCS(0), runtime.GOOS+"/"+runtime.GOARCH, runtime.Version(), time.Now())
	head = strings.TrimSuffix(head, "\n") + fmt.Sprintf("  \nOthers: fastText %s, scikit-learn %s, Python %s  \nLoad average before it: %s\n", c.FastText, c.SKLearn, c.Python, load())
	measured, err := c.measure(ctx, sets)
	if err != nil {
		return err
	}
	section := write(head, left, measured)
	if c.results == "" {
		fmt.Fprint(c.out, section)
		return nil
	}
	old, err := os.ReadFile(c.results)
	if err != nil {
		return errors.WithStack(err)
	}
	fmt.Fprintf(c.out, "%s\nWritten to %s.\n", section, c.results)
	return errors.WithStack(os.WriteFile(c.results, []byte(replace(string(old), section)), 0o644))
}

// measure runs all programs on each set, one after the other.
func (c *config) measure(ctx context.Context, sets []set) (measured, error) {
	m := measured{sets: sets, results: make([][]*result, len(programs))}
	for p := range m.results {
		m.results[p] = make([]*result, len(sets))
	}
	for s, set := range sets {
		for p, program := range programs {
			if !program.on(set) {
				continue
			}
			r, err := program.run(ctx, c, set)
			if err != nil {
				return m, errors.Wrapf(err, "%s: %s", set.name, program.name)
			}
			fmt.Fprintf(c.err, "%s: %s: %s\n", set.name, program.name, r)
			m.results[p][s] = r
		}
	}
	return m, nil
}

// load tells how busy the machine is, where the system says it.
func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return busy(string(data), runtime.NumCPU())
}

// busy says it if there was more to do than one program can, by the first number of
// /proc/loadavg.
func busy(loadavg string, processors int) string {
	first, _, _ := strings.Cut(loadavg, " ")
	if n, err := strconv.ParseFloat(first, 64); err == nil && n > float64(processors) {
		return first + ": **the machine was busy, and the times are too long**"
	}
	return first
}

// set is a data set.
type set struct {
	name  string
	files []string // those to train and to test on, or the one archive of the reviews
}

func (s set) reviews() bool { return len(s.files) == 1 }

// known are the sets that are missed where their files are not there.
var known = []string{"trec", "mr", "subj", "sms", "nsmc"}

// find returns the sets whose files are there, and a line on each that is left out.
func find(texts, reviews string) (sets []set, left []string, err error) {
	if reviews == "" {
		left = append(left, "imdb is left out: no archive of the movie reviews is named")
	} else if _, err := os.Stat(reviews); err != nil {
		left = append(left, fmt.Sprintf("imdb is left out: there is no %s", filepath.Base(reviews)))
	} else {
		sets = append(sets, set{"imdb", []string{reviews}})
	}
	if texts == "" {
		return sets, append(left, strings.Join(known, ", ")+" are left out: no folder of texts is named"), nil
	}
	entries, err := os.ReadDir(texts)
	if err != nil {
		return nil, nil, errors.WithStack(err)
	}
	const train, test = "_train.tsv.gz", "_test.tsv.gz"
	there := map[string]bool{}
	names := slices.Clone(known)
	for _, e := range entries {
		there[e.Name()] = true
		for _, end := range []string{train, test} {
			if name, ok := strings.CutSuffix(e.Name(), end); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		missing := slices.DeleteFunc([]string{name + train, name + test}, func(n string) bool { return there[n] })
		if len(missing) > 0 {
			left = append(left, fmt.Sprintf("%s is left out: there is no %s", name, strings.Join(missing, " and no ")))
			continue
		}
		sets = append(sets, set{name, []string{filepath.Join(texts, name+train), filepath.Join(texts, name+test)}})
	}
	return sets, left, nil
}
