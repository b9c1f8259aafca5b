package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// recurrentLayers are the recurrent layers by name; the sequences' outputs are
// returned in the order of processing.
var recurrentLayers = map[string]func(units int, sequences, backwards bool) Layer{
	"simple_rnn": func(units int, sequences, backwards bool) Layer {
		return SimpleRNN{Units: units, ReturnSequences: sequences, GoBackwards: backwards}
	},
	"simple_rnn_softmax": func(units int, sequences, backwards bool) Layer { // has no fused form
		return SimpleRNN{Units: units, Activation: Softmax, ReturnSequences: sequences, GoBackwards: backwards}
	},
	"lstm": func(units int, sequences, backwards bool) Layer {
		return LSTM{Units: units, ReturnSequences: sequences, GoBackwards: backwards}
	},
	"gru": func(units int, sequences, backwards bool) Layer {
		return GRU{Units: units, ReturnSequences: sequences, GoBackwards: backwards}
	},
	"gru_reset_before": func(units int, sequences, backwards bool) Layer {
		return GRU{Units: units, ResetBefore: true, ReturnSequences: sequences, GoBackwards: backwards}
	},
}

// TestMaskedStepsCountForNothing holds masked sequences to the definition: the
// outputs are those of the sequence without its masked steps; at a masked step
// the output before it is repeated, and before the first one that is not masked
// it is zeros.
func TestMaskedStepsCountForNothing(t *testing.T) {
	for name, layer := range recurrentLayers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				const words = 5
				steps := rapid.IntRange(1, 7).Draw(r, "T")
				batch := rapid.IntRange(1, 4).Draw(r, "B")
				units := rapid.IntRange(1, 5).Draw(r, "H")
				sequences := rapid.Bool().Draw(r, "sequences")
				backwards := rapid.Bool().Draw(r, "backwards")
				ids := rapid.SliceOfN(rapid.Int32Range(0, words-1), steps*batch, steps*batch).Draw(r, "ids")
				seed := rapid.Uint64().Draw(r, "seed")
				build := func(mask, sequences bool) *Model {
					m, err := Sequential{
						Input:  Tokens(Any),
						Layers: []Layer{Embedding{InputDim: words, OutputDim: 3, MaskZero: mask, EmbeddingsInitializer: Uniform(1)}, layer(units, sequences, backwards)},
						Seed:   seed, Dtype: tensor.Float64,
					}.Build()
					if err != nil {
						r.Fatal(err)
					}
					return m
				}

				// want[b] holds the outputs [time, units] of row b, by the
				// unmasked model.
				plain := build(false, true)
				want := make([][]float64, batch)
				for b := range want {
					var kept []int32
					for s := range steps {
						if id := ids[s*batch+b]; id != 0 {
							kept = append(kept, id)
						}
					}
					var y []float64
					if len(kept) > 0 {
						p, err := plain.Forward(Infer, Auto, 1, len(kept))
						if err != nil {
							r.Fatal(err)
						}
						copy(p.Inputs[0].X.Int32s(), kept)
						y = forward(t, p)
					}
					last := make([]float64, units)
					for s := range steps {
						if backwards {
							s = steps - 1 - s
						}
						if ids[s*batch+b] != 0 {
							last, y = y[:units], y[units:]
						}
						want[b] = append(want[b], last...)
					}
				}

				masked := build(true, sequences)
				for _, exec := range executions {
					p, err := masked.Forward(Infer, exec, batch, steps)
					if err != nil {
						r.Fatal(err)
					}
					copy(p.Inputs[0].X.Int32s(), ids)
					got := forward(t, p)
					first := 0
					if !sequences {
						first = steps - 1
					}
					for s := first; s < steps; s++ {
						for b := range batch {
							y := got[((s-first)*batch+b)*units:][:units]
							x := want[b][s*units:][:units]
							if !slices.EqualFunc(x, y, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }) {
								r.Fatalf("%s: step %d of row %d is %v, want %v", exec, s, b, y, x)
							}
						}
					}
				}
			})
		})
	}
}

// TestFullyMasked: a row of padding alone gives zeros, and no gradient.
func TestFullyMasked(t *testing.T) {
	for name, layer := range recurrentLayers {
		for _, exec := range executions {
			s := Sequential{Input: Tokens(4), Layers: []Layer{Embedding{InputDim: 5, OutputDim: 3, MaskZero: true}, layer(2, false, false)}}
			m, err := s.Build()
			if err != nil {
				t.Fatal(err)
			}
			p, err := m.Forward(Infer, exec, 2, 4)
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.Inputs[0].X.Int32s() {
				p.Inputs[0].X.Int32s()[i] = int32(i % 2) // the first row is padding
			}
			y := forward(t, p)
			if y[0] != 0 || y[1] != 0 || y[2] == 0 {
				t.Errorf("%s, %s: the output is %v, want zeros in its first row alone", name, exec, y)
			}
			all := newLossProgram(t, s, exec, 2, 4, func(*rand.Rand, *tensor.Dense) {})
			for i, g := range all.gradient(t) {
				if g != 0 {
					t.Errorf("%s, %s: gradient %d of padding alone is %g", name, exec, i, g)
				}
			}
		}
	}
}

// TestMasksPassAlong: which layers hand a mask on, as in Keras, and that a layer
// that merges two combines theirs.
func TestMasksPassAlong(t *testing.T) {
	after := func(l Layer) func(f *Functional, a, b Symbol) Symbol {
		return func(f *Functional, a, _ Symbol) Symbol { return f.Call(l, a) }
	}
	both := func(l Layer) func(f *Functional, a, b Symbol) Symbol {
		return func(f *Functional, a, b Symbol) Symbol { return f.Call(l, a, b) }
	}
	or := []float64{0, 1, 1, 1}
	kept := []float64{0, 1, 0, 1}
	for name, c := range map[string]struct {
		call func(f *Functional, a, b Symbol) Symbol
		want []float64
	}{
		"dense":                {after(Dense{Units: 1}), kept},
		"activation":           {after(Activation{Func: Tanh}), kept},
		"dropout":              {after(Dropout{Rate: 0.5}), kept},
		"spatial_dropout":      {after(SpatialDropout1D{Rate: 0.5}), kept},
		"gaussian_noise":       {after(GaussianNoise{Stddev: 1}), kept},
		"gaussian_dropout":     {after(GaussianDropout{Rate: 0.5}), kept},
		"alpha_dropout":        {after(AlphaDropout{Rate: 0.5}), kept},
		"activity":             {after(ActivityRegularization{L1: 1}), kept},
		"unit_normalization":   {after(UnitNormalization{}), kept},
		"rms_normalization":    {after(RMSNormalization{}), kept},
		"layer_normalization":  {after(LayerNormalization{}), kept},
		"batch_normalization":  {after(BatchNormalization{}), kept},
		"time_distributed":     {after(TimeDistributed{Layer: Dense{Units: 1}}), kept},
		"frozen":               {after(Frozen{Dense{Units: 1}}), kept},
		"simple_rnn":           {after(SimpleRNN{Units: 1, ReturnSequences: true}), kept},
		"rnn":                  {after(RNN{Cell: GRUCell{Units: 1}, ReturnSequences: true}), kept},
		"gru":                  {after(GRU{Units: 1, ReturnSequences: true, ZeroOutputForMask: true}), kept},
		"bidirectional_frozen": {after(Bidirectional{Layer: Frozen{GRU{Units: 1, ReturnSequences: true}}}), kept},
		"bidirectional_none":   {after(Bidirectional{Layer: GRU{Units: 1, ReturnSequences: true}, Merge: MergeNone}), kept},
		"lstm_sequences":       {after(LSTM{Units: 1, ReturnSequences: true}), kept},
		"bidirectional":        {after(Bidirectional{Layer: GRU{Units: 1, ReturnSequences: true}}), kept},
		"masking":              {after(Masking{}), []float64{1, 1, 1, 1}},
		"attention":            {both(Attention{}), kept},
		"add":                  {both(Add{}), or},
		"average":              {both(Average{}), or},
		"subtract":             {both(Subtract{}), or},
		"multiply":             {both(Multiply{}), or},
		"maximum":              {both(Maximum{}), or},
		"minimum":              {both(Minimum{}), or},
		"concatenate":          {both(Concatenate{}), or},
		"concatenate_time":     {both(Concatenate{Time: true}), []float64{0, 1, 0, 1, 0, 0, 1, 1}},
		"concatenate_part": {func(f *Functional, a, b Symbol) Symbol {
			return f.Call(Concatenate{Time: true}, a, f.Call(Conv1D{Filters: 2, KernelSize: 1}, b))
		}, []float64{0, 1, 0, 1, 1, 1, 1, 1}},
		"lstm":            {after(LSTM{Units: 1}), nil},
		"conv1d":          {after(Conv1D{Filters: 1, KernelSize: 2}), nil},
		"max_pooling":     {after(MaxPooling1D{}), nil},
		"average_pooling": {after(AveragePooling1D{}), nil},
		"global_max":      {after(GlobalMaxPooling1D{}), nil},
		"global_max_own":  {after(GlobalMaxPooling1D{Masked: true}), nil},
		"conv_max":        {after(ConvMaxPooling1D{Filters: 1, KernelSizes: []int{2}}), nil},
		"global_average":  {after(GlobalAveragePooling1D{}), nil},
		"flatten":         {after(Flatten{}), nil},
		"reshape":         {after(Reshape{TargetShape: Shape{4, 2}}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := &Functional{Dtype: tensor.Float64}
			embed := Embedding{InputDim: 3, OutputDim: 2, MaskZero: true}
			a, b := f.Call(embed, f.Input("a", Tokens(4))), f.Call(embed, f.Input("b", Tokens(4)))
			f.Output("y", c.call(f, a, b))
			f.Output("b", b) // so that it is read
			m, err := f.Build()
			if err != nil {
				t.Fatal(err)
			}
			p, err := m.Forward(Train, Auto, 1, 4, 4)
			if err != nil {
				t.Fatal(err)
			}
			copy(p.Inputs[0].X.Int32s(), []int32{0, 1, 0, 2})
			copy(p.Inputs[1].X.Int32s(), []int32{0, 0, 1, 2})
			mask := p.Outputs[0].Mask
			if (mask == nil) != (c.want == nil) {
				t.Fatalf("the mask is %v", mask)
			}
			if mask == nil {
				return
			}
			prog, err := p.Compile(mask)
			if err != nil {
				t.Fatal(err)
			}
			defer prog.Close()
			if err := prog.Run(); err != nil {
				t.Fatal(err)
			}
			if got := floatsOf(t, prog, mask); !slices.Equal(got, c.want) {
				t.Errorf("the mask is %v, want %v", got, c.want)
			}
		})
	}
}

// TestMaskedStepsMayHoldAnything: a mean over steps does not see those that are
// masked, not even where they are no numbers.
func TestMaskedStepsMayHoldAnything(t *testing.T) {
	f := &Functional{Dtype: tensor.Float64}
	x := f.Call(Masking{MaskValue: -1}, f.Input("x", Features(3, 2)))
	log := f.Call(Activation{Func: Exponential}, f.Call(Dense{Units: 2, BiasInitializer: Constant(800), KernelInitializer: Constant(-800)}, x))
	f.Output("y", f.Call(GlobalAveragePooling1D{}, log))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Infer, Auto, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Float64s(), []float64{0.5, 0.5, -1, -1, 0.5, 0.5}) // e⁰ and, of the masked step's zeros, e⁸⁰⁰
	prog, err := p.Compile(p.Outputs[0].Node)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	if got := floatsOf(t, prog, p.Outputs[0].Node); !slices.Equal(got, []float64{1, 1}) {
		t.Errorf("the mean is %v, want 1", got)
	}
}
