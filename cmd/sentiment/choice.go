package main

import (
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/choice"
)

// choose adds a flag that takes a name of a table. A %s in its usage stands for the
// names.
func choose(flags *pflag.FlagSet, to *string, name, value, usage string, all iter.Seq2[string, string]) {
	addChoice(flags, choice.NewFlag(to, value, all), name, usage)
}

// chooseModels adds a flag that takes the names of models, separated by commas.
func chooseModels(flags *pflag.FlagSet, to *string, value, usage string) {
	f := choice.NewFlag(to, value, run.Choices())
	f.Many = true
	addChoice(flags, f, "model", usage)
}

func addChoice(flags *pflag.FlagSet, f *choice.Flag, name, usage string) {
	flags.Var(f, name, strings.Replace(usage, "%s", f.List(), 1))
}

// choiceOf returns the table of a flag and all else that it takes, nil if it has none.
func choiceOf(f *pflag.Flag) *choice.Flag {
	value := f.Value
	if once, ok := value.(*single); ok {
		value = once.Value
	}
	c, _ := value.(*choice.Flag)
	return c
}

// complete tells the shells' completions which names flags take.
func complete(root *cobra.Command) {
	for _, c := range append(root.Commands(), root) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if of := choiceOf(f); of != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, completion(of)) // an error means that it is there already
			}
		})
	}
}

// completion offers the names that a flag takes, or those that may follow in its list,
// and says what each is.
func completion(of *choice.Flag) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) (offered []cobra.Completion, _ cobra.ShellCompDirective) {
		before := ""
		if of.Many {
			before = begun[:strings.LastIndex(begun, ",")+1]
		}
		for name, help := range of.All {
			switch {
			case slices.Contains(strings.Split(before, ","), name):
			case help == "":
				offered = append(offered, before+name)
			default:
				offered = append(offered, cobra.CompletionWithDesc(before+name, help))
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
}
