package train

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// shape names a program of a model.
type shape struct {
	phase    nn.Phase
	batch    int
	steps    string // of the inputs, printed
	programs int    // that share a batch
	watch    string // names of the outputs of layers that can be read, printed
}

func shapeOf(phase nn.Phase, batch int, steps []int, programs int, watch []string) shape {
	return shape{phase, batch, fmt.Sprint(steps), programs, fmt.Sprintf("%q", watch)}
}

// program is a compiled model with its inputs. The rows of a batch that is
// smaller than the program's are zeros with the coefficient 0.
type program struct {
	shape
	model   *nn.Model
	aims    []Objective
	steps   []int // of the inputs
	pass    *nn.Pass
	prog    *graph.Program
	masks   *graph.Program // computes the masks of outputs that have a loss; may be nil
	in      feed           // what the next run reads
	next    feed           // what is filled meanwhile; only of training programs
	nodes   feedNodes
	outs    []output
	loss    *graph.Node  // of all outputs and what layers add
	weights []*nn.Weight // those that the model reads, and their gradients
	grads   []*graph.Node
	sums    []gradient // of the gradients of several shards
	bad     string     // what was not finite first in the last run, if the loss was not
	watched []watched
}

// feedNodes are the nodes that a feed is bound to.
type feedNodes struct {
	targets, coef []*graph.Node
	share         *graph.Node
}

// output is what a program computes for an output of the model.
type output struct {
	target
	node  *graph.Node
	loss  *graph.Node // nil if there is none
	mask  *graph.Node // nil if all rows count
	y     []float32
	valid []float32 // of the batch at hand, [samples·steps]: 1 for rows that count, else 0
}

// forward emits a forward pass of a model: Model.Forward or Model.ForwardRemat.
type forward = func(phase nn.Phase, exec nn.Execution, batch int, steps ...int) (*nn.Pass, error)

// compileBy makes a program of a forward pass, in which watched layers can be read.
func (t *Trainer) compileBy(emit forward, phase nn.Phase, batch int, steps []int, programs int, watch []string) (*program, error) {
	m := t.model
	pass, err := emit(phase, t.config.Execution, batch, steps...)
	if err != nil {
		return nil, err
	}
	if programs > 1 { // that run at the same time already
		pass.Options().Skip |= graph.Parallel
	}
	p := &program{shape: shapeOf(phase, batch, steps, programs, watch), model: m, aims: t.aims, steps: steps, pass: pass, outs: make([]output, len(pass.Outputs))}
	var roots []*graph.Node
	for _, in := range pass.Inputs {
		p.in.x, p.in.weights = append(p.in.x, in.X), append(p.in.weights, in.Weights)
	}
	for i, y := range pass.Outputs {
		p.outs[i] = output{node: y.Node, target: target{steps: y.Node.Shape()[0] / batch, units: y.Node.Shape()[1]}}
		roots = append(roots, y.Node)
	}
	p.emitLosses(t.aims)
	if p.loss != nil {
		roots = append(roots, p.loss)
		for _, o := range p.outs {
			if o.loss != nil && o.loss != p.loss {
				roots = append(roots, o.loss)
			}
		}
	}
	for _, n := range pass.Assigned() {
		roots = append(roots, n)
	}
	if phase == nn.Train {
		p.next = p.in.twin()
		var nodes []*graph.Node
		for _, w := range m.Weights() {
			if n := pass.WeightNode(w); n != nil {
				p.weights = append(p.weights, w)
				nodes = append(nodes, n)
			}
		}
		ends, err := p.watch(watch)
		if err != nil {
			return nil, err
		}
		grads := pass.Grad(p.loss, append(nodes, ends...)...)
		p.grads = grads[:len(p.weights)]
		roots = append(roots, grads...)
		roots = append(roots, p.setWatched(grads[len(p.weights):])...)
	}
	if err := p.compileMasks(); err != nil {
		return nil, err
	}
	p.prog, err = pass.Compile(roots...)
	return p, err
}

// emitLosses emits the loss of each output that has an objective and their sum,
//
//	loss = Σ_o weight_o·loss_o + share·Σ added,  loss_o = Σ_rows coef·mask·loss_row
//
// where added is what layers and regularizers add, and share the part of the
// batch that the program computes.
func (p *program) emitLosses(objectives []Objective) {
	n := len(p.outs)
	p.in.targets, p.in.coef = make([]*tensor.Dense, n), make([]*tensor.Dense, n)
	p.nodes.targets, p.nodes.coef = make([]*graph.Node, n), make([]*graph.Node, n)
	input := func(name string, into **tensor.Dense, shape ...int) *graph.Node {
		*into = tensor.New(tensor.Of(p.model.Dtype()), tensor.WithShape(shape...))
		return p.pass.Input(name, *into)
	}
	var terms []*graph.Node
	for i, port := range p.model.Outputs() {
		loss := objectives[i].Loss
		if loss == nil {
			continue
		}
		o, y := &p.outs[i], p.pass.Outputs[i]
		rows := o.node.Shape()[0]
		o.width = o.units
		if t, ok := loss.(nn.Targeter); ok {
			o.width = t.TargetWidth(o.units)
		}
		p.nodes.targets[i] = input("targets/"+port.Name, &p.in.targets[i], rows, o.width)
		p.nodes.coef[i] = input("coefficients/"+port.Name, &p.in.coef[i], rows, 1)
		each := loss.Apply(p.pass.Context, y, p.nodes.targets[i])
		if y.Mask != nil {
			o.mask, o.masked = y.Mask, true
			each = p.pass.Mul(each, o.mask)
		}
		o.loss = p.pass.Inner(each, p.nodes.coef[i])
		term := o.loss
		if w := objectives[i].Weight; w != 0 && w != 1 {
			term = p.pass.Affine(w, term, 0)
		}
		terms = append(terms, term)
	}
	if len(terms) == 0 {
		return
	}
	p.nodes.share = input("share", &p.in.share, 1)
	if added := p.pass.Losses(); len(added) > 0 {
		terms = append(terms, p.pass.Inner(p.pass.AddN(added...), p.nodes.share))
	}
	p.loss = p.pass.AddN(terms...)
}

func (p *program) compileMasks() (err error) {
	var masks []*graph.Node
	for _, o := range p.outs {
		if o.mask != nil {
			masks = append(masks, o.mask)
		}
	}
	if masks != nil {
		p.masks, err = p.pass.Compile(masks...)
	}
	return err
}

// run computes the outputs, the loss and the gradients.
func (p *program) run() error {
	if err := p.prog.Run(); err != nil {
		return err
	}
	p.bad = ""
	if p.shape.phase != nn.Train {
		return nil
	}
	v, err := p.prog.Value(p.loss)
	if err != nil {
		return err
	}
	if loss := graph.At(v, 0); math.IsNaN(loss) || math.IsInf(loss, 0) {
		// Now, while the weights are those that it was computed with.
		p.bad, _ = p.prog.NonFinite()
	}
	return nil
}

// assign writes what the run computed for the model's states.
func (p *program) assign() error {
	for w, n := range p.pass.Assigned() {
		v, err := p.prog.Value(n)
		if err != nil {
			return errors.WithMessage(err, w.Name())
		}
		if err := w.Assign(v); err != nil {
			return err
		}
	}
	return nil
}

// output returns an output of the model for the first n samples, [n·outputs];
// the next call overwrites it.
func (p *program) output(k, n int) ([]float32, error) {
	o := &p.outs[k]
	v, err := p.prog.Value(o.node)
	if err != nil {
		return nil, err
	}
	if f := graph.Floats[float32](v); f != nil && o.steps == 1 {
		return f[:n*len(f)/p.batch], nil
	}
	o.y = batchMajor(o.y[:0], v, n, o.steps)
	return o.y, nil
}

// batchMajor appends the values of the first n samples of a time-major sequence,
// a sample after the other.
func batchMajor(y []float32, v gorgonia.Value, n, steps int) []float32 {
	f, d := graph.Floats[float32](v), graph.Floats[float64](v)
	rows, width := v.Shape()[0], v.Shape()[1]
	batch := rows / steps
	for i := range n {
		for t := range steps {
			at := (t*batch + i) * width
			if f != nil {
				y = append(y, f[at:at+width]...)
				continue
			}
			for _, v := range d[at : at+width] {
				y = append(y, float32(v))
			}
		}
	}
	return y
}

// value returns the value of a scalar that the program computed.
func (p *program) value(n *graph.Node) (float64, error) {
	v, err := p.prog.Value(n)
	if err != nil {
		return 0, err
	}
	return graph.At(v, 0), nil
}

// Close releases the program.
func (p *program) Close() error {
	if p.masks != nil {
		if err := p.masks.Close(); err != nil {
			return err
		}
	}
	return p.prog.Close()
}
