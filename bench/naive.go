package bench

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/nn"
)

// Naive is the baseline: a workload's graph as a user of Gorgonia writes it,
// unrolled and with Gorgonia's own functions alone,
//
//	h_t = tanh(x_t·W + h_{t−1}·U + b)
//
// for every step. One-hot inputs are a dense tensor [time, batch, words] and
// x_t its slice; an embedded x_t is ByIndices of the table. What else a user
// may try is not faster: one ByIndices for all steps, sliced, takes twice the
// time at T = 100, and adding a bias made [batch, units] once the same time.
type Naive struct {
	Graph   *gorgonia.ExprGraph
	Loss    *gorgonia.Node
	Weights gorgonia.Nodes // in the order of the model's weights

	workload   Workload
	batch      int
	train      bool
	x, targets *gorgonia.Node
	vm         gorgonia.VM
}

// NaiveSteps is the longest sequence that a naive graph can hold. Gorgonia's
// hash of a slice holds its ends modulo 256, so in a longer one step 256 would
// silently be merged with step 0.
const NaiveSteps = 256

// NewNaive builds the graph of one batch, with the values of the model's
// weights, and differentiates it in the training phase. Its inputs have no
// values until Fill. The workload is one of Workloads.
func NewNaive(w Workload, m *nn.Model, phase nn.Phase, batch, steps int) (n *Naive, err error) {
	if steps > NaiveSteps {
		return nil, errors.Errorf("naive: %d steps: Gorgonia would merge the slices of steps that are equal modulo %d", steps, NaiveSteps)
	}
	g := gorgonia.NewGraph()
	n = &Naive{Graph: g, workload: w, batch: batch, train: phase == nn.Train}
	defer func() { // Must panics
		if r := recover(); r != nil {
			n, err = nil, errors.Errorf("naive: %v", r)
		}
	}()
	weight := map[string]*gorgonia.Node{}
	for _, v := range m.Weights() {
		val := v.Value().(*tensor.Dense).Clone().(*tensor.Dense)
		if val.Dims() == 1 { // a row, so that it can be broadcast over the batch
			must0(val.Reshape(1, val.Shape()[0]))
		}
		x := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(val.Shape()...), gorgonia.WithName(v.Name()), gorgonia.WithValue(val))
		weight[v.Name()] = x
		n.Weights = append(n.Weights, x)
	}
	step := n.inputs(weight["embedding/embeddings"], steps)

	kernel, recurrent, bias := weight["simple_rnn/kernel"], weight["simple_rnn/recurrent_kernel"], weight["simple_rnn/bias"]
	h := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(batch, bias.Shape()[1]), gorgonia.WithName("h0"), gorgonia.WithInit(gorgonia.Zeroes()))
	for t := range steps {
		xw := gorgonia.Must(gorgonia.Mul(step(t), kernel))
		hu := gorgonia.Must(gorgonia.Mul(h, recurrent))
		sum := gorgonia.Must(gorgonia.Add(xw, hu))
		h = gorgonia.Must(gorgonia.Tanh(gorgonia.Must(gorgonia.BroadcastAdd(sum, bias, nil, []byte{0}))))
	}
	n.Loss = n.loss(h, weight["dense/kernel"], weight["dense/bias"])
	if n.train {
		if _, err := gorgonia.Grad(n.Loss, n.Weights...); err != nil {
			return nil, errors.Wrap(err, "naive")
		}
	}
	return n, nil
}

// inputs declares the inputs and returns what emits those of step t,
// [batch, features].
func (n *Naive) inputs(table *gorgonia.Node, steps int) func(t int) *gorgonia.Node {
	if table == nil {
		n.x = gorgonia.NewTensor(n.Graph, tensor.Float32, 3, gorgonia.WithShape(steps, n.batch, n.workload.Words), gorgonia.WithName("x"))
		return func(t int) *gorgonia.Node { return gorgonia.Must(gorgonia.Slice(n.x, gorgonia.S(t))) }
	}
	n.x = gorgonia.NewMatrix(n.Graph, tensor.Int, gorgonia.WithShape(steps, n.batch), gorgonia.WithName("ids"))
	return func(t int) *gorgonia.Node {
		return gorgonia.Must(gorgonia.ByIndices(table, gorgonia.Must(gorgonia.Slice(n.x, gorgonia.S(t))), 0))
	}
}

// Fill sets the inputs to those of Graph.Fill.
func (n *Naive) Fill() error {
	x := tensor.New(tensor.Of(n.x.Dtype()), tensor.WithShape(n.x.Shape()...))
	for i, s := range n.workload.Sequences(n.batch, n.x.Shape()[0]) {
		for t, id := range s {
			if at := t*n.batch + i; x.Dtype() == tensor.Int {
				x.Ints()[at] = int(id)
			} else {
				x.Float32s()[at*n.workload.Words+int(id)] = 1
			}
		}
	}
	if err := gorgonia.Let(n.x, x); err != nil {
		return errors.Wrap(err, "naive")
	}
	targets := tensor.New(tensor.WithBacking(Targets(n.batch)), tensor.WithShape(n.batch, 1))
	return errors.Wrap(gorgonia.Let(n.targets, targets), "naive")
}

// loss emits the mean binary cross-entropy of sigmoid(h·kernel + bias).
func (n *Naive) loss(h, kernel, bias *gorgonia.Node) *gorgonia.Node {
	n.targets = gorgonia.NewMatrix(n.Graph, tensor.Float32, gorgonia.WithShape(n.batch, 1), gorgonia.WithName("targets"))
	one := gorgonia.NewConstant(float32(1))
	y := gorgonia.Must(gorgonia.Sigmoid(gorgonia.Must(gorgonia.BroadcastAdd(gorgonia.Must(gorgonia.Mul(h, kernel)), bias, nil, []byte{0}))))
	positive := gorgonia.Must(gorgonia.HadamardProd(n.targets, gorgonia.Must(gorgonia.Log(y))))
	negative := gorgonia.Must(gorgonia.HadamardProd(
		gorgonia.Must(gorgonia.Sub(one, n.targets)),
		gorgonia.Must(gorgonia.Log(gorgonia.Must(gorgonia.Sub(one, y))))))
	return gorgonia.Must(gorgonia.Neg(gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Add(positive, negative))))))
}

func must0(err error) {
	if err != nil {
		panic(err)
	}
}

// Compile makes the tape machine.
func (n *Naive) Compile() error {
	prog, locations, err := gorgonia.Compile(n.Graph)
	if err != nil {
		return errors.Wrap(err, "naive")
	}
	opts := []gorgonia.VMOpt{gorgonia.WithPrecompiled(prog, locations)}
	if n.train {
		opts = append(opts, gorgonia.BindDualValues(n.Weights...))
	}
	n.vm = gorgonia.NewTapeMachine(n.Graph, opts...)
	return nil
}

// Run computes the loss and the gradients. As no solver clears the gradients,
// every run adds to those before it, which takes the same time.
func (n *Naive) Run() error {
	n.vm.Reset()
	return errors.Wrap(n.vm.RunAll(), "naive")
}

// Nodes returns the size of the graph.
func (n *Naive) Nodes() int { return len(n.Graph.AllNodes()) }

// Close releases the machine.
func (n *Naive) Close() error { return n.vm.Close() }
