package train

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// Padding lets sequences be of any length, and brings them to one as they are
// computed. Steps that are added have no target, no weight and no part in loss
// and metrics; a model sees their value, and Embedding's MaskZero or Masking
// keeps it from counting. Keras: pad_sequences.
type Padding struct {
	// MaxLen is the length of all; 0 is the model's own, and that of the
	// longest sequence where the model takes any. Only if it is set are longer
	// sequences cut.
	MaxLen int
	Value  float32 // of the added steps; of word ids a whole number
	Post   bool    // steps are added behind a sequence, else before it
	CutEnd bool    // a longer sequence loses its end, else its beginning
	// ByLength brings together sequences of about one length, and pads a batch to no
	// more than the longest in it needs: to one of few lengths, for programs are of
	// one each. It is for models of nn.Any steps which padding does not change, see
	// nn's masks, and which have no output of sequences. Samples are in another order
	// than without it: batches are cut of groups of 32 batches that are sorted by
	// length. Keras: tf.data's bucket_by_sequence_length.
	ByLength bool
}

// span returns which n of a sequence's steps are kept, from skip on, and the
// place at of the first of them among so many steps.
func (p *Padding) span(length, steps int) (skip, at, n int) {
	switch {
	case length > steps && !p.CutEnd:
		return length - steps, 0, steps
	case length >= steps:
		return 0, 0, steps
	case p.Post:
		return 0, 0, length
	}
	return 0, steps - length, length
}

// steps returns the length that sequences get for an input.
func (p *Padding) steps(samples, longest int, in nn.Input) (int, error) {
	want := in.Steps()
	switch {
	case want == 0:
		return 0, errors.New("Padding is set, but the input is not a sequence")
	case p.MaxLen < 0:
		return 0, errors.Errorf("Padding.MaxLen is %d", p.MaxLen)
	case in.IDs() && (p.Value < 0 || p.Value != float32(int32(p.Value))), p.Value-p.Value != 0:
		return 0, errors.Errorf("Padding.Value is %v, want the value of a step", p.Value)
	case samples == 0:
		return 0, errors.New("no samples")
	case p.ByLength && want != nn.Any:
		return 0, errors.Errorf("Padding.ByLength is set, the model takes %d steps: want one of any number", want)
	case p.ByLength:
		return p.near(longest), nil
	case want == nn.Any && p.MaxLen > 0:
		return p.MaxLen, nil
	case want == nn.Any:
		return max(longest, 1), nil
	case p.MaxLen > 0 && p.MaxLen != want:
		return 0, errors.Errorf("Padding.MaxLen is %d, the model takes %d steps", p.MaxLen, want)
	}
	return want, nil
}

// paddedLength returns the number of steps that samples are brought to.
func paddedLength[T any](p *Padding, samples [][]T, in nn.Input) (int, error) {
	width, longest := in.Width(), 0
	for i, s := range samples {
		if len(s)%width != 0 {
			return 0, errors.Errorf("sample %d has %d values, want steps of %d", i, len(s), width)
		}
		longest = max(longest, len(s)/width)
	}
	steps, err := p.steps(len(samples), longest, in)
	if err != nil || p.MaxLen > 0 || longest <= steps {
		return steps, err
	}
	for i, s := range samples {
		if n := len(s) / width; n > steps {
			return 0, errors.Errorf("sample %d has %d steps, the model takes %d; set Padding.MaxLen to cut it", i, n, steps)
		}
	}
	return steps, nil
}

// padded returns sequences of so many steps of a width.
func padded[T any](p *Padding, samples [][]T, steps, width int, value T) [][]T {
	if p == nil {
		return samples
	}
	out := make([][]T, len(samples))
	for i, s := range samples {
		x := make([]T, steps*width)
		for k := range x {
			x[k] = value
		}
		skip, at, n := p.span(len(s)/width, steps)
		copy(x[at*width:], s[skip*width:(skip+n)*width])
		out[i] = x
	}
	return out
}

// Padded holds d against a model's inputs, and returns them by name with padding
// written out: the sequences of an input are of one length.
func (d Data) Padded(m *nn.Model) (map[string]Samples, error) {
	t, err := d.inputs(m)
	if err != nil {
		return nil, err
	}
	all := map[string]Samples{}
	for k, in := range m.Inputs() {
		all[in.Name] = t.in[k].rectangular(in, t.steps[k])
	}
	return all, nil
}

// rectangular returns the samples with padding written out.
func (s Samples) rectangular(in nn.Input, steps int) Samples {
	if p := s.Padding; p != nil {
		s.Tokens = padded(p, s.Tokens, steps, 1, int32(p.Value))
		s.Features = padded(p, s.Features, steps, in.Width(), p.Value)
		s.Padding = nil
	}
	return s
}

// ragged is the sequences that the steps of an output belong to.
type ragged struct {
	padding *Padding
	lengths []int // of the samples
	total   int   // Σ lengths
}

// ragged returns the sequences behind an output; nil if none of the inputs whose
// steps it has is padded.
func (t *table) ragged(m *nn.Model, output int) (*ragged, error) {
	var r *ragged
	var of string
	ports := m.Inputs()
	for k, s := range t.in {
		if s.Padding == nil || !m.Follows(output, k) {
			continue
		}
		next := &ragged{padding: s.Padding, lengths: s.lengths(ports[k])}
		for i, n := range next.lengths {
			next.total += n
			if r != nil && r.lengths[i] != n {
				return nil, errors.Errorf("sample %d has %d steps in the input %s and %d in %s: pad them yourself for an output of sequences", i, r.lengths[i], of, n, ports[k].Name)
			}
		}
		r, of = next, ports[k].Name
	}
	return r, nil
}

// lengths returns the number of steps of each sample.
func (s Samples) lengths(in nn.Input) []int {
	lengths := make([]int, s.len())
	for i := range lengths {
		if s.Tokens != nil {
			lengths[i] = len(s.Tokens[i])
		} else {
			lengths[i] = len(s.Features[i]) / in.Width()
		}
	}
	return lengths
}

// spread writes width values of each step to where the step is among so many of
// a sample; the steps that are added are zeros.
func (r *ragged) spread(x []float32, steps, width int) []float32 {
	out := make([]float32, len(r.lengths)*steps*width)
	for i, n := range r.lengths {
		skip, at, kept := r.padding.span(n, steps)
		copy(out[(i*steps+at)*width:], x[skip*width:(skip+kept)*width])
		x = x[n*width:]
	}
	return out
}
