package graph

import (
	"runtime"
	"sync"

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
	op     *op
	from   []source
	in     []gorgonia.Value
	beside []*step
	err    error // of a run beside another
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
	for _, i := range c.list {
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
			steps[i].beside = append(steps[i].beside, steps[other])
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
	if len(s.beside) == 0 {
		return s.op.compute(s.in)
	}
	alone := runtime.GOMAXPROCS(0) == 1
	var wait sync.WaitGroup
	for _, other := range s.beside {
		if other.err = other.gather(); other.err != nil {
			continue
		}
		if alone {
			other.err = other.op.compute(other.in)
			continue
		}
		wait.Go(func() { other.err = other.op.compute(other.in) })
	}
	err := s.op.compute(s.in)
	wait.Wait()
	for _, other := range s.beside {
		if err == nil {
			err = other.err
		}
	}
	return err
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
