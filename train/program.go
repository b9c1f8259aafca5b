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
	in      feed // what the next run reads
	next    feed // what is filled meanwhile; only of training programs
	targets *graph.Node
	coef    *graph.Node
	loss    *graph.Node
	weights []*nn.Weight // those that the model reads, and their gradients
	grads   []*graph.Node
	sums    []*tensor.Dense // of the gradients of several shards
	y       []float32
}

func compile(m *nn.Model, loss nn.Loss, exec nn.Execution, s shape) (*program, error) {
	pass, err := m.Forward(s.phase, exec, s.batch, s.steps)
	if err != nil {
		return nil, err
	}
	p := &program{shape: s, pass: pass, in: feed{shape: s, x: pass.X, width: m.Input.Width()}}
	roots := []*graph.Node{pass.Out.Node}
	if loss != nil {
		out := pass.Out.Node.Shape()
		p.in.targets = tensor.New(tensor.Of(m.Dtype), tensor.WithShape(out...))
		p.in.coef = tensor.New(tensor.Of(m.Dtype), tensor.WithShape(out...))
		p.targets, p.coef = pass.Input("targets", p.in.targets), pass.Input("sample_weights", p.in.coef)
		p.loss = pass.Inner(loss.Apply(pass.Context, pass.Out, p.targets), p.coef)
		roots = append(roots, p.loss)
	}
	if s.phase == nn.Train {
		p.next = p.in.twin()
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

// swap makes the next run read what was filled meanwhile.
func (p *program) swap() error {
	p.in, p.next = p.next, p.in
	for n, t := range map[*graph.Node]*tensor.Dense{p.pass.In: p.in.x, p.targets: p.in.targets, p.coef: p.in.coef} {
		if err := p.prog.Let(n, t); err != nil {
			return err
		}
	}
	return nil
}

// setOne writes one value.
func setOne(t *tensor.Dense, at int, v float64) {
	if f := graph.Floats[float32](t); f != nil {
		f[at] = float32(v)
	} else {
		graph.Floats[float64](t)[at] = v
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

// readsOnly reports whether a solver only reads gradients. Others may change
// them in place, as Gorgonia's do, and one that embeds SGD too.
func readsOnly(o Optimizer) bool {
	switch o.(type) {
	case *SGD, *Adam:
		return true
	}
	return false
}

// handOver sums the shards' gradients, gives them to the weights and returns
// these for a solver. The gradients' buffers belong to the graph, and two
// weights may share one: unless own is false, each weight gets a buffer of its
// own.
func handOver(shards []*program, into []gorgonia.ValueGrad, own bool) ([]gorgonia.ValueGrad, error) {
	into = into[:0]
	first := shards[0]
	for i, w := range first.weights {
		sum, err := first.prog.Value(first.grads[i])
		if err != nil {
			return nil, errors.WithMessage(err, w.Name())
		}
		if own || len(shards) > 1 {
			sum = first.sum(i, sum)
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

// sum returns the buffer for the sum of the gradients of weight i, with g in it.
func (p *program) sum(i int, g gorgonia.Value) *tensor.Dense {
	if p.sums == nil {
		p.sums = make([]*tensor.Dense, len(p.weights))
	}
	if p.sums[i] == nil {
		p.sums[i] = tensor.New(tensor.Of(g.Dtype()), tensor.WithShape(g.Shape()...))
	}
	copy(graph.Floats[float32](p.sums[i]), graph.Floats[float32](g))
	copy(graph.Floats[float64](p.sums[i]), graph.Floats[float64](g))
	return p.sums[i]
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
