package onnx

import (
	"fmt"
	"slices"
	"strings"
)

// A value of nn is [batch, features] or [batch, time, features], where a graph of ONNX has
// axes in any order, some of size 1, some that are parts of the features and some that are
// several of these side by side. Transpose, Reshape and their like change the axes alone.

// The kinds of atoms.
const (
	batchAxis   = 'b'
	timeAxis    = 't'
	featureAxis = 'f'
)

// atom is what axes are made of: the batch, the steps, or a part of the features.
type atom struct {
	kind   byte
	size   int // −1 if it is open
	id     int // of steps: which sequence's they are
	stride int // of features: how many of the whole are between two that follow each other
}

// axis is atoms side by side, the last one changing first; none of size 1.
type axis []atom

func (x axis) String() string {
	var s []string
	for _, a := range x {
		switch {
		case a.kind == batchAxis:
			s = append(s, "batch")
		case a.kind == timeAxis && a.size < 0:
			s = append(s, "time")
		default:
			s = append(s, fmt.Sprint(a.size))
		}
	}
	if len(s) == 0 {
		return "1"
	}
	return strings.Join(s, "·")
}

// is reports whether the axis is one atom of a kind.
func (x axis) is(kind byte) bool { return len(x) == 1 && x[0].kind == kind }

// num is the size as a number of shape arithmetic.
func (x axis) num() num {
	n := num{k: 1}
	for _, a := range x {
		n = n.times(a.num())
	}
	return n
}

func (a atom) num() num {
	switch {
	case a.kind == batchAxis:
		return num{k: 1, of: "b"}
	case a.kind == timeAxis && a.size < 0:
		return num{k: 1, of: fmt.Sprintf("t%d.", a.id)}
	}
	return num{k: int64(a.size)}
}

// joined returns the axis with parts of the features that follow each other as one.
func (x axis) joined() axis {
	var out axis
	for _, a := range x {
		if n := len(out); n > 0 && a.kind == featureAxis && out[n-1].kind == featureAxis && out[n-1].stride == a.stride*a.size {
			out[n-1] = atom{kind: featureAxis, size: out[n-1].size * a.size, stride: a.stride}
		} else {
			out = append(out, a)
		}
	}
	return out
}

// num is a number of shape arithmetic: k, or k times sizes that are open.
type num struct {
	k  int64
	of string // "b" and "t1." and so on, in order; "" for none
}

func (n num) times(m num) num {
	of := []string{}
	for _, s := range []string{n.of, m.of} {
		for s != "" {
			i := strings.IndexByte(s, '.') + 1
			if s[0] == 'b' {
				i = 1
			}
			of, s = append(of, s[:i]), s[i:]
		}
	}
	slices.Sort(of)
	return num{n.k * m.k, strings.Join(of, "")}
}

// known reports whether nothing is open.
func (n num) known() bool { return n.of == "" }

// reshaped returns the axes as those of another shape, in which 0 stands for the size at
// its place, unless zero is set, and −1 for what is left. It is false if they are not to be
// had without a change of the order of values.
func reshaped(axes []axis, to []num, zero bool) ([]axis, bool) {
	var atoms []atom
	for _, x := range axes {
		atoms = append(atoms, x...)
	}
	to = slices.Clone(to)
	left := -1
	for i, n := range to {
		switch {
		case n == num{} && !zero && i < len(axes):
			to[i] = axes[i].num()
		case n == num{k: -1} && left < 0:
			left = i
		}
	}
	out := make([]axis, len(to))
	end := len(to)
	if left >= 0 {
		end = left
	}
	for i := range end {
		var ok bool
		if out[i], atoms, ok = taken(atoms, to[i]); !ok {
			return nil, false
		}
	}
	for i := len(to) - 1; i > end; i-- {
		var ok bool
		if out[i], atoms, ok = takenBehind(atoms, to[i]); !ok {
			return nil, false
		}
	}
	if left >= 0 {
		out[left] = axis(atoms).joined()
		atoms = nil
	}
	return out, len(atoms) == 0
}

// taken takes atoms of a size from the front, and cuts features where they are too many.
func taken(atoms []atom, want num) (x axis, rest []atom, ok bool) {
	got := num{k: 1}
	for {
		// A batch of 1, as an example had it, is the batch and no axis of its own.
		example := len(x) == 0 && len(atoms) > 0 && atoms[0].kind == batchAxis && atoms[0].size == 1 && want == num{k: 1}
		if !example && sized(x, got, want) {
			return x.joined(), atoms, true
		}
		if len(atoms) == 0 {
			return nil, nil, false
		}
		a := atoms[0]
		if with := got.times(a.num()); a.kind == featureAxis && want.of == got.of && with.k > want.k && want.k > 0 && want.k%got.k == 0 {
			first := int(want.k / got.k)
			if first < 1 || a.size%first != 0 {
				return nil, nil, false
			}
			inner := a.size / first
			cut := atom{kind: featureAxis, size: first, stride: a.stride * inner}
			atoms = append([]atom{{kind: featureAxis, size: inner, stride: a.stride}}, atoms[1:]...)
			return append(x, cut).joined(), atoms, true
		}
		x, got, atoms = append(x, a), got.times(a.num()), atoms[1:]
	}
}

// takenBehind takes atoms of a size from the end.
func takenBehind(atoms []atom, want num) (x axis, rest []atom, ok bool) {
	got := num{k: 1}
	for {
		if sized(x, got, want) {
			return x.joined(), atoms, true
		}
		if len(atoms) == 0 {
			return nil, nil, false
		}
		n := len(atoms) - 1
		a := atoms[n]
		if with := got.times(a.num()); a.kind == featureAxis && want.of == got.of && with.k > want.k && want.k > 0 && want.k%got.k == 0 {
			last := int(want.k / got.k)
			if last < 1 || a.size%last != 0 {
				return nil, nil, false
			}
			cut := atom{kind: featureAxis, size: last, stride: a.stride}
			rest = append(slices.Clone(atoms[:n]), atom{kind: featureAxis, size: a.size / last, stride: a.stride * last})
			return append(axis{cut}, x...).joined(), rest, true
		}
		x, got, atoms = append(axis{a}, x...), got.times(a.num()), atoms[:n]
	}
}

// sized reports whether an axis has a size: one that is open also goes by the size that an
// example had when the graph was made.
func sized(x axis, got, want num) bool {
	if got == want {
		return true
	}
	k := int64(1)
	for _, a := range x {
		if a.size < 0 {
			return false
		}
		k *= int64(a.size)
	}
	return want.known() && want.k == k && len(x) > 0
}
