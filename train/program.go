package train

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
	"unroll/nn"
)

// shape names a program of a model.
type shape struct {
	phase        nn.Phase
	batch, steps int
}

// program is a compiled model with its inputs. The rows of a batch that is
// smaller than the program's are zeros with the coefficient 0.
type program struct {
	shape
	pass    *nn.Pass
	prog    *graph.Program
	width   int // values of one step of the input
	targets *tensor.Dense
	coef    *tensor.Dense // weight of each sample's loss over the number of samples
	loss    *graph.Node
	weights []*nn.Weight // those that the model reads, and their gradients
	grads   []*graph.Node
	y       []float32
}

func compile(m *nn.Model, loss nn.Loss, exec nn.Execution, s shape) (*program, error) {
	pass, err := m.Forward(s.phase, exec, s.batch, s.steps)
	if err != nil {
		return nil, err
	}
	p := &program{shape: s, pass: pass, width: m.Input.Width()}
	roots := []*graph.Node{pass.Out.Node}
	if loss != nil {
		out := pass.Out.Node.Shape()
		p.targets = tensor.New(tensor.Of(m.Dtype), tensor.WithShape(out...))
		p.coef = tensor.New(tensor.Of(m.Dtype), tensor.WithShape(out...))
		targets, coef := pass.Input("targets", p.targets), pass.Input("sample_weights", p.coef)
		losses := loss.Apply(pass.Context, pass.Out, targets)
		p.loss = pass.Inner(losses, coef)
		roots = append(roots, p.loss)
	}
	if s.phase == nn.Train {
		var nodes []*graph.Node
		for _, w := range m.Weights() {
			if n := pass.WeightNode(w); n != nil {
				p.weights = append(p.weights, w)
				nodes = append(nodes, n)
			}
		}
		p.grads = pass.Grad(p.loss, nodes...)
		roots = append(roots, p.grads...)
	}
	p.prog, err = pass.Compile(roots...)
	return p, err
}

// fill writes the samples d[rows] into the program's inputs. The loss is the
// mean over total samples, which may be more than these. Without targets there
// is no loss to compute.
func (p *program) fill(d Data, rows []int, total int, targets bool) {
	steps := max(p.steps, 1)
	if d.Tokens != nil {
		x := p.pass.X.Int32s()[:steps*p.batch]
		for i := range p.batch {
			if i >= len(rows) {
				for at := i; at < len(x); at += p.batch {
					x[at] = 0
				}
				continue
			}
			at := i
			for _, id := range d.Tokens[rows[i]] {
				x[at] = id
				at += p.batch
			}
		}
	} else {
		for i := range p.batch {
			for t := range steps {
				at := (t*p.batch + i) * p.width
				var from []float32
				if i < len(rows) {
					from = d.Features[rows[i]][t*p.width:]
				}
				set(p.pass.X, at, p.width, from)
			}
		}
	}
	if !targets {
		return
	}
	outputs, outSteps := p.targets.Shape().TotalSize()/p.batch, p.outSteps()
	for i := range p.batch {
		var want []float32
		var c float32
		if i < len(rows) {
			want = d.Targets[rows[i]*outputs:]
			c = float32(1 / float64(total*outputs))
			if d.Weights != nil {
				c *= d.Weights[rows[i]]
			}
		}
		units := outputs / outSteps
		for t := range outSteps {
			at := (t*p.batch + i) * units
			var x []float32
			if want != nil {
				x = want[t*units:]
			}
			set(p.targets, at, units, x)
			for j := range units {
				set(p.coef, at+j, 1, []float32{c})
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

// run computes the outputs, the loss and the gradients.
func (p *program) run() error { return p.prog.Run() }

// output returns the model's output for the first n samples, [n·outputs]; the
// next call overwrites it.
func (p *program) output(n int) ([]float32, error) {
	v, err := p.prog.Value(p.pass.Out.Node)
	if err != nil {
		return nil, err
	}
	steps := p.outSteps()
	units := v.Shape().TotalSize() / (p.batch * steps)
	f := graph.Floats[float32](v)
	if f != nil && steps == 1 {
		return f[:n*units], nil
	}
	d := graph.Floats[float64](v)
	p.y = p.y[:0]
	for i := range n {
		for t := range steps {
			at := (t*p.batch + i) * units
			for j := at; j < at+units; j++ {
				if f != nil {
					p.y = append(p.y, f[j])
				} else {
					p.y = append(p.y, float32(d[j]))
				}
			}
		}
	}
	return p.y, nil
}

// outSteps returns the steps of the output's sequence, 1 if it is none. The
// output is time-major; targets and predictions are a sample after another.
func (p *program) outSteps() int { return p.pass.Out.Node.Shape()[0] / p.batch }

func (p *program) lossValue() (float64, error) {
	v, err := p.prog.Value(p.loss)
	if err != nil {
		return 0, err
	}
	if f := graph.Floats[float32](v); f != nil {
		return float64(f[0]), nil
	}
	return graph.Floats[float64](v)[0], nil
}

// handOver sums the shards' gradients into those of the first, gives them to
// the weights and returns these for a solver.
func handOver(shards []*program, into []gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
	into = into[:0]
	for i, w := range shards[0].weights {
		sum, err := shards[0].prog.Value(shards[0].grads[i])
		if err != nil {
			return nil, errors.WithMessage(err, w.Name())
		}
		for _, p := range shards[1:] {
			g, err := p.prog.Value(p.grads[i])
			if err != nil {
				return nil, errors.WithMessage(err, w.Name())
			}
			kernel.Add(graph.Floats[float32](sum), graph.Floats[float32](g))
			kernel.Add(graph.Floats[float64](sum), graph.Floats[float64](g))
		}
		w.SetGrad(sum)
		into = append(into, w)
	}
	return into, nil
}

// The least work of a shard: floating-point operations forward, and rows, below
// which the products are slow and the synchronising shows.
const (
	shardWork = 3e6
	shardRows = 8
	maxShards = 8
)

// shards returns the number of programs that share a training batch. It depends
// on the model and the batch alone, so results do not depend on the machine.
func (t *Trainer) shards(batch, steps int) (int, error) {
	if t.config.Shards > 0 {
		return min(t.config.Shards, batch), nil
	}
	pass, err := t.model.Forward(nn.Train, t.config.Execution, batch, steps)
	if err != nil {
		return 0, err
	}
	k := int(pass.Work(pass.Out.Node) / shardWork)
	return max(1, min(k, batch/shardRows, maxShards)), nil
}
