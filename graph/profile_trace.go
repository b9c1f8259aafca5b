package graph

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/pkg/errors"
)

// traceEvent is a complete event of Chrome's trace format.
type traceEvent struct {
	Name     string          `json:"name"`
	Category string          `json:"cat"`
	Phase    string          `json:"ph"`
	Start    json.RawMessage `json:"ts"`  // in microseconds
	Duration json.RawMessage `json:"dur"` // in microseconds
	Process  int             `json:"pid"`
	Thread   int             `json:"tid"`
	Args     traceArgs       `json:"args"`
}

type traceArgs struct {
	Run   *int  `json:"run,omitempty"`   // from 0
	Step  *int  `json:"step,omitempty"`  // in the order of running, from 0
	Shape []int `json:"shape,omitempty"` // of the output; none of a scalar
}

// WriteTrace writes when each node ran, as JSON in Chrome's trace event format, which
// chrome://tracing and ui.perfetto.dev show: an event for each run, node and step of a
// Loop, in the order of their beginnings; what lies in another's time is part of it. What runs
// beside another is in a row of its own.
//
// Google, Trace Event Format, 2016.
func (p *Profile) WriteTrace(w io.Writer) error {
	spans := slices.Clone(p.spans)
	slices.Reverse(spans) // an outer one, which ends last, before what begins with it
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := bufio.NewWriter(w)
	fmt.Fprint(out, `{"displayTimeUnit":"ms","traceEvents":[`)
	for i, s := range spans {
		if i > 0 {
			fmt.Fprint(out, ",")
		}
		doc, err := json.Marshal(s.event())
		if err != nil {
			return errors.Wrap(err, "trace")
		}
		fmt.Fprintf(out, "\n%s", doc)
	}
	fmt.Fprint(out, "\n]}\n")
	return errors.Wrap(out.Flush(), "trace")
}

func (s span) event() traceEvent {
	e := traceEvent{Phase: "X", Process: 1, Thread: 1, Start: micros(int64(s.from)), Duration: micros(int64(s.to - s.from))}
	if s.cost != nil {
		e.Thread += s.cost.thread
	}
	switch {
	case s.run >= 0 && s.cost == nil:
		e.Name, e.Category, e.Args.Run = "run", "run", &s.run
	case s.run >= 0:
		e.Name, e.Category, e.Args.Step = "step", "step", &s.run
	default:
		e.Name, e.Category, e.Args.Shape = s.cost.name(), "operation", s.cost.op.shape
		if s.cost.steps != nil {
			e.Category = "loop"
		}
	}
	return e
}

// micros writes nanoseconds as microseconds, exactly.
func micros(ns int64) json.RawMessage {
	return fmt.Appendf(nil, "%d.%03d", ns/1000, ns%1000)
}
