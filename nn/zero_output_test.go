package nn

import (
	"reflect"
	"slices"
	"strconv"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"unroll/graph"
)

// TestRecurrentLayersHaveAllOptions: what RNN has to set, each recurrent layer
// has.
func TestRecurrentLayersHaveAllOptions(t *testing.T) {
	for name, typ := range types {
		if _, ok := reflect.Zero(typ).Interface().(recurrent); !ok || typ == reflect.TypeFor[RNN]() {
			continue
		}
		for _, f := range reflect.VisibleFields(reflect.TypeFor[RNN]()) {
			if own, ok := typ.FieldByName(f.Name); f.Name != "Cell" && (!ok || own.Tag.Get("json") != f.Tag.Get("json")) {
				t.Errorf("%s has no %s, or another one than RNN", name, f.Name)
			}
		}
	}
}

// recurrentOf runs a layer that returns its states on a padded embedding of ids,
// time-major, and returns the values of all its outputs.
func recurrentOf(t *rapid.T, l Layer, exec Execution, batch, steps int, ids []int32) (outs [][]float64) {
	f := &Functional{Seed: 8, Dtype: tensor.Float64}
	h := f.Call(l, f.Call(Embedding{InputDim: 5, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)}, f.Input("x", Tokens(Any))))
	n := 2
	if b, ok := thawed(l).(Bidirectional); ok {
		n = 3
		if b.Merge == MergeNone {
			n = 4
		}
	}
	for i := range n {
		f.Output("y"+strconv.Itoa(i), h.Output(i))
	}
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Train, exec, batch, steps)
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Int32s(), ids)
	var roots []*graph.Node
	for _, y := range p.Outputs {
		roots = append(roots, y.Node)
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for _, y := range roots {
		v, err := prog.Value(y)
		if err != nil {
			t.Fatal(err)
		}
		outs = append(outs, slices.Clone(graph.Floats[float64](v)))
	}
	return outs
}

// TestZeroOutputForMask: the outputs are those without the option, and zeros at
// masked steps; the state is the same.
func TestZeroOutputForMask(t *testing.T) {
	for name, layer := range recurrentLayers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				steps, batch := rapid.IntRange(1, 6).Draw(r, "T"), rapid.IntRange(1, 3).Draw(r, "B")
				backwards := rapid.Bool().Draw(r, "backwards")
				ids := rapid.SliceOfN(rapid.Int32Range(0, 4), steps*batch, steps*batch).Draw(r, "ids")
				l := layer(2, true, backwards).(recurrent).rnn()
				l.ReturnState = true
				for _, exec := range executions {
					l.ZeroOutputForMask = false
					want := recurrentOf(r, l, exec, batch, steps, ids)
					for s := range steps {
						for b := range batch {
							at := s
							if backwards {
								at = steps - 1 - s
							}
							if ids[at*batch+b] == 0 {
								clear(want[0][(s*batch+b)*2:][:2])
							}
						}
					}
					l.ZeroOutputForMask = true
					got := recurrentOf(r, l, exec, batch, steps, ids)
					if !slices.EqualFunc(got, want, slices.Equal) {
						r.Fatalf("%s: %v, want %v", exec, got, want)
					}
				}
			})
		})
	}
}

// TestBidirectionalIsItsLayers: forward and backward are the layers themselves,
// frozen or not, with zeros at masked steps, and the merge is of these.
func TestBidirectionalIsItsLayers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps, batch := rapid.IntRange(1, 5).Draw(r, "T"), rapid.IntRange(1, 3).Draw(r, "B")
		ids := rapid.SliceOfN(rapid.Int32Range(0, 4), steps*batch, steps*batch).Draw(r, "ids")
		sequences := rapid.Bool().Draw(r, "sequences")
		var l Layer = GRU{Units: 2, ReturnSequences: sequences, ReturnState: true, ZeroOutputForMask: rapid.Bool().Draw(r, "zero output")}
		if rapid.Bool().Draw(r, "frozen") {
			l = Frozen{l}
		}
		both := recurrentOf(r, Bidirectional{Layer: l, Merge: MergeNone}, Auto, batch, steps, ids)
		rows := len(both[0]) / 2
		for i := range rows {
			for _, y := range both[:2] {
				if sequences && (ids[i] == 0) != (y[2*i] == 0) {
					r.Fatalf("row %d of %v is %v", i, ids, y[2*i:2*i+2])
				}
			}
		}
		joined := recurrentOf(r, Bidirectional{Layer: l}, Auto, batch, steps, ids)
		for i := range rows {
			want := slices.Concat(both[0][2*i:2*i+2], both[1][2*i:2*i+2])
			if got := joined[0][4*i : 4*i+4]; !slices.Equal(got, want) {
				r.Fatalf("row %d is %v, want %v", i, got, want)
			}
		}
	})
}
