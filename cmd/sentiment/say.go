package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/pflag"
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
		return usagef("--quiet and --json, want one of them")
	}
	if s.quiet || s.json {
		a.say = io.Discard
	}
	if s.json {
		a.events = json.NewEncoder(a.out)
	}
	return nil
}

// event writes a line of JSON, if those are wanted.
func (a *app) event(e any) error {
	if a.events == nil {
		return nil
	}
	return a.events.Encode(e)
}

// The lines of JSON, told apart by their event.
type (
	dataEvent struct {
		Event      string   `json:"event"` // data
		Data       string   `json:"data"`
		Classes    []string `json:"classes,omitempty"`
		Train      int      `json:"train"`
		Validation int      `json:"validation"`
		Test       int      `json:"test"`
	}
	epochEvent struct {
		Event      string  `json:"event"` // epoch
		Experiment string  `json:"experiment"`
		Fold       string  `json:"fold,omitempty"`
		Epoch      int     `json:"epoch"`
		Epochs     int     `json:"epochs"`
		Seconds    float64 `json:"seconds"`
		Scores     scores  `json:"scores"`
	}
	resultEvent struct {
		Event string `json:"event"` // result
		Fold  string `json:"fold,omitempty"`
		result
	}
	doneEvent struct {
		Event string `json:"event"` // done
		Out   string `json:"out"`
	}
)
