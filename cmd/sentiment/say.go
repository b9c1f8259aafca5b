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
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "print only the closing table")
	flags.BoolVar(&s.json, "json", false, "print JSON objects, one per line, instead of text: for the data, each epoch and each result")
}

// speak makes the app say what the flags allow.
func (a *app) speak(s sayFlags) error {
	if s.quiet && s.json {
		return usage.Errorf("give either --quiet or --json, not both")
	}
	if s.quiet || s.json {
		a.say = io.Discard
	}
	if s.json {
		a.events = json.NewEncoder(a.out)
	}
	return nil
}
