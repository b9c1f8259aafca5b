package graph

import (
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// Elementwise operations that are read by each other alone are computed together, a
// block of elements at a time, so that what lies between them stays in the processor's
// cache and needs no buffer. Each is the kernel that it is alone, and blocks begin where
// a kernel's vectors begin: the values are the same bits.

const (
	fusedBlock = 512 // elements
	fusedMost  = 12  // operations, whose blocks fit the first cache together
)

// elements computes z from those of the inputs, each as many as z or one.
type elements[T kernel.Float] = func(z []T, in [][]T)

// pointed is how an elementwise operation runs: alone, on blocks, and in the place of
// which of its first inputs.
type pointed struct {
	run    runFunc
	each   any // elements[T], nil if it needs all elements
	places int
}

func each1[T kernel.Float](f func(y, x []T)) pointed {
	return pointed{map1(f), func(z []T, in [][]T) { f(z, in[0]) }, 1}
}

func each2[T kernel.Float](f func(z, x, y []T)) pointed {
	return pointed{map2(f), func(z []T, in [][]T) { f(z, in[0], in[1]) }, 2}
}

func each3[T kernel.Float](f func(z, x, y, w []T)) pointed {
	return pointed{func(o *op, in []gorgonia.Value) error {
		f(Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]), Floats[T](in[2]))
		return nil
	}, func(z []T, in [][]T) { f(z, in[0], in[1], in[2]) }, 3}
}

// fusable reports whether an operation is elementwise on these inputs, of which only the
// second may be one element for all.
func fusable(i *instr) bool {
	if i.op.pointed.each == nil || i.op.pinned {
		return false
	}
	n := volumeOf(i.op.shape)
	for k, x := range i.in {
		if m := x.Shape().TotalSize(); m != n && (m != 1 || k != 1) {
			return false
		}
	}
	return true
}

// fuse makes one instruction of each group, in the place of its last operation, and
// returns how many operations were on the way to another.
func (c *code) fuse() (fused int) {
	// Last to first: an operation joins the group of its readers if they are one.
	group := map[*Node]*instr{} // of a member: the group's last operation
	size := map[*instr]int{}
	readers := map[*Node][]*instr{}
	for _, i := range c.list {
		for k, n := range i.in {
			if !slices.Contains(i.in[:k], n) {
				readers[n] = append(readers[n], i)
			}
		}
	}
	for _, i := range slices.Backward(c.list) {
		if !fusable(i) {
			continue
		}
		group[i.node] = i
		rs := readers[i.node]
		if c.asked[i.node] || len(rs) == 0 {
			size[i] = 1
			continue
		}
		last := group[rs[0].node]
		one := last != nil && volumeOf(last.op.shape) == volumeOf(i.op.shape) && size[last] < fusedMost
		for _, r := range rs[1:] {
			one = one && group[r.node] == last
		}
		if !one {
			last = i
		}
		group[i.node] = last
		size[last]++
	}
	members := map[*instr][]*instr{}
	for _, i := range c.list {
		if last := group[i.node]; last != nil && size[last] > 1 {
			members[last] = append(members[last], i)
		}
	}
	list := c.list[:0]
	for _, i := range c.list {
		last := group[i.node]
		switch {
		case last == nil || size[last] == 1:
			list = append(list, i)
		case last == i:
			one := c.together(members[i])
			c.by[i.node] = one
			list = append(list, one)
		default:
			delete(c.by, i.node)
			fused++
		}
	}
	c.list = list
	return fused
}

// operand says where a member of a group takes an input from: the group's input, or an
// earlier member if the number is negative, the first being −1.
type operand int

// together makes one instruction of a group.
func (c *code) together(members []*instr) *instr {
	last := members[len(members)-1]
	at := map[*Node]operand{}
	for k, m := range members {
		at[m.node] = operand(-1 - k)
	}
	var names []string
	var in []*Node
	var taken [][]operand
	// The output may lie in the place of an input that only earlier members read, or
	// that the last one allows. They come first.
	allowed := func(n *Node) bool {
		for k, x := range last.in {
			if x == n && k >= last.op.inPlace {
				return false
			}
		}
		return n.Shape().TotalSize() == volumeOf(last.op.shape)
	}
	for _, want := range []bool{true, false} {
		for _, m := range members {
			for _, n := range m.in {
				if _, known := at[n]; !known && allowed(n) == want {
					at[n] = operand(len(in))
					in = append(in, n)
				}
			}
		}
	}
	places := 0
	for places < len(in) && allowed(in[places]) {
		places++
	}
	eachs := make([]any, len(members))
	for k, m := range members {
		names = append(names, m.op.name)
		eachs[k] = m.op.pointed.each
		var from []operand
		for _, n := range m.in {
			from = append(from, at[n])
		}
		taken = append(taken, from)
	}
	return &instr{node: last.node, in: in, op: &op{
		b: c.b, name: strings.Join(names, "+"), place: last.op.place, node: last.node, shape: last.op.shape, inPlace: places,
		run: pick(c.b, runTogether[float32], runTogether[float64])(eachs, taken),
	}}
}

func runTogether[T kernel.Float](eachs []any, taken [][]operand) runFunc {
	var given [][]T // the group's inputs
	blocks := make([][]T, len(eachs))
	in := make([][][]T, len(eachs))
	for k := range eachs {
		blocks[k] = make([]T, fusedBlock)
		in[k] = make([][]T, len(taken[k]))
	}
	return func(o *op, values []gorgonia.Value) error {
		given = given[:0]
		for _, v := range values {
			given = append(given, Floats[T](v))
		}
		out := Floats[T](o.out)
		for from := 0; from < len(out); from += fusedBlock {
			to := min(from+fusedBlock, len(out))
			for k, f := range eachs {
				z := blocks[k][:to-from]
				if k == len(eachs)-1 {
					z = out[from:to]
				}
				for j, at := range taken[k] {
					switch {
					case at < 0:
						in[k][j] = blocks[-1-at][:to-from]
					case len(given[at]) == len(out):
						in[k][j] = given[at][from:to]
					default:
						in[k][j] = given[at]
					}
				}
				f.(elements[T])(z, in[k])
			}
		}
		clear(given)
		return nil
	}
}
