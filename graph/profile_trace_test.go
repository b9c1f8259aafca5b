package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// TestTrace reads a trace strictly: nothing but complete events with all their fields,
// in the order of their beginnings, each wholly within the one around it: nodes in
// runs, steps in the Loop, the step's nodes in steps.
func TestTrace(t *testing.T) {
	p, _ := loopProgram(t, rand.New(rand.NewPCG(1, 2)))
	profile, err := p.Profile(runs(p, 2))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := profile.WriteTrace(&b); err != nil {
		t.Fatal(err)
	}
	type event struct {
		Name, Cat, Ph *string
		Ts, Dur       *float64
		Pid, Tid      *int
		Args          *struct {
			Run, Step *int
			Shape     []int
		}
	}
	var trace struct {
		DisplayTimeUnit string
		TraceEvents     []event
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&trace); err != nil {
		t.Fatal(err)
	}
	if d.More() || trace.DisplayTimeUnit != "ms" {
		t.Errorf("the unit is %q, or more follows", trace.DisplayTimeUnit)
	}
	type open struct {
		name string
		end  int64
	}
	ns := func(micros float64) int64 { return int64(math.Round(micros * 1000)) }
	var around []open
	last := int64(0)
	parents := map[string]int{}
	var shape []int
	var numbers []int
	for i, e := range trace.TraceEvents {
		if e.Name == nil || e.Cat == nil || e.Ph == nil || *e.Ph != "X" || e.Ts == nil || e.Dur == nil || e.Pid == nil || e.Tid == nil || e.Args == nil {
			t.Fatalf("event %d lacks a field: %+v", i, e)
		}
		from, to := ns(*e.Ts), ns(*e.Ts)+ns(*e.Dur)
		if from < last || to < from {
			t.Errorf("event %d, %s, is from %d to %d ns, the last began at %d", i, *e.Name, from, to, last)
		}
		last = from
		for len(around) > 0 && from >= around[len(around)-1].end && (to > from || to > around[len(around)-1].end) {
			around = around[:len(around)-1]
		}
		parent := ""
		if len(around) > 0 {
			parent = around[len(around)-1].name
			if to > around[len(around)-1].end {
				t.Errorf("event %d, %s, ends after %s, in which it began", i, *e.Name, parent)
			}
		}
		parents[*e.Cat+" "+*e.Name+" in "+parent]++
		around = append(around, open{*e.Name, to})
		switch {
		case *e.Name == "rnn/loop/tanh":
			shape = e.Args.Shape
		case *e.Cat == "run":
			numbers = append(numbers, *e.Args.Run)
		case *e.Cat == "step":
			numbers = append(numbers, *e.Args.Step)
		}
	}
	for name, want := range map[string]int{
		"run run in ":                                2,
		"loop rnn/loop in run":                       2,
		"loop rnn/loop_grad in run":                  2,
		"step step in rnn/loop":                      6,
		"step step in rnn/loop_grad":                 6,
		"operation rnn/loop/tanh in step":            6,
		"operation rnn/loop_grad/accumulate in step": 6,
		"operation inner in run":                     2,
	} {
		if parents[name] != want {
			t.Errorf("%d times %s, want %d; there are %v", parents[name], name, want, parents)
		}
	}
	if diff := cmp.Diff([]int{2, 4}, shape); diff != "" {
		t.Error(diff)
	}
	if want := slices.Repeat([]int{0, 1, 2}, 4); !cmp.Equal(numbers, append(append([]int{0}, want[:6]...), append([]int{1}, want[:6]...)...)) {
		t.Errorf("runs and steps are numbered %v", numbers)
	}
	disk := errors.New("disk full")
	if err := profile.WriteTrace(failing{disk}); !errors.Is(err, disk) {
		t.Errorf("the error is %v, want %v", err, disk)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// BenchmarkRun is a run of a chain of small operations, alone and profiled.
func BenchmarkRun(b *testing.B) {
	g := New(tensor.Float32)
	y := g.Input("x", tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, 2)))
	for range 100 {
		y = g.Affine(1, y, 1)
	}
	p, err := g.Compile(y)
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	bench := func(b *testing.B) {
		for b.Loop() {
			if err := p.Run(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("alone", bench)
	b.Run("profiled", func(b *testing.B) {
		if _, err := p.Profile(func() error { bench(b); return nil }); err != nil {
			b.Fatal(err)
		}
	})
}
