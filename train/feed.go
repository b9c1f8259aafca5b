package train

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// feed is one batch of inputs of a program. A training program has two: one is
// filled while the machine computes on the other.
type feed struct {
	x       []*tensor.Dense // by input
	weights []*tensor.Dense // of the ids of a weighted bag; nil of other inputs
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
	return feed{all(f.x), all(f.weights), all(f.targets), all(f.coef), one(f.share)}
}

// fill writes the samples t[rows] into a feed of p. A loss is the mean over
// total samples, which may be more than these. Without labels there is no loss
// to compute.
func (p *program) fill(f feed, t *table, rows []int, total int) {
	for i, x := range f.x {
		steps := max(p.steps[i], 1)
		switch {
		case p.pass.Inputs[i].Bagged:
			fillBags(x.Int32s(), f.weights[i], t.in[i], rows, p.batch)
		case t.in[i].Tokens != nil:
			fillTokens(x.Int32s(), t.in[i], rows, steps)
		default:
			fillFeatures(x, t.in[i], rows, steps)
		}
	}
	if t.labels == nil {
		return
	}
	graph.Set(f.share, 0, float64(len(rows))/float64(total))
	for i, o := range p.outs {
		if o.loss != nil {
			p.fillLabels(f.targets[i], f.coef[i], t.labels[i], o, rows, total)
		}
	}
}

// swap makes the next run read what was filled meanwhile.
func (p *program) swap() error {
	p.in, p.next = p.next, p.in
	for i, in := range p.pass.Inputs {
		if err := p.prog.Let(in.Node, p.in.x[i]); err != nil {
			return err
		}
		if in.WeightsNode == nil {
			continue
		}
		if err := p.prog.Let(in.WeightsNode, p.in.weights[i]); err != nil {
			return err
		}
	}
	for i := range p.outs {
		if p.nodes.coef[i] == nil {
			continue
		}
		if err := p.prog.Let(p.nodes.targets[i], p.in.targets[i]); err != nil {
			return err
		}
		if err := p.prog.Let(p.nodes.coef[i], p.in.coef[i]); err != nil {
			return err
		}
	}
	if p.nodes.share == nil {
		return nil
	}
	return p.prog.Let(p.nodes.share, p.in.share)
}

// fillTokens writes the sequences of the rows, a step of all samples after the
// other; what is left of the batch is zeros.
func fillTokens(x []int32, s Samples, rows []int, steps int) {
	batch := len(x) / steps
	for i := range batch {
		if i >= len(rows) {
			for at := i; at < len(x); at += batch {
				x[at] = 0
			}
			continue
		}
		at, ids := i, s.Tokens[rows[i]]
		if p := s.Padding; p != nil {
			for at := i; at < len(x); at += batch {
				x[at] = int32(p.Value)
			}
			skip, first, n := p.span(len(ids), steps)
			at, ids = i+first*batch, ids[skip:skip+n]
		}
		for _, id := range ids {
			x[at] = id
			at += batch
		}
	}
}

// fillBags writes where the bags of the rows start, and their ids one after the other;
// the bags of what is left of the batch are empty.
func fillBags(x []int32, weights *tensor.Dense, s Samples, rows []int, batch int) {
	at := 0
	for i := range batch {
		x[i] = int32(at)
		if i >= len(rows) {
			continue
		}
		if weights != nil {
			set(weights, at, len(s.TokenWeights[rows[i]]), s.TokenWeights[rows[i]])
		}
		at += copy(x[batch+1+at:], s.Tokens[rows[i]])
	}
	x[batch] = int32(at)
}

// fillFeatures writes the samples' features in the order in which they lie in
// t: a step of all samples after the other.
func fillFeatures(t *tensor.Dense, s Samples, rows []int, steps int) {
	x := graph.Floats[float32](t)
	batch, width := t.Shape()[0]/steps, t.Shape()[1]
	for i := range batch {
		var values []float32
		skip, first, n := 0, 0, steps
		if i < len(rows) {
			values = s.Features[rows[i]]
			if s.Padding != nil {
				skip, first, n = s.Padding.span(len(values)/width, steps)
			}
		}
		for step := range steps {
			at := (step*batch + i) * width
			from := (step - first + skip) * width
			switch {
			case step < first || step >= first+n:
				for k := range width {
					graph.Set(t, at+k, float64(s.Padding.Value))
				}
			case values == nil:
				set(t, at, width, nil)
			case x != nil:
				copy(x[at:at+width], values[from:])
			default:
				set(t, at, width, values[from:])
			}
		}
	}
}

// fillLabels writes targets, and as coefficients the rows' weights over the
// number of rows in the batch; zeros for rows that do not count.
func (p *program) fillLabels(targets, coef *tensor.Dense, l *labels, o output, rows []int, total int) {
	for i := range p.batch {
		for s := range o.steps {
			at := s*p.batch + i
			var w float32
			row := 0
			if i < len(rows) {
				row = rows[i]*o.steps + s
				if l.counts(row) {
					w = l.weight(row)
				}
			}
			if w == 0 || l.odd[row] != nil {
				set(targets, at*o.width, o.width, nil)
			} else {
				set(targets, at*o.width, o.width, l.targets[row*o.width:])
			}
			graph.Set(coef, at, 1/float64(total*o.steps)*float64(w))
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
