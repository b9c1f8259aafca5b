package train

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// feed is one batch of inputs of a program. A training program has two: one is
// filled while the machine computes on the other.
type feed struct {
	shape
	width   int // values of one step of the input
	x       *tensor.Dense
	targets *tensor.Dense
	coef    *tensor.Dense // weight of each sample's loss over the number of samples
}

// twin returns a feed of the same shapes.
func (f *feed) twin() feed {
	like := func(t *tensor.Dense) *tensor.Dense {
		return tensor.New(tensor.Of(t.Dtype()), tensor.WithShape(t.Shape()...))
	}
	return feed{f.shape, f.width, like(f.x), like(f.targets), like(f.coef)}
}

// fill writes the samples d[rows] into the inputs. The loss is the
// mean over total samples, which may be more than these. Without targets there
// is no loss to compute.
func (f *feed) fill(d Data, rows []int, total int, targets bool) {
	steps := max(f.steps, 1)
	if d.Tokens != nil {
		x := f.x.Int32s()[:steps*f.batch]
		for i := range f.batch {
			if i >= len(rows) {
				for at := i; at < len(x); at += f.batch {
					x[at] = 0
				}
				continue
			}
			at := i
			for _, id := range d.Tokens[rows[i]] {
				x[at] = id
				at += f.batch
			}
		}
	} else {
		f.features(d, rows, steps)
	}
	if !targets {
		return
	}
	outputs, outSteps := f.targets.Shape().TotalSize()/f.batch, f.targets.Shape()[0]/f.batch
	for i := range f.batch {
		var want []float32
		var c float64
		if i < len(rows) {
			want = d.Targets[rows[i]*outputs:]
			c = 1 / float64(total*outputs)
			if d.Weights != nil {
				c *= float64(d.Weights[rows[i]])
			}
		}
		units := outputs / outSteps
		for t := range outSteps {
			at := (t*f.batch + i) * units
			var x []float32
			if want != nil {
				x = want[t*units:]
			}
			set(f.targets, at, units, x)
			for j := range units {
				setOne(f.coef, at+j, c)
			}
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

// features writes the samples' features in the order in which they lie in x: a
// step of all samples after the other.
func (f *feed) features(d Data, rows []int, steps int) {
	x := graph.Floats[float32](f.x)
	for t := range steps {
		for i := range f.batch {
			at := (t*f.batch + i) * f.width
			switch {
			case x == nil && i < len(rows):
				set(f.x, at, f.width, d.Features[rows[i]][t*f.width:])
			case x == nil:
				set(f.x, at, f.width, nil)
			case i < len(rows):
				copy(x[at:at+f.width], d.Features[rows[i]][t*f.width:])
			default:
				clear(x[at : at+f.width])
			}
		}
	}
}
