package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
)

// line is a command line whose flags are read.
type line struct {
	command string
	flags   *pflag.FlagSet
	args    int
}

// has reports whether a flag was given.
func (l line) has(flag string) bool { return l.flags.Changed(flag) }

// value returns a flag's value, given or not; "" of a flag that the command does
// not have.
func (l line) value(flag string) string {
	if f := l.flags.Lookup(flag); f != nil {
		return f.Value.String()
	}
	return ""
}

// none reports whether none of the models is as is says.
func (l line) none(is func(run.Model) bool) bool {
	if l.flags.Lookup("model") == nil {
		return false
	}
	names := l.value("model")
	if names == "" {
		var data []string
		if f := l.flags.Lookup("data"); f != nil {
			data = f.Value.(pflag.SliceValue).GetSlice()
		}
		names = run.Default(data)
	}
	chosen, err := run.Choose(names)
	return err == nil && !slices.ContainsFunc(chosen, is)
}

// rule returns why a flag that was given has no effect, "" if it has one.
type rule func(line) string

func always(line) string { return "" }

// needs is the rule of a flag that tells more about another one.
func needs(flag string) rule {
	return func(l line) string {
		if l.has(flag) {
			return ""
		}
		return "without --" + flag
	}
}

// wordsOnly is the rule of a number that byte pairs have no use for, unless it is
// one of those that stand for nothing.
func wordsOnly(flag string, nothing ...string) rule {
	return func(l line) string {
		if l.value("tokenizer") == corpus.BPE && !slices.Contains(nothing, l.value(flag)) {
			return "with --tokenizer bpe"
		}
		return ""
	}
}

// reads is the rule of a flag that says how files are read.
func reads(l line) string {
	if l.command == "predict" || l.command == "compare" {
		return needs("data")(l)
	}
	return ""
}

// divides is the rule of a flag that says how validation texts are found.
func divides(l line) string {
	if l.has("validation-data") {
		return "with --validation-data"
	}
	return ""
}

// described is the rule of a flag that describes a model, where a file does.
func described(l line) string {
	if l.command == "summary" && l.args > 0 {
		return "on a file, which says what its model is"
	}
	return ""
}

// expression is the rule of a flag that tells more about an expression graph, where it
// is drawn.
func expression(l line) string {
	if l.command == "graph" && l.value("view") != "expression" {
		return "without --view expression"
	}
	return ""
}

// ordered is the rule of a flag of texts as words in their order.
func ordered(l line) string {
	if l.value("from") == "" && l.command != "summary" && l.command != "graph" && l.none(func(e run.Model) bool { return !e.Grams }) {
		return "on a model of n-grams"
	}
	return ""
}

// epochs is the rule of a flag of training in epochs.
func epochs(l line) string {
	grams := l.value("from") != "" && run.FromGrams(l.value("from")) ||
		l.value("from") == "" && l.value("resume") == "" && l.none(func(e run.Model) bool { return !e.Grams })
	if grams {
		return "on a model of n-grams, which is not trained in epochs"
	}
	return ""
}

// sized is the rule of a flag of the size of layers that not all models have.
func sized(has func(run.Layout) bool, without string) rule {
	return first(described, func(l line) string {
		if l.value("resume") == "" && l.none(func(e run.Model) bool { return has(e.Layout) }) {
			return "on a model without " + without
		}
		return ""
	})
}

// first returns the first reason that rules give.
func first(rules ...rule) rule {
	return func(l line) string {
		for _, r := range rules {
			if why := r(l); why != "" {
				return why
			}
		}
		return ""
	}
}

// flagRules holds a rule for each flag of each command: a flag is never without
// effect in silence. What only the data tell is refused by those who read them.
var flagRules = map[string]rule{
	"abstain": always, "threshold": always,
	"addr": always, "metrics-addr": always, "host": always, "token-file": always, "tls-cert": needs("tls-key"), "tls-key": needs("tls-cert"), "load-timeout": always,
	"base": always, "batch": always, "best": epochs, "case": always, "checkpoint-every": epochs, "class-weight": always, "category-column": always, "clip": epochs, "data": always, "early-stop": epochs,
	"epochs": epochs, "examples": always, "explain": always, "folds": always, "from": always, "html": ordered, "json": always, "labels": always, "log-texts": always,
	"lr": epochs, "max-body": always, "max-texts": always, "memory": epochs, "min-count": always, "model": described, "nearest": always, "normalize": always, "number-column": always,
	"num-words": first(described, ordered), "optimizer": epochs, "out": always, "queue": always, "quiet": always, "regression": always, "report": always,
	"resume": always, "schedule": epochs, "seed": always, "suspects": always, "tensorboard": epochs, "timeout": always, "tokenizer": always,
	"truncating": ordered, "validation-data": always, "view": always, "watch": always, "weights": always,

	"format": reads, "text-column": reads, "label-column": reads, "label-delimiter": reads, "delimiter": reads, "header": reads, "skip-bad": reads,
	"ngrams": wordsOnly("ngrams", "0", "1"), "skip-top": first(wordsOnly("skip-top", "0"), ordered), "oov-buckets": first(described, wordsOnly("oov-buckets", "0"), ordered),
	"drift": func(l line) string {
		if !l.has("data") {
			return "without --data"
		}
		for _, flag := range []string{"report", "split", "abstain", "threshold"} {
			if l.has(flag) {
				return "with --" + flag
			}
		}
		return ""
	},
	"key": always, "new-key": func(l line) string {
		if l.has("key") {
			return "with --key"
		}
		return ""
	},
	"require-signature": func(l line) string {
		if l.command == "train" {
			return needs("from")(l)
		}
		return ""
	},
	"new-labels":   needs("from"),
	"data-changed": needs("resume"),
	"frozen":       needs("vectors"),
	"units":        sized(func(o run.Layout) bool { return o.Units > 0 }, "a recurrent layer or a convolution"),
	"layers":       sized(func(o run.Layout) bool { return o.Layers > 0 }, "a recurrent layer or a convolution"),
	"dropout":      sized(func(o run.Layout) bool { return o.Dropout != nil }, "a recurrent layer or a convolution"),
	"embedding-dim": first(sized(func(o run.Layout) bool { return o.EmbeddingDim > 0 }, "an embedding"), func(l line) string {
		if l.has("vectors") {
			return "with --vectors, which have a width of their own"
		}
		return ""
	}),
	"column": func(l line) string {
		if l.has("data") {
			return "with --data, whose rows have columns of their own"
		}
		return ""
	},
	"encoding": func(l line) string {
		if l.command == "compare" {
			return reads(l)
		}
		if l.command == "predict" && !l.has("data") && l.args > 1 {
			return "on texts from the command line"
		}
		return ""
	},

	"budget": func(l line) string {
		if l.has("from") {
			return "with --from, which keeps the model's settings"
		}
		if l.value("from") == "" && l.value("resume") == "" && l.none(func(e run.Model) bool { return e.Grams }) {
			return "without the models auto and ngrams"
		}
		return ""
	},
	"batch-wait": func(l line) string {
		if l.value("batch") == "1" {
			return "with --batch 1"
		}
		return ""
	},
	"group-column": func(l line) string {
		if split := l.value("split"); split != "" && split != "group" {
			return "with --split " + split
		}
		return divides(l)
	},
	"maxlen": func(l line) string {
		if l.value("view") == "expression" {
			return "with --view expression, whose length is --steps"
		}
		return first(described, ordered)(l)
	},
	"padding": func(l line) string {
		if l.none(func(e run.Model) bool { return !e.Counts }) {
			return "on a model that counts words regardless of their order"
		}
		return ""
	},
	"profile": expression,
	"rnn": func(l line) string {
		switch why := expression(l); {
		case why != "":
			return why
		case l.none(run.Model.Recurrent):
			return "on a model without a recurrent layer"
		}
		return ""
	},
	"split": func(l line) string {
		if l.command == "evaluate" {
			return ""
		}
		return divides(l)
	},
	"keep": always,
	"size": func(l line) string {
		if l.has("keep") {
			return "with --keep"
		}
		return ""
	},
	"steps": expression,
	"test-data": func(l line) string {
		switch {
		case l.command == "probe":
			return "in a probe, which does not test"
		case l.value("folds") != "" && l.value("folds") != "0":
			return "with --folds, which validates on each part in turn"
		}
		return ""
	},
	"trace": needs("profile"),
	"validation": func(l line) string {
		if l.value("folds") != "" && l.value("folds") != "0" {
			return "with --folds"
		}
		return divides(l)
	},
	"vectors": func(l line) string {
		if l.none(run.Model.Embeds) {
			return "on a model without an embedding"
		}
		return ""
	},
}

// notZero are the flags whose 0 means in the settings that they were not given.
var notZero = []string{"budget", "lr", "maxlen", "num-words", "validation", "units", "embedding-dim", "layers"}

// keptFrom are the flags of what a model keeps that goes on with new texts.
var keptFrom = strings.Fields("model tokenizer ngrams normalize case html num-words skip-top min-count oov-buckets maxlen padding truncating vectors frozen regression units embedding-dim layers dropout number-column category-column")
