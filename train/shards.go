package train

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// shardSet is the programs that share a batch; each takes size samples.
type shardSet struct {
	shards []*program
	size   int
}

// part returns the samples of shard i.
func (s shardSet) part(rows []int, i int) []int {
	return rows[i*s.size : min((i+1)*s.size, len(rows))]
}

// active returns the number of shards that a batch fills.
func (s shardSet) active(rows []int) int { return (len(rows) + s.size - 1) / s.size }

// handOver sums the shards' gradients, gives them to the weights and returns
// these for a solver. The gradients' buffers belong to the graph, and two
// weights may share one, and a solver may write into it: each weight gets one of its
// own.
func handOver(shards []*program, into []gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
	into = into[:0]
	first := shards[0]
	for i, w := range first.weights {
		rows, err := sparse(shards, i)
		switch {
		case err != nil:
			return nil, errors.WithMessage(err, w.Name())
		case rows != nil:
			w.SetSparseGrad(rows)
		default:
			if err := first.sum(shards, i); err != nil {
				return nil, errors.WithMessage(err, w.Name())
			}
			w.SetGrad(first.sums[i].value)
		}
		into = append(into, w)
	}
	return into, nil
}

// sum adds up the gradients of weight i.
func (p *program) sum(shards []*program, i int) error {
	var parts []gorgonia.Value
	for _, q := range shards {
		g, err := q.prog.Value(q.grads[i])
		if err != nil {
			return err
		}
		parts = append(parts, g)
	}
	p.buffer(i, parts[0]).add(parts)
	return nil
}

// buffer returns the sum of the gradients of weight i, of g's shape.
func (p *program) buffer(i int, g gorgonia.Value) *gradient {
	if p.sums[i].value == nil {
		p.sums[i].value = tensor.New(tensor.Of(g.Dtype()), tensor.WithShape(g.Shape()...))
	}
	return &p.sums[i]
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
func (t *Trainer) shards(batch int, steps []int) (int, error) {
	return t.shardsOf(nn.Train, batch, steps)
}

func (t *Trainer) shardsOf(phase nn.Phase, batch int, steps []int) (int, error) {
	pass, err := t.model.Forward(phase, t.config.Execution, batch, steps...)
	if err != nil {
		return 0, err
	}
	switch {
	case pass.Whole():
		return 1, nil
	case t.config.Shards > 0:
		return min(t.config.Shards, batch), nil
	}
	var nodes []*graph.Node
	for _, y := range pass.Outputs {
		nodes = append(nodes, y.Node)
	}
	k := int(pass.Work(nodes...) / shardWork)
	return max(1, min(k, batch/shardRows, maxShards)), nil
}

// piece returns how many samples of a batch a processor takes at one time where nothing is
// learned: what a shard of a training batch does, as many times as are needed.
func (t *Trainer) piece(batch int, steps []int) (size int, err error) {
	if batch < 2*shardRows && t.config.Shards == 0 {
		return batch, nil
	}
	key := shapeOf(nn.Infer, batch, steps, 0, nil)
	if known, ok := t.pieces.Load(key); ok {
		return known.(int), nil
	}
	k := 1
	t.pool.Alone(func() { k, err = t.shardsOf(nn.Infer, batch, steps) })
	if err != nil {
		return 0, err
	}
	size = (batch + k - 1) / k
	t.pieces.Store(key, size)
	return size, nil
}

// split returns how many programs share a batch, and how many samples each takes.
func (t *Trainer) split(batch int, steps []int) (size, programs int, err error) {
	k, err := t.shards(batch, steps)
	if err != nil {
		return 0, 0, err
	}
	size = (batch + k - 1) / k
	return size, (batch + size - 1) / size, nil // less those that would get no sample
}
