package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// TestProgramsOfTwoBuildersRunConcurrently is for the race detector.
func TestProgramsOfTwoBuildersRunConcurrently(t *testing.T) {
	const workers, runs = 4, 20
	recurrence := func(b *Builder, p []*Node) *Node {
		h := b.Zeros(2, 3)
		for t := range 4 {
			h = b.Tanh(b.Add(b.Step(p[0], t, 4), b.MatMul(h, p[1])))
		}
		return h
	}
	var want []float64
	errs := make(chan error, workers)
	var programs []*Program
	var outs [][]*Node
	for range workers {
		p, roots := compiled(t, tensor.Float64, [][]int{{8, 3}, {3, 3}}, recurrence)
		want = values(t, p, roots)
		programs, outs = append(programs, p), append(outs, roots)
	}
	for i := range workers {
		go func() {
			errs <- func() error {
				for range runs {
					if err := programs[i].Run(); err != nil {
						return err
					}
					v, err := programs[i].Value(outs[i][0])
					if err != nil {
						return err
					}
					if got := Floats[float64](v); !slices.Equal(got, want[:len(got)]) {
						return fmt.Errorf("worker %d computes %v, want %v", i, got, want[:len(got)])
					}
				}
				return nil
			}()
		}()
	}
	for range workers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestBuildersWorkConcurrently emits and compiles on several goroutines; the
// operations' numbers come from one counter.
func TestBuildersWorkConcurrently(t *testing.T) {
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			b := New(tensor.Float64)
			x := b.Input("x", random(rand.New(rand.NewPCG(1, 1)), 2, 2))
			y := x
			for range 50 {
				y = b.Tanh(b.MatMul(y, x))
			}
			p, err := b.Compile(y)
			if err == nil {
				err = p.Run()
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
