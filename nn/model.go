package nn

import (
	"math"
	"slices"
	"sync"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/graph"
)

// Model is a built model: layers, the shapes between them, and the weights,
// which every program of the model shares. Sequential and Functional make one.
//
// Its methods and those of its weights may be called concurrently, and beside a Fit of a
// train.Trainer: what reads or changes weights waits for the update at hand. Tensors and
// Weight.Value give the tensors themselves, which are to be read within Read, and changed
// within a Training's Update, where others may train.
type Model struct {
	*wiring
	settings
	weights *weights

	stepsOnce sync.Once
	steps     [][]bool // see Follows
}

// build makes a model of the network, with its first weights.
func (n network) build(s settings) (*Model, error) {
	m, err := n.model(s, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	initialize(s.seed, m.weights.list)
	return m, nil
}

// model makes the model with weights that are yet to be set, of at most room
// parameters.
func (n network) model(s settings, room int) (*Model, error) { return n.modelOf(s, room, nil) }

// modelOf is model with weights of which some are given.
func (n network) modelOf(s settings, room int, g given) (*Model, error) {
	if s.dtype == (tensor.Dtype{}) {
		s.dtype = tensor.Float32
	}
	if s.dtype != tensor.Float32 && s.dtype != tensor.Float64 {
		return nil, errorf("%s: element type %v, want float32 or float64", n.kind, s.dtype)
	}
	if s.batch < 0 {
		return nil, errorf("%s: batch is %d, want at least 0", n.kind, s.batch)
	}
	shapes := make([]Shape, len(n.inputs))
	for i, in := range n.inputs {
		if err := in.check(); err != nil {
			return nil, errors.WithMessage(err, n.kind)
		}
		shapes[i] = in.Shape
	}
	ws := newWeights(s.dtype, s.batch, room)
	ws.given = g
	w, err := n.declare(&Scope{weights: ws}, shapes)
	if err != nil {
		return nil, err
	}
	ws.given = nil
	return &Model{wiring: w, settings: s, weights: ws}, nil
}

// Inputs returns the model's inputs.
func (m *Model) Inputs() []Input { return slices.Clone(m.inputs) }

// Port is an output of a model.
type Port struct {
	Name  string
	Shape Shape // of one sample
}

// Outputs returns the model's outputs. That of a Sequential is called "output".
func (m *Model) Outputs() []Port {
	ports := make([]Port, len(m.outputs))
	for i, o := range m.outputs {
		shape, _ := m.shape(o.from) // declare checked it
		ports[i] = Port{o.name, shape}
	}
	return ports
}

// Dtype returns the weights' element type.
func (m *Model) Dtype() tensor.Dtype { return m.dtype }

// Batch returns the size that every batch must have, 0 if any may.
func (m *Model) Batch() int { return m.batch }

// Weights returns the trainable weights in the order of their layers.
func (m *Model) Weights() []*Weight { return m.weights.of(trained) }

// States returns what is not trained but assigned by the layers, such as
// running means.
func (m *Model) States() []*Weight { return m.weights.of(state, memory) }

// ResetStates takes the states that go on from batch to batch back to their
// first values: what follows is the beginning of new sequences.
func (m *Model) ResetStates() { initialize(m.seed, m.weights.of(memory)) }

// Weight returns the weight or state at path, such as "dense/kernel".
func (m *Model) Weight(path string) (*Weight, error) {
	if w := m.weights.byPath[path]; w != nil {
		return w, nil
	}
	return nil, errorf("the model has no weight %q", path)
}

// Params returns the number of trainable parameters.
func (m *Model) Params() int { return size(m.Weights()) }

// size returns the number of the weights' elements.
func size(list []*Weight) int {
	n := 0
	for _, w := range list {
		n += w.value.Shape().TotalSize()
	}
	return n
}

// Pass is a forward pass emitted for one program: fill the inputs, run, read
// the outputs.
type Pass struct {
	*Context
	Inputs  []PassInput
	Outputs []Value // in the order of the model's; Node is set
}

// PassInput is an input of a pass: its tensor, time-major, is ids
// [steps·batch] int32, or features [steps·batch, features] or [batch,
// features]; of bags it is starts and ids, [batch + 1 + steps·batch] int32, as
// graph.Builder.EmbeddingBag takes them.
type PassInput struct {
	X     *tensor.Dense
	Node  *graph.Node
	Steps int // 0 if it is no sequence; the most ids of a bag, on average

	Bagged bool

	// Weights are those of the ids in a WeightedBag, [batch·steps, 1].
	Weights     *tensor.Dense
	WeightsNode *graph.Node

	// Blend, in a blended pass, is a column [steps·batch, 1], in the order of X, or, if
	// the input is no sequence, of X's shape.
	Blend     *tensor.Dense
	BlendNode *graph.Node
}

// Forward emits the model's forward pass for a batch and, for each input, a
// number of steps, which is 0 for one that is no sequence.
func (m *Model) Forward(phase Phase, exec Execution, batch int, steps ...int) (*Pass, error) {
	return m.forward(Context{Phase: phase, Batch: batch, Execution: exec}, steps, false)
}

// ForwardRemat is Forward with Context.Remat set: for a program that would need more
// memory than there is.
func (m *Model) ForwardRemat(phase Phase, exec Execution, batch int, steps ...int) (*Pass, error) {
	return m.forward(Context{Phase: phase, Batch: batch, Execution: exec, Remat: true}, steps, false)
}

// forward emits a forward pass into c, which holds its settings.
func (m *Model) forward(c Context, steps []int, blended bool) (*Pass, error) {
	if c.Batch < 1 {
		return nil, errorf("batch of %d rows", c.Batch)
	}
	if m.batch > 0 && c.Batch != m.batch {
		return nil, errorf("batch of %d rows, the model's is %d", c.Batch, m.batch)
	}
	if len(steps) != len(m.inputs) {
		return nil, errorf("%d numbers of steps for %d inputs", len(steps), len(m.inputs))
	}
	if err := c.Execution.check(); err != nil {
		return nil, err
	}
	m.weights.held.compiling.Lock()
	defer m.weights.held.compiling.Unlock()
	c.Builder, c.weights, c.emitted = graph.New(m.dtype), m.weights, newEmitted()
	p := &Pass{Context: &c}
	inputs := make([]Value, len(m.inputs))
	for i, in := range m.inputs {
		if want := in.Steps(); want != Any && want != steps[i] || want == Any && steps[i] < 1 {
			return nil, errorf("%d steps for a model whose %s is %v", steps[i], in.Name, in.Shape)
		}
		inputs[i] = p.input(in, steps[i], blended)
	}
	p.Outputs = m.apply(p.Context, inputs)
	for i, y := range p.Outputs {
		p.Outputs[i].Node = p.Dense(y)
	}
	for _, w := range m.weights.list {
		if n := p.nodes[w.path]; n != nil && w.kind != frozen && w.regularizer != (Regularizer{}) {
			p.AddLoss(p.Penalty(n, w.regularizer.L1, w.regularizer.L2))
		}
	}
	return p, p.Err()
}

// input declares an input of the pass.
func (p *Pass) input(in Input, steps int, blended bool) Value {
	rows := p.Batch * max(steps, 1)
	x := PassInput{Steps: steps, Bagged: in.Bagged()}
	v := Value{Steps: steps}
	if in.Bagged() {
		x.X = tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(p.Batch+1+rows))
		x.Node = p.Input(in.Name, x.X)
		v.Bags = x.Node
		if in.Weighted() {
			x.Weights = tensor.New(tensor.Of(p.Dtype()), tensor.WithShape(rows, 1))
			x.WeightsNode = p.Input("weights/"+in.Name, x.Weights)
			v.Weights = x.WeightsNode
		}
	} else if in.IDs() {
		x.X = tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(rows))
		x.Node = p.Input(in.Name, x.X)
		v.IDs = x.Node
	} else {
		x.X = tensor.New(tensor.Of(p.Dtype()), tensor.WithShape(rows, in.Width()))
		x.Node = p.Input(in.Name, x.X)
		v.Node = x.Node
	}
	if blended {
		v = p.addBlend(in, &x, v)
	}
	p.Inputs = append(p.Inputs, x)
	return v
}

// Compile is graph.Builder.Compile, one program of a model at a time: Gorgonia
// writes to the headers of the weights' tensors, which all of them share.
func (p *Pass) Compile(roots ...*graph.Node) (*graph.Program, error) {
	p.weights.held.compiling.Lock()
	defer p.weights.held.compiling.Unlock()
	return p.Builder.Compile(roots...)
}

// Losses returns the scalars that layers and regularizers add to the loss.
func (p *Pass) Losses() []*graph.Node { return p.losses }

// Whole reports whether the pass must be run on whole batches, see
// Context.WholeBatch.
func (p *Pass) Whole() bool { return p.whole }

// Recomputes returns the paths of the recurrent layers that recompute on the way back
// what they do not keep, such as "bidirectional/forward".
func (p *Pass) Recomputes() []string { return slices.Clone(p.remat) }

// Assigned returns the nodes whose values are the next ones of states.
func (p *Pass) Assigned() map[*Weight]*graph.Node {
	next := map[*Weight]*graph.Node{}
	for path, n := range p.assigned {
		next[p.weights.byPath[path]] = n
	}
	return next
}

// WeightNode returns the node of w in this pass; it is nil if no layer read
// the weight.
func (p *Pass) WeightNode(w *Weight) *graph.Node { return p.nodes[w.path] }
