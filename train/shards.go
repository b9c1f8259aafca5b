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
	pass, err := t.model.Forward(nn.Train, t.config.Execution, batch, steps...)
	if err != nil {
		return 0, err
	}
	switch {
	case pass.Whole():
		return 1, nil
	case t.config.Shards > 0:
		return min(t.config.Shards, batch), nil
	}
	k := int(pass.Work(outputs(pass)...) / shardWork)
	return max(1, min(k, batch/shardRows, maxShards)), nil
}

// The least work of a piece of a batch where nothing is learned. Less pays than in
// training, for nothing is added up afterwards.
const (
	pieceWork = 1e6
	pieceRows = 16
)

// piece returns how many samples of a batch a processor takes at one time where nothing is
// learned. Like shards it depends on the model and the batch alone, for the sums of a loss.
func (t *Trainer) piece(batch int, steps []int) (size int, err error) {
	if batch < 2*pieceRows || t.config.Shards == 1 || t.model.Batch() > 0 {
		return batch, nil
	}
	key := shapeOf(nn.Infer, batch, steps, 0, nil)
	if known, ok := t.pieces.Load(key); ok {
		return known.(int), nil
	}
	var pass *nn.Pass
	t.pool.Alone(func() { pass, err = t.model.Forward(nn.Infer, t.config.Execution, batch, steps...) })
	if err != nil {
		return 0, err
	}
	if size = batch; !pass.Whole() {
		// Halves, quarters and so on keep two, four or eight processors busy to the end.
		for work := pass.Work(outputs(pass)...); size >= 2*pieceRows && work*float64(size)/float64(batch) >= 2*pieceWork && size*maxShards > batch; {
			size = (size + 1) / 2
		}
	}
	t.pieces.Store(key, size)
	return size, nil
}

func outputs(p *nn.Pass) (nodes []*graph.Node) {
	for _, y := range p.Outputs {
		nodes = append(nodes, y.Node)
	}
	return nodes
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
