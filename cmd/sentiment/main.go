// Command sentiment trains the two models of a well-known Keras tutorial on the
// IMDB reviews – a SimpleRNN on one-hot words, and a SimpleRNN on a learned
// embedding – and uses what it trained:
//
//	sentiment [train]                 train, save models, curves and results
//	sentiment data PATH...            look at texts before training on them
//	sentiment probe                   find a learning rate
//	sentiment serve DIR               the models over HTTP, and a page
//	sentiment compare DIR...          one report of several runs
//	sentiment graph                   draw a model
//	sentiment summary [FILE]          layers, shapes and parameters
//	sentiment import FILE --out DIR   a model of Keras's and its tokenizer
//	sentiment evaluate DIR            loss and accuracy of saved models
//	sentiment words DIR WORD...       what an embedding learned
//	sentiment predict DIR [TEXT...]   positive or negative
//	sentiment export DIR              a model for Keras
//	sentiment shrink DIR              a small copy of a model
//	sentiment bundle DIR --out FILE   one executable with a model inside
//	sentiment sign DIR --key FILE     a signature of its files
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/terminal"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The next signal ends the program at once, but not one that comes with the
	// first: a process group and its parent may both pass it on.
	context.AfterFunc(ctx, func() { time.AfterFunc(time.Second, stop) })
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// The exit statuses.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// app is what the commands share: the program's three streams.
type app struct {
	in  io.Reader
	out *terminal.Output
	err io.Writer

	// say is where a command tells how it goes on, and events, if not nil, where
	// it writes the same as JSON: see speak.
	say    io.Writer
	events *json.Encoder

	name, inside string // of a program with a model inside, its name and its path

	interrupted string // the last line if the user interrupts
}

// console is where texts come from and are told of.
func (a *app) console() corpus.Console {
	return corpus.Console{In: a.in, Err: a.err, Width: terminal.Width(a.err)}
}

func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "warning: %s\n", show.OneLine(fmt.Sprintf(format, args...)))
}

// execute runs a command line and returns the exit status. An error is one
// line on stderr.
func execute(ctx context.Context, args []string, in io.Reader, out, stderr io.Writer) int {
	a := &app{in: in, out: &terminal.Output{Writer: out}, err: stderr, interrupted: "interrupted"}
	a.say = a.out
	err := a.open()
	if err == nil {
		err = a.perform(ctx, args)
	}
	if err == nil {
		err = a.out.Err
	}
	var wrong usage.Error
	status := exitFailure
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &wrong):
		status = exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		status = exitInterrupted
		err = errors.New(a.interrupted)
	}
	fmt.Fprintf(stderr, "%s: %s\n", a.program(), strings.Join(strings.Fields(worded(err)), " "))
	return status
}

// perform runs a command line.
func (a *app) perform(ctx context.Context, args []string) error {
	root := a.command()
	if a.inside != "" {
		if err := a.within(root); err != nil {
			return err
		}
	}
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return root.ExecuteContext(ctx)
}

// worded is an error as users read it: without the names of system calls, and without
// a path that the sentence has named before.
func worded(err error) string {
	message := err.Error()
	var file *fs.PathError
	if !errors.As(err, &file) {
		return message
	}
	before, after, found := strings.Cut(message, file.Error())
	if !found {
		return message
	}
	if !strings.Contains(before, file.Path) {
		before += file.Path + ": "
	}
	return before + file.Err.Error() + after
}

func (a *app) command() *cobra.Command {
	train := a.trainCommand()
	root := &cobra.Command{
		Use:   a.program(),
		Short: "Train text classifiers and use them",
		Long: `Trains text classifiers and uses them. Without a command it runs "sentiment train",
which trains the two models of a well-known Keras tutorial on the IMDB movie reviews
and shows how much a learned embedding gains over one-hot words.

The exit status is 0 on success, 1 after an error, 2 for a wrong command line and
130 after an interrupt. An error is one line on standard error. Colours and progress
bars appear only on a terminal, and colours not if NO_COLOR is set.`,
		Example: `  sentiment                                       both experiments
  sentiment train --data sample --epochs 5        quickly, without the reviews
  sentiment evaluate runs/latest/embedding --split test
  sentiment words runs/latest/embedding good bad boring
  sentiment predict runs/latest/embedding "a wonderful film"`,
		Args:                       knownCommand,
		RunE:                       train.RunE,
		Version:                    version(),
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
	}
	root.Flags().AddFlagSet(train.Flags())
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(train, a.compareCommand(), a.serveCommand(), a.graphCommand(), a.dataCommand(), a.probeCommand(), a.summaryCommand(), a.importCommand(), a.evaluateCommand(), a.wordsCommand(), a.predictCommand(), a.exportCommand(), a.shrinkCommand(), a.bundleCommand(), a.signCommand())
	complete(root)
	for _, c := range append(root.Commands(), root) {
		strict(c)
	}
	return root
}

// knownCommand refuses arguments of the program itself: its commands are
// handled before.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see " + root.Name() + " --help"
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage.Errorf("unknown command %q, %s", args[0], hint)
}

// arguments returns a check that a command is given at least so many
// arguments, and at most so many unless that is negative.
func arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch n := len(args); {
		case n > 0 && args[0] == "": // as of a variable that is not set; it would be the folder that one is in
			return usage.Errorf("%s: the first argument is empty, usage: %s", c.Name(), c.UseLine())
		case n < least:
			return usage.Errorf("%s: an argument is missing, usage: %s", c.Name(), c.UseLine())
		case most >= 0 && n > most:
			return usage.Errorf("%s: unexpected argument %q, usage: %s", c.Name(), args[most], c.UseLine())
		}
		return nil
	}
}

// dashed tells of "--" where a text may have been taken for a flag.
func dashed(c *cobra.Command) *cobra.Command {
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		var unknown *pflag.NotExistError
		var malformed *pflag.InvalidSyntaxError
		if errors.As(err, &unknown) || errors.As(err, &malformed) {
			like := c.CommandPath()
			if strings.Contains(c.Use, " DIR") {
				like += " DIR"
			}
			return usage.Errorf(`%s: %v; put a text that begins with a dash after --: %s -- "- like this"`, c.Name(), err, like)
		}
		return c.Parent().FlagErrorFunc()(c, err)
	})
	return c
}
