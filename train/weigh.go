package train

import (
	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/internal/kernel"
)

// weigh makes the loss of an output a mean over the rows that count, those that
// are neither masked nor without a label: Σ mask·loss / Σ mask, the sums over the
// whole batch, which several programs may share. part gives the samples of t that
// each of them computes.
func weigh(shards []*program, t *table, part func(i int) []int) error {
	for k := range shards[0].outs {
		l := t.labels[k]
		if l == nil || shards[0].outs[k].mask == nil && l.none == nil {
			continue
		}
		var sum, all float64
		for i, p := range shards {
			valid, err := p.valid(k, l, part(i))
			if err != nil {
				return err
			}
			for _, v := range valid {
				sum += float64(v)
			}
			all += float64(len(valid))
		}
		if sum == 0 {
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

// valid returns 1 for the rows of samples that count and 0 for the others,
// [samples·steps]; the next call overwrites it. A target that cannot be computed
// with is an error where it counts.
func (p *program) valid(k int, l *labels, samples []int) ([]float32, error) {
	o := &p.outs[k]
	o.valid = o.valid[:0]
	if o.mask == nil {
		for range len(samples) * o.steps {
			o.valid = append(o.valid, 1)
		}
	} else {
		v, err := p.masks.Value(o.mask)
		if err != nil {
			return nil, err
		}
		o.valid = batchMajor(o.valid, v, len(samples), o.steps)
	}
	if l.none == nil && l.odd == nil {
		return o.valid, nil
	}
	for i := range o.valid {
		row := samples[i/o.steps]*o.steps + i%o.steps
		if !l.counts(row) {
			o.valid[i] = 0
		}
		if err := l.odd[row]; err != nil && o.valid[i] != 0 && l.weight(row) != 0 {
			return nil, errors.WithMessage(err, l.prefix)
		}
	}
	return o.valid, nil
}
