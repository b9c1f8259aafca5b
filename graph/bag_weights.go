package graph

import (
	"math"
	"math/bits"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Terms say how much the ids of a bag weigh, see BagWeights.
type Terms struct {
	// Frequency is what an id that occurs n times weighs in all: "count" n, "binary" 1,
	// "log" 1 + ln n.
	Frequency string
	// Norm divides the weights of a bag: "l1" by the sum of their absolute values, so
	// that a sum becomes a mean; "l2" by the root of the sum of the squares of what its
	// ids weigh in all, so that bags of any size are of length 1; "" by nothing.
	Norm string
	// Split makes two blocks of the ids, those below it and those from it on, as of words
	// and of characters: Norm divides each by itself. 0 is one block.
	Split int32
}

// BagWeights emits the weights [room, 1] of the ids in bags, each the share that its
// occurrence has in what the id weighs in all, times its scale [rows, 1], such as the
// inverse document frequency; scale may be nil, for ones. It is 0 where
// there is no id. It is a constant of the ids, and has no gradient.
//
// scikit-learn: TfidfVectorizer, with norm l2 and sublinear_tf.
func (b *Builder) BagWeights(scale, bags *Node, batch int, t Terms) *Node {
	if !b.ok(bags) || scale != nil && !b.ok(scale) || !b.bags("bag weights", nil, bags, batch) {
		return nil
	}
	if scale != nil && (scale.Dtype() != b.dt || scale.Dims() != 2 || scale.Shape()[1] != 1) {
		return b.Fail(errors.Errorf("bag weights: scale is %v %s, want a column of %v", scale.Dtype(), shapeString(scale), b.dt))
	}
	switch t.Frequency {
	case "count", "binary", "log":
	default:
		return b.Fail(errors.Errorf("bag weights: frequency %q, want count, binary or log", t.Frequency))
	}
	switch t.Norm {
	case "", "l1", "l2":
	default:
		return b.Fail(errors.Errorf("bag weights: norm %q, want l1 or l2", t.Norm))
	}
	in := []*Node{bags}
	if scale != nil {
		in = append(in, scale)
	}
	return b.apply(&op{
		name:   "bag_weights",
		key:    t,
		ids:    true,
		pinned: true, // what is behind the last id stays zeros
		shape:  tensor.Shape{bags.Shape()[0] - batch - 1, 1},
		run:    pick(b, bagWeights[float32](batch, t), bagWeights[float64](batch, t)),
	}, "", in...)
}

// block returns the block of an id.
func (t Terms) block(id int32) int {
	if t.Split > 0 && id >= t.Split {
		return 1
	}
	return 0
}

func bagWeights[T kernel.Float](batch int, t Terms) runFunc {
	var seen occurring
	var end int32 // of the last run
	return func(o *op, in []gorgonia.Value) error {
		rows := math.MaxInt32
		var scale []T
		if len(in) > 1 {
			scale = Floats[T](in[1])
			rows = len(scale)
		}
		starts, at, err := bagsOf(in[0], batch, rows)
		if err != nil {
			return err
		}
		w := Floats[T](o.out)
		if last := starts[batch]; last < end {
			clear(w[last:end])
		}
		end = starts[batch]
		clear(w[:starts[0]])
		for b := range batch {
			from, to := starts[b], starts[b+1]
			bag, w := at[from:to], w[from:to]
			seen.count(bag)
			var norm [2]float64 // of the blocks
			for i, id := range bag {
				n, first := seen.of(i)
				share := 1.0
				switch {
				case t.Frequency == "binary" && !first:
					share = 0
				case t.Frequency == "log":
					share = (1 + math.Log(float64(n))) / float64(n)
				}
				if scale != nil {
					share *= float64(scale[id])
				}
				w[i] = T(share)
				switch at := t.block(id); {
				case t.Norm == "l1":
					norm[at] += math.Abs(share)
				case t.Norm == "l2" && first && t.Frequency == "binary":
					norm[at] += share * share
				case t.Norm == "l2" && first:
					share *= float64(n)
					norm[at] += share * share
				}
			}
			var by [2]T
			for k, x := range norm {
				if t.Norm == "l2" {
					x = math.Sqrt(x)
				}
				by[k] = 1
				if x > 0 {
					by[k] = T(1 / x)
				}
			}
			if t.Norm == "" {
				continue
			}
			for i, id := range bag {
				w[i] *= by[t.block(id)]
			}
		}
		return nil
	}
}

// occurring counts the ids of one bag after the other, in a table of twice their number.
type occurring struct {
	table []occurrence
	round int32
	place []int32 // of each id in the table
	first []bool  // the id did not occur before
}

type occurrence struct{ round, id, n int32 }

func (o *occurring) count(ids []int32) {
	shift := 32 - bits.Len(uint(2*len(ids)))
	if size := 1 << (32 - shift); len(o.table) < size {
		o.table, o.round = make([]occurrence, size), 0
	}
	if o.round == math.MaxInt32 {
		clear(o.table)
		o.round = 0
	}
	o.round++
	mask := uint32(1)<<(32-shift) - 1
	o.place, o.first = o.place[:0], o.first[:0]
	for _, id := range ids {
		at := uint32(id) * 0x9E3779B1 >> shift & mask
		for o.table[at].round == o.round && o.table[at].id != id {
			at = (at + 1) & mask
		}
		s := &o.table[at]
		first := s.round != o.round
		if first {
			*s = occurrence{o.round, id, 0}
		}
		s.n++
		o.place, o.first = append(o.place, int32(at)), append(o.first, first)
	}
}

// of returns how often id i of the bag occurs in it, and whether this is the first time.
func (o *occurring) of(i int) (n int32, first bool) { return o.table[o.place[i]].n, o.first[i] }
