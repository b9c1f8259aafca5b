package train

import (
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// grouped is how many batches are cut of samples that are sorted by length: enough that
// those of a batch are alike, and few enough that batches are not the same in every epoch.
const grouped = 32

// near returns the length to which sequences of up to so many steps are brought: 8, 12,
// 16, 24, 32, 48 and so on, and no more than MaxLen.
func (p *Padding) near(longest int) int {
	n := 8
	for n < longest {
		if n&(n-1) == 0 {
			n += n / 2
		} else {
			n = n / 3 * 4
		}
	}
	if p.MaxLen > 0 {
		n = min(n, p.MaxLen)
	}
	return n
}

// byLength takes the lengths of the samples where Padding.ByLength is set.
func (t *table) byLength(m *nn.Model) error {
	for k, s := range t.in {
		if s.Padding == nil || !s.Padding.ByLength {
			continue
		}
		for i, out := range m.Outputs() {
			if len(out.Shape) == 2 && m.Follows(i, k) {
				return errors.Errorf("data: Padding.ByLength is set, but the output %s is a sequence", out.Name)
			}
		}
		if t.lengths == nil {
			t.lengths = make([][]int, len(t.in))
		}
		t.lengths[k] = s.lengths(m.Inputs()[k])
	}
	return nil
}

// of returns the table with the numbers of steps that the samples t[rows] need.
func (t *table) of(rows []int) *table {
	if t.lengths == nil {
		return t
	}
	part := *t
	part.steps = slices.Clone(t.steps)
	for k, lengths := range t.lengths {
		if lengths == nil {
			continue
		}
		longest := 0
		for _, i := range rows {
			longest = max(longest, lengths[i])
		}
		part.steps[k] = t.in[k].Padding.near(longest)
	}
	return &part
}

// group sorts the samples by length, the longest first, in groups of so many batches.
// Those of one length keep their order.
func (t *table) group(rows []int, batch int) {
	if t.lengths == nil {
		return
	}
	length := make([]int, t.n)
	for _, of := range t.lengths {
		for i, n := range of {
			length[i] += n
		}
	}
	for some := range slices.Chunk(rows, grouped*batch) {
		slices.SortStableFunc(some, func(i, j int) int { return length[j] - length[i] })
	}
}

// shuffleBatches changes the order of the full batches.
func shuffleBatches(r *rand.Rand, rows []int, batch int) {
	swap := make([]int, batch)
	r.Shuffle(len(rows)/batch, func(i, j int) {
		a, b := rows[i*batch:(i+1)*batch], rows[j*batch:(j+1)*batch]
		copy(swap, a)
		copy(a, b)
		copy(b, swap)
	})
}
