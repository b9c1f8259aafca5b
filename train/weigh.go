package train

import (
	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/internal/kernel"
)

// weigh finds the rows of each output that count, those that are neither masked nor
// without a label, and makes the loss a mean over them: Σ mask·loss / Σ mask, the
// sums over the whole batch, which several programs may share. part gives the samples
// of t that each of them computes.
func weigh(shards []*program, t *table, part func(i int) []int) error {
	for k := range shards[0].outs {
		l := t.labels[k]
		if l == nil {
			continue
		}
		var sum, all float64
		for i, p := range shards {
			if err := p.validate(k, l, part(i)); err != nil {
				return err
			}
			for _, v := range p.outs[k].valid {
				sum += float64(v)
			}
			all += float64(len(p.outs[k].valid))
		}
		if sum == 0 || sum == all {
			continue
		}
		for _, p := range shards {
			scale(graph.Floats[float32](p.in.coef[k]), all/sum)
			scale(graph.Floats[float64](p.in.coef[k]), all/sum)
		}
	}
	return nil
}

func scale[T kernel.Float](x []T, by float64) {
	for i, v := range x {
		x[i] = T(float64(v) * by)
	}
}

// validate makes an output's valid those of the samples. A target that cannot be
// computed with is an error where it counts.
func (p *program) validate(k int, l *labels, samples []int) error {
	o := &p.outs[k]
	o.valid = o.valid[:0]
	if o.mask == nil {
		for range len(samples) * o.steps {
			o.valid = append(o.valid, 1)
		}
	} else {
		v, err := p.masks.Value(o.mask)
		if err != nil {
			return err
		}
		o.valid = batchMajor(o.valid, v, len(samples), o.steps)
	}
	if l.none == nil && l.odd == nil {
		return nil
	}
	for i := range o.valid {
		row := samples[i/o.steps]*o.steps + i%o.steps
		if !l.counts(row) {
			o.valid[i] = 0
		}
		if err := l.odd[row]; err != nil && o.valid[i] != 0 && l.weight(row) != 0 {
			return errors.WithMessage(err, l.prefix)
		}
	}
	return nil
}
