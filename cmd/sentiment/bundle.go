package main

import (
	"fmt"
	"os"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
)

func (a *app) bundleCommand() *cobra.Command {
	var out, model, base string
	c := &cobra.Command{
		Use:   "bundle DIR",
		Short: "Write one executable with a model inside",
		Long: `Writes this program with a model inside: one file that predicts and serves, and needs
no other file and no Go. DIR is the folder of a model, or of a run, which stands for its
best model on the validation texts or for that of --model.

Of the program that it writes, predict, words, serve, evaluate, summary, export, shrink
and bundle take the model inside where they take a DIR here. Without a command it tells
which model that is.

It is for the platform of this program. --base is a build of this program for another
one, as "make release" writes them. A program with a model inside serves as one, too: its
model is left out.

On macOS the builds keep the signature that Go gives them, which does not cover the
model. codesign refuses to sign such a file, also with "-s -": a program that must be
signed or notarized takes its model by go:embed. On Windows sign it after it is written.`,
		Example: `  sentiment bundle runs/latest --out app
  ./app predict "a wonderful film"
  sentiment bundle runs/latest --model bow --base sentiment-windows-amd64.exe --out app.exe`,
		Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usage.Errorf("bundle: --out is missing, want the name of a file to write")
			}
			return a.bundle(args[0], model, base, out)
		},
	}
	c.Flags().StringVar(&out, "out", "", "`file` to write (required); folders are made if there are none")
	c.Flags().StringVar(&model, "model", "", "`name` of the model of a run (default: the best one)")
	c.Flags().StringVar(&base, "base", "", "`file` of a build of this program for another platform (default: the running program)")
	signatureFlag(c.Flags())
	return c
}

func (a *app) bundle(dir, model, base, out string) error {
	if base == "" {
		var err error
		if base, err = os.Executable(); err != nil {
			return errors.Wrap(err, "the running program is not to be found, name a build of it with --base")
		}
	}
	b, err := run.Bundle(dir, model, base, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s, of which %s are the model %s of %s.\n", out, show.Bytes(b.Size), fileSize(b.ModelSize), b.Model, b.Of)
	if b.Executable == bundle.MachO {
		fmt.Fprintln(a.out, "Note: macOS runs it with the signature of the build; codesign cannot sign it.")
	}
	return nil
}
