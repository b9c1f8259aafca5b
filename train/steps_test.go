package train

import (
	"iter"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"pgregory.net/rapid"

	"unroll/nn"
)

// numbered returns samples that are told apart by their first word.
func numbered(n int) Data {
	d := Data{}
	for i := range n {
		d.Tokens, d.Targets = append(d.Tokens, []int32{int32(1 + i), 1}), append(d.Targets, float32(i%2))
	}
	return d
}

// sliceSource gives the batches of numbered samples.
type sliceSource struct {
	model         *nn.Model
	samples, size int
}

func (s sliceSource) Epoch(int) iter.Seq2[Data, error] {
	d := numbered(s.samples)
	return func(yield func(Data, error) bool) {
		for at := 0; at < s.samples; at += s.size {
			if !yield(d.slice(s.model, at, min(at+s.size, s.samples)), nil) {
				return
			}
		}
	}
}

// sampleTrainer is for numbered samples.
func sampleTrainer(t interface{ Fatal(...any) }) *Trainer {
	m, err := nn.Sequential{Input: nn.Tokens(2), Seed: 1, Layers: []nn.Layer{
		nn.Embedding{InputDim: 100, OutputDim: 2}, nn.SimpleRNN{Units: 2}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Compile(m, Config{Optimizer: gorgonia.NewVanillaSolver(), Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestStepsPerEpochGoOn: whatever the number of steps, the batches of the epochs
// one after the other are those of whole passes, each with all samples, in
// memory and in a source; and a run that is cut off anywhere goes on with the
// same ones.
func TestStepsPerEpochGoOn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		samples, size := rapid.IntRange(1, 20).Draw(rt, "samples"), rapid.IntRange(1, 6).Draw(rt, "batch")
		steps, epochs := rapid.IntRange(1, 8).Draw(rt, "steps"), rapid.IntRange(1, 5).Draw(rt, "epochs")
		for _, in := range []string{"memory", "source"} {
			per := (samples + size - 1) / size
			var got []int
			take := func(src source, from place, n int, each func(j job)) place {
				for j, err := range src.jobs(from, n) {
					if err != nil {
						rt.Fatal(err)
					}
					each(j)
					from = j.end
				}
				return from
			}
			each := func(j job) {
				for _, r := range j.rows {
					id := r
					if in == "source" {
						id = int(j.t.in[0].Tokens[r][0]) - 1
					}
					got = append(got, id)
				}
			}
			fresh := func() source { return &memory{t: &table{n: samples}, size: size, shuffle: true, seed: 3} }
			if in == "source" {
				tr := sampleTrainer(t)
				defer tr.Close()
				fresh = func() source {
					r := &fitRun{Trainer: tr, sets: map[string]shardSet{}}
					if err := r.configure(FitConfig{BatchSize: size}); err != nil {
						rt.Fatal(err)
					}
					return newStreamed(sliceSource{tr.model, samples, size}, r.table)
				}
			}
			src, at := fresh(), place{}
			for range epochs {
				at = take(src, at, steps, each)
			}
			if err := src.close(); err != nil {
				rt.Fatal(err)
			}
			whole := got
			for pass := 0; len(whole) >= samples; pass++ {
				order := slices.Sorted(slices.Values(whole[:samples]))
				if !slices.Equal(order, rowsTo(samples)) {
					rt.Fatalf("%s: pass %d has samples %v", in, pass, order)
				}
				whole = whole[samples:]
			}
			if n := (epochs * steps) / per * samples; len(got) < n {
				rt.Fatalf("%s: %d samples in %d steps of %d a pass", in, len(got), epochs*steps, per)
			}
			// Cut off after any batch, it goes on with the next.
			all := slices.Clone(got)
			got = nil
			cut := rapid.IntRange(0, epochs*steps).Draw(rt, "cut")
			first := fresh()
			at = take(first, place{}, cut, each)
			if err := first.close(); err != nil {
				rt.Fatal(err)
			}
			second := fresh()
			take(second, at, epochs*steps-cut, each)
			if err := second.close(); err != nil {
				rt.Fatal(err)
			}
			if !slices.Equal(got, all) {
				rt.Fatalf("%s: cut off after batch %d: samples %v, want %v", in, cut, got, all)
			}
		}
	})
}
