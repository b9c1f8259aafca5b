package graph

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"unroll/internal/show"
)

// Pass is a set of the passes that Compile makes over a program. None of them touches
// the graph: the nodes stay, and a program executes fewer of them. What the nodes asked
// for do not need is never executed.
type Pass uint8

const (
	Identities Pass = 1 << iota // x·1, x + 0, −(−x), a transpose undone, are x
	Constants                   // what depends on constants alone is computed once, by Compile
	Common                      // of operations that compute the same from the same, one is left
	Fusion                      // chains of elementwise operations are one pass over memory
	Parallel                    // long operations that do not need one another run at the same time

	AllPasses = Identities | Constants | Common | Fusion | Parallel
)

// Explanation is what the passes did to a program.
type Explanation struct {
	Nodes       int   // that the graph has for what was asked for, inputs included
	Executed    int   // that are left, inputs included
	Identities  int   // nodes that were another one's value
	Constants   int   // nodes computed by Compile
	Common      int   // nodes that another one computes
	Unread      int   // nodes that nobody reads any more, constants among them
	Fused       int   // nodes that are computed on the way to another
	Beside      int   // nodes that are computed at the same time as another
	BytesBefore int64 // that the operations of a run read and write
	BytesAfter  int64
}

// String writes it for people: 31 of 52 nodes are executed (4 identities, 2 constants,
// 10 common, 5 fused), which read and write 1.2 MB in place of 2.0 MB.
func (e Explanation) String() string {
	var did []string
	for _, part := range []struct {
		n    int
		what string
	}{{e.Identities, "identities"}, {e.Constants, "constants"}, {e.Common, "common"}, {e.Unread, "unread"}, {e.Fused, "fused"}} {
		if part.n != 0 {
			did = append(did, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	saved := ""
	if did != nil {
		saved = " (" + strings.Join(did, ", ") + ")"
	}
	if e.Beside > 0 {
		saved += fmt.Sprintf(", %d beside another", e.Beside)
	}
	return fmt.Sprintf("%s of %s are executed%s, which read and write %s in place of %s", show.Thousands(e.Executed), show.Plural(e.Nodes, "node"), saved, show.Bytes(e.BytesAfter), show.Bytes(e.BytesBefore))
}

// Explain returns what the passes of Options did to the program: nothing to one with
// functions of Gorgonia's own.
func (p *Program) Explain() Explanation { return p.explanation }

// pure is the key of an operation without settings.
var pure any = struct{}{}

// bitsOf is a key of numbers, which tells 0 and −0 apart.
func bitsOf(x, y float64) any { return [2]uint64{math.Float64bits(x), math.Float64bits(y)} }

// undo names the operation of which another is the inverse, bit for bit.
type undo struct {
	name string
	key  any
}

// asItIs explains code that no pass has touched.
func (c *code) asItIs() Explanation {
	nodes, bytes := len(c.inputs)+len(c.list), c.bytes()
	return Explanation{Nodes: nodes, Executed: nodes, BytesBefore: bytes, BytesAfter: bytes}
}

// optimize makes the passes that Options do not leave out.
func (c *code) optimize() (Explanation, error) {
	e := c.asItIs()
	skip := c.b.options.Skip
	if err := c.simplify(skip, &e); err != nil {
		return e, err
	}
	before := len(c.inputs) + len(c.list)
	c.sweep()
	e.Unread = before - len(c.inputs) - len(c.list)
	if skip&Fusion == 0 {
		e.Fused = c.fuse()
	}
	if skip&Parallel == 0 {
		e.Beside = c.branch()
	}
	e.Executed, e.BytesAfter = len(c.inputs)+len(c.list), c.bytes()
	return e, nil
}

// common is what two operations have in common that compute the same.
type common struct {
	name string
	key  any
	of   string // the shape and the inputs' numbers
}

// simplify goes through the code once, so that each operation sees what became of its
// inputs.
func (c *code) simplify(skip Pass, e *Explanation) error {
	kinds := map[*Node]string{} // of constants
	for name, n := range c.b.consts {
		if kinds[n] = strings.TrimRight(name, "[]0123456789 "); kinds[n] == "one" {
			kinds[n] = "ones"
		}
	}
	seen := map[common]*Node{}
	list := c.list[:0]
	for _, i := range c.list {
		for k, n := range i.in {
			i.in[k] = c.of(n)
		}
		same, counted := (*Node)(nil), (*int)(nil)
		if skip&Identities == 0 {
			same, counted = c.identical(i, kinds), &e.Identities
		}
		if same == nil && skip&Constants == 0 && i.op.key != nil && !i.op.pinned && !slices.ContainsFunc(i.in, func(n *Node) bool { return kinds[n] == "" }) {
			folded, err := c.fold(i)
			if err != nil {
				return err
			}
			if same, counted = folded, &e.Constants; same != nil {
				kinds[same] = "folded"
			}
		}
		if same == nil && skip&Common == 0 && i.op.key != nil {
			of := make([]byte, 0, 64)
			for _, n := range i.op.shape {
				of = strconv.AppendInt(of, int64(n), 10)
				of = append(of, ' ')
			}
			for _, n := range i.in {
				of = append(of, ',')
				of = strconv.AppendInt(of, n.ID(), 10)
			}
			key := common{i.op.name, i.op.key, string(of)}
			if same, counted = seen[key], &e.Common; same == nil {
				seen[key] = i.node
			}
		}
		if same == nil {
			list = append(list, i)
			continue
		}
		if c.asked[i.node] { // whose value has a buffer of its own
			if i.op.copies {
				list = append(list, i)
				continue
			}
			i.op, i.in = c.b.copying(i.node), []*Node{same}
			list = append(list, i)
		} else {
			c.value[i.node] = same
			delete(c.by, i.node)
		}
		*counted++
	}
	c.list = list
	return nil
}

// copying returns an operation that computes n as a copy.
func (b *Builder) copying(n *Node) *op {
	return &op{
		b: b, name: "copy", place: placeOf(n), node: n, shape: n.Shape(), copies: true, inPlace: 1,
		run: pick(b, map1(copyTo[float32]), map1(copyTo[float64])),
	}
}

// identical returns the input whose value an operation has, or nil.
func (c *code) identical(i *instr, kinds map[*Node]string) *Node {
	o := i.op
	is := func(k int) bool { return sameShape(i.in[k].Shape(), o.shape) }
	switch {
	case o.copies && is(0):
		return i.in[0]
	case o.neutral.constant != "" && kinds[i.in[1]] == o.neutral.constant && is(0):
		return i.in[0]
	case o.neutral.commutes && kinds[i.in[0]] == o.neutral.constant && is(1):
		return i.in[1]
	case o.view:
		// A view of all elements under another shape, and back.
		if before := c.by[i.in[0]]; before != nil && before.op.view && sameShape(before.in[0].Shape(), o.shape) {
			return before.in[0]
		}
	case o.undoes != nil:
		if before := c.by[i.in[0]]; before != nil && before.op.name == o.undoes.name && before.op.key == o.undoes.key && sameShape(before.in[0].Shape(), o.shape) {
			return before.in[0]
		}
	}
	return nil
}

// maxFolded is the number of elements up to which a constant is kept that is larger than
// what it is computed from.
const maxFolded = 1 << 12

// fold computes an operation of constants, and returns a constant in its place; nil if
// that would take more memory than it saves.
func (c *code) fold(i *instr) (*Node, error) {
	b, volume := c.b, volumeOf(i.op.shape)
	from := 0
	for _, n := range i.in {
		from += n.Shape().TotalSize()
	}
	if volume > from && volume > maxFolded {
		return nil, nil
	}
	if n := b.folded[i.node]; n != nil {
		c.inputs = append(c.inputs, n)
		return n, nil
	}
	in := make([]gorgonia.Value, len(i.in))
	for k, n := range i.in {
		in[k] = n.Value()
	}
	probe := *i.op
	probe.out = newValue(b.dt, probe.shape)
	if probe.view {
		probe.out = nil
	}
	if err := probe.run(&probe, in); err != nil {
		return nil, errors.WithMessage(err, i.op.name)
	}
	n := b.constant(fmt.Sprintf("folded_%d_", i.node.ID()), 0, i.op.shape)
	if n == nil {
		return nil, b.err
	}
	copy(Floats[float32](n.Value()), Floats[float32](probe.out))
	copy(Floats[float64](n.Value()), Floats[float64](probe.out))
	b.folded[i.node] = n
	c.inputs = append(c.inputs, n)
	return n, nil
}

// sweep leaves out what nobody reads.
func (c *code) sweep() {
	needed := map[*Node]bool{}
	for n := range c.asked {
		needed[c.of(n)] = true
	}
	for _, i := range slices.Backward(c.list) {
		if needed[i.node] {
			for _, n := range i.in {
				needed[n] = true
			}
		}
	}
	c.list = slices.DeleteFunc(c.list, func(i *instr) bool { return !needed[i.node] })
	c.inputs = slices.DeleteFunc(c.inputs, func(n *Node) bool { return !needed[n] })
}
