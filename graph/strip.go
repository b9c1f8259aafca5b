package graph

import (
	"sync/atomic"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// strip is a run of steps that the tape executes as one instruction. To the machine it
// is the operation of its last step.
type strip struct {
	*op
	steps []*step
}

// step is an operation with the places of its inputs, and those that run beside it.
type step struct {
	op   *op
	from []source
	in   []gorgonia.Value

	beside  []*step
	helpers *helpers    // for those, nil if there are none
	begun   atomic.Bool // of one beside another: somebody runs it, or has
	err     error       // of the run beside another
}

// source is where an operation finds an input: the output of another one or, if op is
// nil, the value of an input of the graph.
type source struct {
	op   *op
	node *Node
}

// strips cuts the code into strips, of which none is empty.
func (c *code) strips() []*strip {
	steps := map[*instr]*step{}
	most := 0
	for _, i := range c.list {
		most = max(most, len(i.beside))
		s := &step{op: i.op, in: make([]gorgonia.Value, len(i.in))}
		for _, n := range i.in {
			from := source{node: n}
			if by := c.by[n]; by != nil {
				from.op = by.op
			}
			s.from = append(s.from, from)
		}
		steps[i] = s
	}
	helpers := newHelpers(most)
	var all []*strip
	for _, i := range c.list {
		if c.joins[i] {
			continue
		}
		if n := len(all); n == 0 || len(all[n-1].steps) == stripLength {
			all = append(all, &strip{})
		}
		last := all[len(all)-1]
		last.op = i.op
		last.steps = append(last.steps, steps[i])
		for _, other := range i.beside {
			steps[i].beside, steps[i].helpers = append(steps[i].beside, steps[other]), helpers
		}
	}
	return all
}

func (s *strip) Do(...gorgonia.Value) (gorgonia.Value, error) {
	for _, step := range s.steps {
		if err := step.run(); err != nil {
			s.b.runErr = err
			return nil, err
		}
	}
	return s.out, nil
}

// run computes a step, and those beside it at the same time.
func (s *step) run() error {
	if err := s.gather(); err != nil {
		return err
	}
	if s.helpers == nil {
		return s.op.compute(s.in)
	}
	for _, other := range s.beside { // all of them before any may begin
		if err := other.gather(); err != nil {
			return err
		}
	}
	return s.helpers.run(s)
}

// gather looks up the inputs' values.
func (s *step) gather() error {
	for k, from := range s.from {
		if from.op != nil {
			s.in[k] = from.op.out
		} else if s.in[k] = from.node.Value(); s.in[k] == nil {
			return errors.Errorf("%s: the input %s has no value", s.op.name, from.node.Name())
		}
	}
	return nil
}
