package train

import "unroll/nn"

// MaxShards is the greatest number of shards that is chosen.
const MaxShards = maxShards

// ShardsFor returns the number of shards for a batch.
func (t *Trainer) ShardsFor(batch int, steps []int) (int, error) { return t.shards(batch, steps) }

// ProgramSize returns the numbers of nodes and edges of the graph of a training program.
func (t *Trainer) ProgramSize(batch int, steps ...int) (nodes, edges int, err error) {
	p, err := t.compile(nn.Train, batch, steps, 1)
	if err != nil {
		return 0, 0, err
	}
	all := p.prog.Emitted()
	for _, s := range all {
		edges += len(s.Inputs)
	}
	return len(all), edges, p.Close()
}

// Slice returns the samples from to to.
func (d Data) Slice(m *nn.Model, from, to int) Data { return d.slice(m, from, to) }

// SetStepped says that weights are of steps.
func (d *Data) SetStepped(on bool) { d.stepped = on }

// AtATime returns what a program of Predict needs, and how many of n batches are
// computed at a time.
func (t *Trainer) AtATime(n, batch int, steps ...int) (at int, bytes int64, err error) {
	p, err := t.compile(nn.Infer, batch, steps, 1)
	if err != nil {
		return 0, 0, err
	}
	return t.atATime(n, p), p.bytes(), p.Close()
}
