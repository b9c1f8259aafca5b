package main

import (
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/datasets"
	"unroll/datasets/text"
	"unroll/train/optimizers"
)

// complete tells the shells' completions which values flags take.
func complete(root *cobra.Command) {
	values := map[string]cobra.CompletionFunc{
		"model": oneOf(run.Names(run.Models)), "optimizer": rowOf(optimizers.Names()), "schedule": rowOf(optimizers.ScheduleNames()),
		"rnn": oneOf([]string{"auto", "unrolled", "looped", "fused"}), "header": oneOf([]string{"yes", "no"}),
		"format": rowOf(datasets.Formats()), "encoding": rowOf(datasets.Encodings()),
		"tokenizer": rowOf(text.Tokenizers()), "normalize": rowOf(text.NormalForms()), "case": rowOf(text.Cases()),
		"padding": rowOf(text.Sides()), "truncating": rowOf(text.Sides()),
	}
	for _, c := range append(root.Commands(), root) {
		for flag, completed := range values {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, completed) // an error means that it is there already
			}
		}
		parts := rowOf(datasets.Splits())
		if c.Name() == "evaluate" {
			parts = oneOf([]string{corpus.Validation.String(), corpus.Test.String(), corpus.All})
		}
		if c.Flags().Lookup("split") != nil {
			_ = c.RegisterFlagCompletionFunc("split", parts)
		}
	}
}

// oneOf completes values, also the last of a comma-separated list.
func oneOf(list []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := begun[:strings.LastIndex(begun, ",")+1]
		var out []cobra.Completion
		for _, v := range list {
			out = append(out, before+v)
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// rowOf completes a value of a table, and says what each is.
func rowOf(all iter.Seq2[string, string]) cobra.CompletionFunc {
	var out []cobra.Completion
	for name, help := range all {
		out = append(out, cobra.CompletionWithDesc(name, help))
	}
	return cobra.FixedCompletions(out, cobra.ShellCompDirectiveNoFileComp)
}
