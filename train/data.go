package train

import (
	"maps"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// Data is a set of samples in memory.
type Data struct {
	// Tokens holds a sequence of word ids a sample, all of one length, for
	// models of nn.Tokens.
	Tokens [][]int32
	// Features holds the values of a sample, [features] or [time·features]
	// with the features of a step together, for models of nn.Features.
	Features [][]float32
	// Targets holds [samples·outputs] values, or what the loss wants in their
	// place. Predict does not read them.
	Targets []float32
	// Weights holds a weight a sample, or one a step of a sequence output,
	// [samples·time]; nil is 1 for each. It multiplies the loss and weighs
	// metrics.
	Weights []float32

	// Inputs and Outputs hold the same for a model of several inputs or
	// outputs, by their names; the fields above are empty then.
	Inputs  map[string]Samples
	Outputs map[string]Labels
}

// Samples are the data of one input: one of the two.
type Samples struct {
	Tokens   [][]int32
	Features [][]float32
}

// Labels are the data of one output.
type Labels struct{ Targets, Weights []float32 }

// Len returns the number of samples.
func (d Data) Len() int {
	for _, s := range d.Inputs {
		return s.len()
	}
	return Samples{d.Tokens, d.Features}.len()
}

func (s Samples) len() int { return max(len(s.Tokens), len(s.Features)) }

// table is data in the order of a model's inputs and outputs.
type table struct {
	n      int
	in     []Samples
	steps  []int    // of each input
	labels []Labels // of each output; empty where it has no loss
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
		named = map[string]Samples{ports[0].Name: {d.Tokens, d.Features}}
	} else if d.Tokens != nil || d.Features != nil {
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
		return length(s.Tokens, in.Steps(), 1)
	}
	if s.Features == nil || s.Tokens != nil {
		return 0, errors.New("the model takes features: set Features alone")
	}
	want := in.Steps()
	if want == 0 {
		want = 1
	}
	if steps, err = length(s.Features, want, in.Width()); err != nil {
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

// length returns the number of steps that all samples have: want, unless it is
// nn.Any.
func length[T any](samples [][]T, want, width int) (int, error) {
	if len(samples) == 0 {
		return 0, errors.New("no samples")
	}
	if want == nn.Any {
		want = len(samples[0]) / width
	}
	for i, s := range samples {
		if len(s) != want*width || want == 0 {
			return 0, errors.Errorf("sample %d has %d values, want %d steps of %d", i, len(s), want, width)
		}
	}
	return want, nil
}

// outputs adds the labels, held against the outputs of a program that was
// compiled with losses.
func (t *table) outputs(d Data, p *program) error {
	ports := p.model.Outputs()
	named := d.Outputs
	if d.Outputs == nil && len(ports) == 1 {
		named = map[string]Labels{ports[0].Name: {d.Targets, d.Weights}}
	} else if d.Targets != nil || d.Weights != nil {
		return errors.New("data: set Outputs, or, for a model of one output, Targets and Weights")
	}
	t.labels = make([]Labels, len(ports))
	for i, port := range ports {
		l, ok := named[port.Name]
		o := p.outs[i]
		if o.loss == nil {
			continue
		}
		prefix := "data"
		if d.Outputs != nil || len(ports) > 1 {
			prefix = "data: output " + port.Name
		}
		if !ok {
			return errors.Errorf("%s: no targets", prefix)
		}
		if each := o.steps * o.width; len(l.Targets) != t.n*each {
			return errors.Errorf("%s: %d targets for %d samples of %d outputs", prefix, len(l.Targets), t.n, each)
		}
		if n := len(l.Weights); l.Weights != nil && n != t.n && n != t.n*o.steps {
			return errors.Errorf("%s: %d weights for %d samples", prefix, n, t.n)
		}
		if err := l.check(o, p.aims[i].Loss, t.n); err != nil {
			return errors.WithMessage(err, prefix)
		}
		t.labels[i] = l
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(ports, func(p nn.Port) bool { return p.Name == name }) {
			return errors.Errorf("data: the model has no output %q", name)
		}
	}
	return nil
}

// check holds the values of n samples to what the loss can work with.
func (l Labels) check(o output, loss nn.Loss, n int) error {
	each := o.steps * o.width
	if at := notFinite(l.Targets); at >= 0 {
		return errors.Errorf("sample %d: target %v", at/each, l.Targets[at])
	}
	for i, w := range l.Weights {
		if w-w != 0 {
			return errors.Errorf("sample %d: weight %v", i/(len(l.Weights)/n), w)
		}
	}
	checker, ok := loss.(nn.TargetChecker)
	if !ok {
		return nil
	}
	for row := range n * o.steps {
		if err := checker.CheckTarget(l.Targets[row*o.width:(row+1)*o.width], o.node.Shape()[1]); err != nil {
			return errors.WithMessagef(err, "sample %d: target", row/o.steps)
		}
	}
	return nil
}

// weight returns the weight of step s, of so many, of sample i.
func (l Labels) weight(i, s, steps, samples int) float32 {
	switch len(l.Weights) {
	case 0:
		return 1
	case samples:
		return l.Weights[i]
	}
	return l.Weights[i*steps+s]
}

// slice returns samples from to to.
func (d Data) slice(from, to int) Data {
	n := d.Len()
	in := Samples{d.Tokens, d.Features}.slice(from, to)
	labels := Labels{d.Targets, d.Weights}.slice(from, to, n)
	part := Data{Tokens: in.Tokens, Features: in.Features, Targets: labels.Targets, Weights: labels.Weights}
	if d.Inputs != nil {
		part.Inputs = map[string]Samples{}
		for name, s := range d.Inputs {
			part.Inputs[name] = s.slice(from, to)
		}
	}
	if d.Outputs != nil {
		part.Outputs = map[string]Labels{}
		for name, l := range d.Outputs {
			part.Outputs[name] = l.slice(from, to, n)
		}
	}
	return part
}

func (s Samples) slice(from, to int) Samples {
	if to > len(s.Tokens) {
		s.Tokens = nil
	} else {
		s.Tokens = s.Tokens[from:to]
	}
	if to > len(s.Features) {
		s.Features = nil
	} else {
		s.Features = s.Features[from:to]
	}
	return s
}

// slice returns the labels of samples from to to of n. Labels that are not as
// many for each sample are left as they are, to be refused.
func (l Labels) slice(from, to, n int) Labels {
	part := func(x []float32) []float32 {
		if n == 0 || len(x)%n != 0 {
			return x
		}
		each := len(x) / n
		return x[from*each : to*each]
	}
	weights := l.Weights
	if weights != nil {
		weights = part(weights)
	}
	return Labels{part(l.Targets), weights}
}

// weighClasses multiplies the weights of samples, or of steps, by those of their
// classes.
func (t *table) weighClasses(classes map[int]float64, outs []output) error {
	if classes == nil {
		return nil
	}
	for i, o := range outs {
		if o.loss == nil {
			continue
		}
		l := t.labels[i]
		weights := make([]float32, t.n*o.steps)
		for k := range weights {
			row := l.Targets[k*o.width : (k+1)*o.width]
			class := largest(row)
			if o.width == 1 {
				class = int(row[0])
			}
			w, ok := classes[class]
			if !ok {
				w = 1
			}
			weights[k] = float32(w) * l.weight(k/o.steps, k%o.steps, o.steps, t.n)
		}
		t.labels[i].Weights = weights
	}
	return nil
}
