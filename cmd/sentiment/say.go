package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/usage"
)

// sayFlags say how much a training tells while it goes on.
type sayFlags struct{ quiet, json bool }

func (s *sayFlags) flags(flags *pflag.FlagSet) {
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "print the closing table alone")
	flags.BoolVar(&s.json, "json", false, "print a JSON object a line in place of text: of the data, each epoch, and each result")
}

// speak makes the app say what the flags allow.
func (a *app) speak(s sayFlags) error {
	if s.quiet && s.json {
		return usage.Errorf("--quiet and --json, want one of them")
	}
	if s.quiet || s.json {
		a.say = io.Discard
	}
	if s.json {
		a.events = json.NewEncoder(a.out)
	}
	return nil
}
