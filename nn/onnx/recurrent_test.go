package onnx

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// recurrentTable is each attribute with each of its values, and each input.
func recurrentTable() map[string]Recurrent {
	all := map[string]Recurrent{}
	for _, op := range []string{"RNN", "LSTM", "GRU"} {
		base := Recurrent{Op: op, HiddenSize: 3}
		n := len(base.defaults())
		add := func(what string, change func(r *Recurrent)) {
			r := base
			change(&r)
			all[op+"/"+what] = r
		}
		add("defaults", func(*Recurrent) {})
		add("hidden_size=1", func(r *Recurrent) { r.HiddenSize = 1 })
		add("no B", func(r *Recurrent) { r.NoBias = true })
		for _, d := range []string{forward, reverse, bidirectional} {
			add("direction="+d, func(r *Recurrent) { r.Direction = d })
			add("direction="+d+", sequence_lens", func(r *Recurrent) { r.Direction, r.SequenceLens = d, true })
			add("direction="+d+", initial_h", func(r *Recurrent) { r.Direction, r.InitialH = d, true })
			add("direction="+d+", sequence_lens, initial_h, clip", func(r *Recurrent) { r.Direction, r.SequenceLens, r.InitialH, r.Clip = d, true, true, 0.4 })
		}
		for _, clip := range []float64{0.1, 0.5, 10} {
			add(fmt.Sprint("clip=", clip), func(r *Recurrent) { r.Clip = clip })
		}
		for _, f := range recurrentFunctions {
			for at := range n {
				name := fmt.Sprint("activations[", at, "]=", f.name)
				with := func(r *Recurrent) {
					r.Activations = base.defaults()
					r.Activations[at] = f.name
					r.ActivationAlpha, r.ActivationBeta = f.needs(1)
				}
				add(name, with)
				add(name+", clip", func(r *Recurrent) { with(r); r.Clip = 0.3 })
				if f.alpha.taken && !f.alpha.needed {
					add(name+", alpha", func(r *Recurrent) { with(r); r.ActivationAlpha = []float64{0.3} })
				}
				if f.beta.taken {
					add(name+", alpha, beta", func(r *Recurrent) { with(r); r.ActivationAlpha, r.ActivationBeta = []float64{0.7}, []float64{-0.2} })
				}
			}
			add("all activations "+f.name, func(r *Recurrent) {
				for range n {
					r.Activations = append(r.Activations, f.name)
				}
				r.ActivationAlpha, r.ActivationBeta = f.needs(n)
			})
		}
		add("activations of two directions", func(r *Recurrent) {
			r.Direction = bidirectional
			r.Activations = []string{"Affine", "HardSigmoid", "LeakyRelu", "ScaledTanh", "Elu", "Softsign"}[:2*n]
			// Those that a function needs, and before them all others.
			r.ActivationAlpha, r.ActivationBeta = []float64{0.9, 0.3, 0.02, 0.8, 1.1}[:min(5, 2*n)], []float64{0.1, 0.4, 0.7}[:[]int{2, 3, 3}[n-1]]
		})
	}
	lstm := func(what string, r Recurrent) { r.Op, r.HiddenSize = "LSTM", 3; all["LSTM/"+what] = r }
	lstm("P", Recurrent{Peepholes: true})
	lstm("P, no B, bidirectional", Recurrent{Peepholes: true, NoBias: true, Direction: bidirectional})
	lstm("P, clip", Recurrent{Peepholes: true, Clip: 0.3})
	lstm("input_forget=1", Recurrent{InputForget: true})
	lstm("input_forget=1, P, reverse, sequence_lens", Recurrent{InputForget: true, Peepholes: true, Direction: reverse, SequenceLens: true})
	lstm("initial_c", Recurrent{InitialC: true})
	lstm("initial_c, bidirectional, sequence_lens", Recurrent{InitialC: true, Direction: bidirectional, SequenceLens: true})
	lstm("initial_h, initial_c, P", Recurrent{InitialH: true, InitialC: true, Peepholes: true})
	gru := func(what string, r Recurrent) { r.Op, r.HiddenSize = "GRU", 3; all["GRU/"+what] = r }
	gru("linear_before_reset=1", Recurrent{LinearBeforeReset: true})
	gru("linear_before_reset=1, no B", Recurrent{LinearBeforeReset: true, NoBias: true})
	gru("linear_before_reset=1, clip, bidirectional", Recurrent{LinearBeforeReset: true, Clip: 0.4, Direction: bidirectional})
	gru("linear_before_reset=1, no B, clip", Recurrent{LinearBeforeReset: true, NoBias: true, Clip: 0.4})
	return all
}

// needs returns the constants that a function must be given, for so many uses of it.
func (f recurrentFunction) needs(n int) (alpha, beta []float64) {
	if f.alpha.needed {
		alpha = slices.Repeat([]float64{0.5}, n)
	}
	if f.beta.needed {
		beta = slices.Repeat([]float64{0.3}, n)
	}
	return alpha, beta
}

// TestRecurrentTable holds each attribute, with each of its values, to the equations of
// the specification in plain Go, in all executions.
func TestRecurrentTable(t *testing.T) {
	for name, r := range recurrentTable() {
		t.Run(name, func(t *testing.T) { newCase(r, 2, 3, 4, 11).check(t) })
	}
}

// TestRecurrentSingle does so in float32, for all that ONNX's inputs can be.
func TestRecurrentSingle(t *testing.T) {
	for _, r := range []Recurrent{
		{Op: "RNN", HiddenSize: 3, Direction: reverse, SequenceLens: true, Clip: 0.5},
		{Op: "LSTM", HiddenSize: 3, Direction: bidirectional, SequenceLens: true, InitialH: true, InitialC: true, Peepholes: true},
		{Op: "GRU", HiddenSize: 3, Direction: bidirectional, SequenceLens: true, InitialH: true, LinearBeforeReset: true},
	} {
		c := newCase(r, 2, 3, 4, 12)
		c.single = true
		c.check(t)
	}
}

// TestRecurrentRandom does so for attributes drawn together, sizes and lengths.
func TestRecurrentRandom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRecurrent(rt)
		size := func(name string) int { return rapid.IntRange(1, 5).Draw(rt, name) }
		c := newCase(r, size("features"), size("batch"), size("steps"), rapid.Uint64().Draw(rt, "seed"))
		if y, _, memory := c.refNode.run(c.x, c.batch, c.steps, c.lens, c.h0, c.c0); !(max(slices.Max(y), -slices.Min(y), slices.Max(memory), -slices.Min(memory)) < 1e4) {
			rt.Skip("functions without bounds made numbers too large to compare")
		}
		c.check(fatal{t, rt})
	})
}

// fatal has rapid shrink what the case finds.
type fatal struct {
	testing.TB
	r *rapid.T
}

func (f fatal) Fatal(args ...any)                 { f.r.Fatal(args...) }
func (f fatal) Fatalf(format string, args ...any) { f.r.Fatalf(format, args...) }

// drawRecurrent draws a node.
func drawRecurrent(t *rapid.T) Recurrent {
	flip := func(name string) bool { return rapid.Bool().Draw(t, name) }
	r := Recurrent{
		Op:           rapid.SampledFrom([]string{"RNN", "LSTM", "GRU"}).Draw(t, "op"),
		HiddenSize:   rapid.IntRange(1, 5).Draw(t, "hidden"),
		Direction:    rapid.SampledFrom([]string{"", forward, reverse, bidirectional}).Draw(t, "direction"),
		Clip:         rapid.SampledFrom([]float64{0, 0, 0.2, 1}).Draw(t, "clip"),
		NoBias:       flip("no bias"),
		SequenceLens: flip("lens"),
		InitialH:     flip("h"),
	}
	switch r.Op {
	case "LSTM":
		r.InputForget, r.Peepholes, r.InitialC = flip("input_forget"), flip("P"), flip("c")
	case "GRU":
		r.LinearBeforeReset = flip("linear_before_reset")
	}
	if flip("activations") {
		var alpha, beta [2]int // how many must be given, and may
		count := func(n *[2]int, c constant) {
			if c.taken {
				n[1]++
			}
			if c.needed {
				n[0] = n[1]
			}
		}
		for range len(r.defaults()) * r.directions() {
			f := rapid.SampledFrom(recurrentFunctions).Draw(t, "f")
			r.Activations = append(r.Activations, f.name)
			count(&alpha, f.alpha)
			count(&beta, f.beta)
		}
		number := rapid.Float64Range(-1, 1)
		r.ActivationAlpha = rapid.SliceOfN(number, alpha[0], alpha[1]).Draw(t, "alpha")
		r.ActivationBeta = rapid.SliceOfN(number, beta[0], beta[1]).Draw(t, "beta")
	}
	return r
}

// TestRecurrentWeightsBack takes weights to the layer and back: a bias that is only added
// comes back as one, and everything else as it was.
func TestRecurrentWeightsBack(t *testing.T) {
	for name, r := range recurrentTable() {
		c := newCase(r, 2, 1, 1, 3)
		values := r.fromNode(2, c.w)
		back := r.toNode(2, func(path string) []float64 { return values[path] })
		if !reflect.DeepEqual(back.w, c.w.w) || !reflect.DeepEqual(back.r, c.w.r) || !reflect.DeepEqual(back.p, c.w.p) {
			t.Errorf("%s: W, R or P is another one", name)
		}
		if !reflect.DeepEqual(r.fromNode(2, back), values) {
			t.Errorf("%s: the values are others", name)
		}
	}
}

// TestRecurrentSaved reads the layer back from a model's file and from attributes.
func TestRecurrentSaved(t *testing.T) {
	for name, r := range recurrentTable() {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Recurrent
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%s: %v: read back as %+v", name, err, back)
		}
	}
}
