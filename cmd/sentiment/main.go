// Command sentiment trains and uses the two models of a well-known Keras
// tutorial on the IMDB reviews: a SimpleRNN on one-hot words, and a SimpleRNN
// on a learned embedding.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
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
	in       io.Reader
	out, err io.Writer
	started  bool // the flags and arguments were understood
}

// usageError is a mistake in the command line that a command itself found.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{errors.Errorf(format, args...)} }

// run executes a command line and returns the exit status. An error is one
// line on stderr.
func run(ctx context.Context, args []string, in io.Reader, out, stderr io.Writer) int {
	a := &app{in: in, out: out, err: stderr}
	root := a.command()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var usage usageError
	status := exitFailure
	switch {
	case errors.As(err, &usage) || !a.started:
		status = exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		status = exitInterrupted
	}
	line := strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), "\n", " ")), " ")
	fmt.Fprintf(stderr, "sentiment: %s\n", line)
	return status
}

func (a *app) command() *cobra.Command {
	train := a.trainCommand()
	root := &cobra.Command{
		Use:   "sentiment",
		Short: "Train and use recurrent models of movie reviews",
		Long: `Trains two models on the IMDB movie reviews, as a well-known Keras tutorial
does, and shows how much a learned embedding wins over one-hot words.

Without a command it does what "sentiment train" does.`,
		Example: `  sentiment                                       both experiments
  sentiment train --data sample --epochs 5        quickly, without the reviews
  sentiment evaluate runs/latest/embedding --split test
  sentiment words runs/latest/embedding good bad boring
  sentiment predict runs/latest/embedding "a wonderful film"`,
		Args:              cobra.NoArgs,
		RunE:              train.RunE,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRun:  func(*cobra.Command, []string) { a.started = true },
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.Flags().AddFlagSet(train.Flags())
	root.AddCommand(train, a.summaryCommand(), a.evaluateCommand(), a.wordsCommand(), a.predictCommand())
	return root
}
