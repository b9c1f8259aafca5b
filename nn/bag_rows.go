package nn

import (
	"math"
	"slices"

	"github.com/pkg/errors"
)

// BagRows returns a model whose EmbeddingBags have these rows of their tables alone, so
// that ids are 0 to len(rows) − 1, as rows, which rise, has them. Of ids that are none of
// them the new model knows nothing: what they weighed in a norm is missing. It has weights
// of its own. It errs if no layer is an EmbeddingBag, or a table has no such row.
func (m *Model) BagRows(rows []int32) (*Model, error) {
	n := m.network
	n.layers = slices.Clone(n.layers)
	found := false
	for i, l := range n.layers {
		bag, ok := l.(EmbeddingBag)
		if !ok {
			continue
		}
		found = true
		last := -1
		for _, r := range rows {
			if int(r) <= last || int(r) >= bag.InputDim {
				return nil, errorf("%s: row %d after row %d of %d, want them to rise", m.rows[i].name, r, last, bag.InputDim)
			}
			last = int(r)
		}
		bag.InputDim = len(rows)
		if bag.Split > 0 {
			bag.Split, _ = slices.BinarySearch(rows, int32(bag.Split))
		}
		n.layers[i] = bag
	}
	if !found {
		return nil, errorf("no layer is an EmbeddingBag")
	}
	part, err := n.model(m.settings, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	if err := m.Read(func() error { return m.bagRows(part, rows) }); err != nil {
		return nil, errors.WithMessage(err, "bag rows")
	}
	return part, nil
}

// bagRows copies the weights that are left.
func (m *Model) bagRows(part *Model, rows []int32) error {
	for _, w := range part.weights.list {
		x := m.weights.byPath[w.path].Float64s()
		if width := w.Shape()[len(w.Shape())-1]; len(x) != size([]*Weight{w}) {
			all := x
			x = make([]float64, 0, size([]*Weight{w}))
			for _, r := range rows {
				x = append(x, all[int(r)*width:(int(r)+1)*width]...)
			}
		}
		if err := w.Set(x); err != nil {
			return err
		}
	}
	return nil
}
