package train

import (
	"maps"
	"math/bits"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// Data is a set of samples in memory.
type Data struct {
	// Tokens holds a sequence of word ids a sample, all of one length unless
	// Padding is set, for models of nn.Tokens, and of any length for nn.Bag. An
	// empty text may be nil.
	Tokens [][]int32
	// TokenWeights holds how much each of the Tokens weighs, for nn.WeightedBag.
	TokenWeights [][]float32
	// Features holds the values of a sample, [features] or [time·features]
	// with the features of a step together, for models of nn.Features.
	Features [][]float32
	// Padding, if set, lets sequences be of any length.
	Padding *Padding

	// Targets holds [samples·outputs] values, or what the loss wants in their
	// place, and [samples·time·outputs] for an output of sequences. Where
	// those are padded it holds the targets of their steps as they are, one
	// sample after the other. Predict does not read them.
	//
	// A target may be anything, NaN too, where it does not count: at steps that
	// are masked or whose weight is 0.
	Targets []float32
	// Weights holds a weight a sample, or one a step of an output of
	// sequences, like Targets; as many as samples are those of samples, and nil
	// is 1 for each. They are 0 or more, multiply the loss, not its denominator,
	// and weigh WeightedMetrics. Keras: sample_weight.
	Weights []float32

	// Inputs and Outputs hold the same for a model of several inputs or
	// outputs, by their names; the fields above are empty then.
	Inputs  map[string]Samples
	Outputs map[string]Labels

	counts  []int // see Labels
	stepped bool
}

// Samples are the data of one input: Tokens or Features.
type Samples struct {
	Tokens       [][]int32
	TokenWeights [][]float32
	Features     [][]float32
	Padding      *Padding
}

// Len returns the number of samples.
func (d Data) Len() int {
	for _, s := range d.Inputs {
		return s.len()
	}
	return d.samples().len()
}

func (d Data) samples() Samples { return Samples{d.Tokens, d.TokenWeights, d.Features, d.Padding} }

func (d Data) labels() Labels { return Labels{d.Targets, d.Weights, d.counts, d.stepped} }

func (s Samples) len() int { return max(len(s.Tokens), len(s.Features)) }

// table is data in the order of a model's inputs and outputs.
type table struct {
	n      int
	in     []Samples
	steps  []int     // of each input
	labels []*labels // of each output; nil where it has no loss

	lengths [][]int // of the samples of each input; nil where Padding.ByLength is not set
}

// inputs holds d against the model's inputs.
func (d Data) inputs(m *nn.Model) (*table, error) {
	if d.Len() == 0 {
		return nil, errors.New("data: no samples")
	}
	t := &table{}
	ports := m.Inputs()
	named := d.Inputs
	if d.Inputs == nil && len(ports) == 1 {
		named = map[string]Samples{ports[0].Name: d.samples()}
	} else if d.Tokens != nil || d.TokenWeights != nil || d.Features != nil || d.Padding != nil {
		return nil, errors.New("data: set Inputs, or, for a model of one input, Tokens or Features")
	}
	for _, in := range ports {
		s, ok := named[in.Name]
		prefix := "data"
		if d.Inputs != nil || len(ports) > 1 {
			prefix = "data: input " + in.Name
		}
		if !ok {
			return nil, errors.Errorf("%s: no samples", prefix)
		}
		steps, err := s.check(in)
		if err != nil {
			return nil, errors.WithMessage(err, prefix)
		}
		if t.steps == nil {
			t.n = s.len()
		}
		if s.len() != t.n {
			return nil, errors.Errorf("%s: %d samples, another input has %d", prefix, s.len(), t.n)
		}
		t.in, t.steps = append(t.in, s), append(t.steps, steps)
	}
	if err := t.byLength(m); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(ports, func(in nn.Input) bool { return in.Name == name }) {
			return nil, errors.Errorf("data: the model has no input %q", name)
		}
	}
	return t, nil
}

// check holds samples against an input and returns the number of steps.
func (s Samples) check(in nn.Input) (steps int, err error) {
	if in.IDs() {
		if s.Tokens == nil || s.Features != nil {
			return 0, errors.New("the model takes word ids: set Tokens alone")
		}
		if in.Weighted() != (s.TokenWeights != nil) {
			return 0, errors.Errorf("TokenWeights are set: %t, want them for a weighted bag and nothing else", s.TokenWeights != nil)
		}
		if in.Bagged() {
			return s.bags()
		}
		return length(s.Padding, s.Tokens, in)
	}
	if s.TokenWeights != nil {
		return 0, errors.New("the model takes features, which have no TokenWeights")
	}
	if s.Features == nil || s.Tokens != nil {
		return 0, errors.New("the model takes features: set Features alone")
	}
	if steps, err = length(s.Padding, s.Features, in); err != nil {
		return 0, err
	}
	for i, x := range s.Features {
		if at := notFinite(x); at >= 0 {
			return 0, errors.Errorf("sample %d: value %d is %v", i, at, x[at])
		}
	}
	if in.Steps() == 0 {
		steps = 0
	}
	return steps, nil
}

// bags returns the room for the ids of a sample. It is one of few sizes, for programs
// are of one each.
func (s Samples) bags() (steps int, err error) {
	if s.Padding != nil {
		return 0, errors.New("Padding is set, but the input is bags, which are not padded")
	}
	if s.TokenWeights != nil && len(s.TokenWeights) != len(s.Tokens) {
		return 0, errors.Errorf("TokenWeights of %d samples, want %d", len(s.TokenWeights), len(s.Tokens))
	}
	longest := 1
	for i, ids := range s.Tokens {
		longest = max(longest, len(ids))
		if s.TokenWeights == nil {
			continue
		}
		w := s.TokenWeights[i]
		if len(w) != len(ids) {
			return 0, errors.Errorf("sample %d has %d weights of %d ids", i, len(w), len(ids))
		}
		if at := notFinite(w); at >= 0 {
			return 0, errors.Errorf("sample %d: the weight of id %d is %v", i, at, w[at])
		}
	}
	return 1 << bits.Len(uint(longest-1)), nil
}

// notFinite returns the place of the first value that is NaN or infinite, −1 if
// there is none.
func notFinite(x []float32) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

// length returns the number of steps that all samples have, or are brought to.
func length[T any](p *Padding, samples [][]T, in nn.Input) (int, error) {
	if p != nil {
		return paddedLength(p, samples, in)
	}
	if len(samples) == 0 {
		return 0, errors.New("no samples")
	}
	want, width := in.Steps(), in.Width()
	if want == 0 {
		want = 1
	}
	for i, s := range samples {
		switch {
		case want == nn.Any && len(s)%width != 0:
			return 0, errors.Errorf("sample %d has %d values, want steps of %d", i, len(s), width)
		case in.Steps() == nn.Any && len(s) == 0:
			return 0, errors.Errorf("sample %d has no steps; set Padding to give it some", i)
		case want == nn.Any:
			want = len(s) / width
		case in.Steps() == nn.Any && len(s) != want*width:
			return 0, errors.Errorf("sample %d has %d values, sample 0 has %d; set Padding for sequences of any length", i, len(s), want*width)
		case len(s) != want*width:
			return 0, errors.Errorf("sample %d has %d values, want %d steps of %d", i, len(s), want, width)
		}
	}
	return want, nil
}

// slice returns samples from to to of data for a model.
func (d Data) slice(m *nn.Model, from, to int) Data {
	part := d
	in := d.samples().slice(from, to)
	part.Tokens, part.TokenWeights, part.Features = in.Tokens, in.TokenWeights, in.Features
	if d.Inputs != nil {
		part.Inputs = map[string]Samples{}
		for name, s := range d.Inputs {
			part.Inputs[name] = s.slice(from, to)
		}
	}
	for i, port := range m.Outputs() {
		ends := d.ends(m, i)
		if d.Outputs == nil {
			l := d.labels().slice(from, to, d.Len(), ends)
			part.Targets, part.Weights = l.Targets, l.Weights
		} else if l, ok := d.Outputs[port.Name]; ok {
			part.Outputs = maps.Clone(part.Outputs)
			part.Outputs[port.Name] = l.slice(from, to, d.Len(), ends)
		}
	}
	return part
}

// ends returns where the samples end among the steps of all, and 0 before the
// first; nil if no input whose steps an output has is padded.
func (d Data) ends(m *nn.Model, output int) []int {
	for k, in := range m.Inputs() {
		s := d.samples()
		if d.Inputs != nil {
			s = d.Inputs[in.Name]
		}
		if s.Padding == nil || !m.Follows(output, k) {
			continue
		}
		ends := []int{0}
		for i, n := range s.lengths(in) {
			ends = append(ends, ends[i]+n)
		}
		return ends
	}
	return nil
}

func (s Samples) slice(from, to int) Samples {
	if to > len(s.Tokens) {
		s.Tokens = nil
	} else {
		s.Tokens = s.Tokens[from:to]
	}
	if to > len(s.TokenWeights) {
		s.TokenWeights = nil
	} else {
		s.TokenWeights = s.TokenWeights[from:to]
	}
	if to > len(s.Features) {
		s.Features = nil
	} else {
		s.Features = s.Features[from:to]
	}
	return s
}
