package train

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
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
// own. Of a table a solver can have the rows that have a gradient, see
// nn.Weight.GradRows.
func handOver(shards []*program, into []gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
	into = into[:0]
	first := shards[0]
	for i, w := range first.weights {
		if is, err := handOverRows(shards, i); err != nil {
			return nil, errors.WithMessage(err, w.Name())
		} else if is {
			into = append(into, w)
			continue
		}
		sum, err := first.prog.Value(first.grads[i])
		if err != nil {
			return nil, errors.WithMessage(err, w.Name())
		}
		sum = first.sum(i, sum)
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
	s := p.buffer(i, g)
	copy(graph.Floats[float32](s.value), graph.Floats[float32](g))
	copy(graph.Floats[float64](s.value), graph.Floats[float64](g))
	s.rows = nil
	return s.value
}

// buffer returns the sum of the gradients of weight i, of g's shape.
func (p *program) buffer(i int, g gorgonia.Value) *gradient {
	if p.sums == nil {
		p.sums = make([]gradient, len(p.weights))
	}
	if p.sums[i].value == nil {
		p.sums[i].value = tensor.New(tensor.Of(g.Dtype()), tensor.WithShape(g.Shape()...))
		p.sums[i].rows = []int32{}
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
	var nodes []*graph.Node
	for _, y := range pass.Outputs {
		nodes = append(nodes, y.Node)
	}
	k := int(pass.Work(nodes...) / shardWork)
	return max(1, min(k, batch/shardRows, maxShards)), nil
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
