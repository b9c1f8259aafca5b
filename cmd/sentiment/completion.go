package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// complete tells the shells' completions which values flags take.
func complete(root *cobra.Command) {
	values := map[string][]string{
		"model": names(experiments), "optimizer": slices.Sorted(maps.Keys(knownOptimizers)), "schedule": slices.Sorted(maps.Keys(schedules)),
		"rnn": {"auto", "unrolled", "looped", "fused"}, "format": {"csv", "tsv", "jsonl", "fasttext", "folder", "lines"},
		"header": {"yes", "no"}, "tokenizer": {keras, "words", "chars", "bpe"}, "normalize": {none, "NFC", "NFD", "NFKC", "NFKD"},
		"case": {"ascii", "lower", "keep"}, "padding": {"pre", "post"}, "truncating": {"pre", "post"},
	}
	for _, c := range append(root.Commands(), root) {
		for flag, list := range values {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, oneOf(list)) // an error means that it is there already
			}
		}
		parts := []string{"random", "stratified", "group", "file"}
		if c.Name() == "evaluate" {
			parts = []string{validationPart, testPart, allParts}
		}
		if c.Flags().Lookup("split") != nil {
			_ = c.RegisterFlagCompletionFunc("split", oneOf(parts))
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
