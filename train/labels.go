package train

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// Labels are the data of one output; Data's fields of the same names say more.
type Labels struct {
	Targets, Weights []float32

	// Of a Stream's samples, whose targets and weights come one by one: how many
	// targets each has, and whether the weights are of steps.
	counts  []int
	stepped bool
}

// labels are Labels that were held against an output, a value for each row: a
// sample, or a step of one.
type labels struct {
	targets []float32
	weights []float32 // of samples or rows; nil: 1
	each    int       // weights of a sample
	steps   int
	// none marks rows without a label: steps that padding added and classes
	// that the loss ignores. They count nowhere, like masked ones. nil if there
	// are none.
	none []bool
	// odd holds what is wrong with targets that do not matter, because of a
	// weight of 0 or, as the program will tell, a mask.
	odd    map[int]error
	prefix string // of such an error
}

// target is what labels are brought to: the rows of an output.
type target struct {
	steps  int  // rows of a sample: those of a sequence, 1 if it is none
	units  int  // of the output
	width  int  // values of a row of targets
	masked bool // some rows may not count
}

// weight returns the weight of a row.
func (l *labels) weight(row int) float32 {
	if l.weights == nil {
		return 1
	}
	if l.each == 1 {
		return l.weights[row/l.steps]
	}
	return l.weights[row]
}

// counts reports whether a row has a label.
func (l *labels) counts(row int) bool { return l.none == nil || !l.none[row] }

// skip marks a row as one without a label.
func (l *labels) skip(row, rows int) {
	if l.none == nil {
		l.none = make([]bool, rows)
	}
	l.none[row] = true
}

// usable reports whether a row's target can be computed with.
func (l *labels) usable(row int) bool { return l.counts(row) && l.odd[row] == nil }

// label brings the labels of n samples to the rows of an output; r is not nil
// if its sequences are padded.
func (l Labels) label(o target, n int, r *ragged) (*labels, error) {
	rows, weights := n*o.steps, len(l.Weights)
	out := &labels{targets: l.Targets, weights: l.Weights, each: 1, steps: o.steps}
	given, of := rows, "outputs"
	if r != nil {
		given, of = r.total, "steps as their sequences have"
	}
	for i, have := range l.counts {
		steps := o.steps
		if r != nil {
			steps = r.lengths[i]
		}
		if have != steps*o.width {
			return nil, errors.Errorf("sample %d: %d targets, want %d", i, have, steps*o.width)
		}
	}
	switch {
	case len(l.Targets) != given*o.width && r == nil:
		return nil, errors.Errorf("%d targets for %d samples of %d %s", len(l.Targets), n, o.steps*o.width, of)
	case len(l.Targets) != given*o.width:
		return nil, errors.Errorf("%d targets for %d samples of %d steps in all and %d outputs each", len(l.Targets), n, given, o.width)
	case l.Weights != nil && weights != n && weights != given:
		return nil, errors.Errorf("%d weights for %d samples", weights, n)
	}
	stepped := l.Weights != nil && weights == given && (weights != n || l.stepped)
	if stepped {
		out.each = o.steps
	}
	for i, w := range l.Weights {
		if !(w >= 0 && w-w == 0) {
			sample := i
			if stepped {
				sample = r.sample(i, o.steps)
			}
			return nil, errors.Errorf("sample %d: weight %v, want a number of at least 0", sample, w)
		}
	}
	if r != nil {
		out.targets = r.spread(l.Targets, o.steps, o.width)
		if stepped {
			out.weights = r.spread(l.Weights, o.steps, 1)
		}
		for i, length := range r.lengths {
			_, at, kept := r.padding.span(length, o.steps)
			for s := range o.steps {
				if s < at || s >= at+kept {
					out.skip(i*o.steps+s, rows)
				}
			}
		}
	}
	return out, nil
}

// sample returns which sample step i of all is of, where each has so many steps
// unless r has others.
func (r *ragged) sample(i, steps int) int {
	if r == nil {
		return i / steps
	}
	for s, n := range r.lengths {
		if i -= n; i < 0 {
			return s
		}
	}
	return len(r.lengths)
}

// check finds the rows whose targets the loss ignores or cannot work with. The
// latter are an error at once if neither a weight of 0 nor a mask can excuse
// them.
func (l *labels) check(o target, loss nn.Loss) error {
	ignorer, ignores := loss.(nn.TargetIgnorer)
	checker, checks := loss.(nn.TargetChecker)
	rows := len(l.targets) / o.width
	for row := range rows {
		if !l.counts(row) {
			continue
		}
		t := l.targets[row*o.width : (row+1)*o.width]
		if ignores && ignorer.IgnoreTarget(t) {
			l.skip(row, rows)
			continue
		}
		var err error
		if at := notFinite(t); at >= 0 {
			err = errors.Errorf("sample %d: target %v", row/o.steps, t[at])
		} else if checks {
			err = errors.WithMessagef(checker.CheckTarget(t, o.units), "sample %d: target", row/o.steps)
		}
		if err == nil {
			continue
		}
		if !o.masked && l.weight(row) != 0 {
			return err
		}
		l.excuse(row, err)
	}
	return nil
}

// excuse keeps what is wrong with a row's target until it is known whether the row
// counts.
func (l *labels) excuse(row int, err error) {
	if l.odd == nil {
		l.odd = map[int]error{}
	}
	l.odd[row] = err
}

// slice returns the labels of samples from to to of n. ends are the places of
// the samples' steps in padded sequences, nil for an output that is none.
// Labels that are not as many for each are left as they are, to be refused.
func (l Labels) slice(from, to, n int, ends []int) Labels {
	part := func(x []float32, ends []int) []float32 {
		switch {
		case n == 0 || x == nil:
			return x
		case ends == nil && len(x)%n == 0:
			each := len(x) / n
			return x[from*each : to*each]
		case ends != nil && ends[n] > 0 && len(x)%ends[n] == 0:
			each := len(x) / ends[n]
			return x[ends[from]*each : ends[to]*each]
		}
		return x
	}
	weights := ends
	if len(l.Weights) == n && !l.stepped {
		weights = nil
	}
	return Labels{Targets: part(l.Targets, ends), Weights: part(l.Weights, weights), stepped: l.stepped}
}
