package main

import (
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/answer"
)

// ruleFlags are those that say which label an answer gets. They are of the command alone:
// no model keeps them.
func ruleFlags(r *answer.Rule, flags *pflag.FlagSet) {
	flags.Float64Var(&r.Threshold, "threshold", 0, "of two classes, the `probability` from which the second is given (default: it is given where it is the likelier one)")
	flags.Float64Var(&r.Abstain, "abstain", 0, "label a text \""+answer.Unsure+"\" where the `probability` of its label is below this (default: never)")
}

// checkRule refuses what no probability can be.
func checkRule(r answer.Rule, flags *pflag.FlagSet) error {
	for _, f := range []struct {
		flag  string
		value float64
	}{{"threshold", r.Threshold}, {"abstain", r.Abstain}} {
		if flags.Changed(f.flag) && !(f.value > 0 && f.value < 1) {
			return usage.Errorf("--%s is %v, want more than 0 and less than 1", f.flag, f.value)
		}
	}
	return nil
}
