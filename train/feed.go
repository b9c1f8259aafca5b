package train

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// feed is one batch of inputs of a program. A training program has two: one is
// filled while the machine computes on the other.
type feed struct {
	x       []*tensor.Dense // by input
	targets []*tensor.Dense // by output; nil where there is no loss
	coef    []*tensor.Dense // what each row's loss is multiplied by
	share   *tensor.Dense   // the part of the batch that this is
}

// twin returns a feed of the same shapes.
func (f feed) twin() feed {
	one := func(t *tensor.Dense) *tensor.Dense {
		if t == nil {
			return nil
		}
		return tensor.New(tensor.Of(t.Dtype()), tensor.WithShape(t.Shape()...))
	}
	all := func(ts []*tensor.Dense) []*tensor.Dense {
		like := make([]*tensor.Dense, len(ts))
		for i, t := range ts {
			like[i] = one(t)
		}
		return like
	}
	return feed{all(f.x), all(f.targets), all(f.coef), one(f.share)}
}

// fill writes the samples t[rows] into a feed of p. A loss is the mean over
// total samples, which may be more than these. Without labels there is no loss
// to compute.
func (p *program) fill(f feed, t *table, rows []int, total int) {
	for i, x := range f.x {
		steps := max(p.steps[i], 1)
		if t.in[i].Tokens != nil {
			fillTokens(x.Int32s(), t.in[i].Tokens, rows, steps)
		} else {
			fillFeatures(x, t.in[i].Features, rows, steps)
		}
	}
	if t.labels == nil {
		return
	}
	setOne(f.share, 0, float64(len(rows))/float64(total))
	for i, o := range p.outs {
		if o.loss != nil {
			p.fillLabels(f.targets[i], f.coef[i], t.labels[i], t.n, o, rows, total)
		}
	}
}

// fillTokens writes the sequences of the rows, a step of all samples after the
// other; what is left of the batch is zeros.
func fillTokens(x []int32, tokens [][]int32, rows []int, steps int) {
	batch := len(x) / steps
	for i := range batch {
		if i >= len(rows) {
			for at := i; at < len(x); at += batch {
				x[at] = 0
			}
			continue
		}
		at := i
		for _, id := range tokens[rows[i]] {
			x[at] = id
			at += batch
		}
	}
}

// fillFeatures writes the samples' features in the order in which they lie in
// t: a step of all samples after the other.
func fillFeatures(t *tensor.Dense, features [][]float32, rows []int, steps int) {
	x := graph.Floats[float32](t)
	batch, width := t.Shape()[0]/steps, t.Shape()[1]
	for s := range steps {
		for i := range batch {
			at := (s*batch + i) * width
			switch {
			case x == nil && i < len(rows):
				set(t, at, width, features[rows[i]][s*width:])
			case x == nil:
				set(t, at, width, nil)
			case i < len(rows):
				copy(x[at:at+width], features[rows[i]][s*width:])
			default:
				clear(x[at : at+width])
			}
		}
	}
}

// fillLabels writes targets, and as coefficients the samples' weights over the
// number of rows in the batch.
func (p *program) fillLabels(targets, coef *tensor.Dense, l Labels, samples int, o output, rows []int, total int) {
	for i := range p.batch {
		for s := range o.steps {
			at := s*p.batch + i
			if i >= len(rows) {
				set(targets, at*o.width, o.width, nil)
				setOne(coef, at, 0)
				continue
			}
			set(targets, at*o.width, o.width, l.Targets[(rows[i]*o.steps+s)*o.width:])
			w := float64(l.weight(rows[i], s, o.steps, samples))
			setOne(coef, at, 1/float64(total*o.steps)*w)
		}
	}
}

// set writes n values of x to t from at on; zeros if x is nil.
func set(t *tensor.Dense, at, n int, x []float32) {
	if f := graph.Floats[float32](t); f != nil {
		if x == nil {
			clear(f[at : at+n])
			return
		}
		copy(f[at:at+n], x)
		return
	}
	f := graph.Floats[float64](t)[at : at+n]
	clear(f)
	for i := range x[:min(n, len(x))] {
		f[i] = float64(x[i])
	}
}

// setOne writes one value.
func setOne(t *tensor.Dense, at int, v float64) {
	if f := graph.Floats[float32](t); f != nil {
		f[at] = float32(v)
	} else {
		graph.Floats[float64](t)[at] = v
	}
}
