package graph

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Options say how the programs of a Builder are compiled. Change them before Compile.
type Options struct {
	Unshared bool  // every node keeps a buffer of its own
	Limit    int64 // bytes of buffers that a program may need; 0 is no limit
}

// Options returns how the Builder's programs are compiled, for the caller to set.
func (b *Builder) Options() *Options { return &b.options }

// Memory is what a program's buffers need, in bytes: those of its inputs, which are
// the caller's, left out.
type Memory struct {
	Peak     int64 // what is allocated on the first Run
	Unshared int64 // what it would be if every node had a buffer of its own
	Nodes    int   // nodes whose values are in buffers of the program
	InPlace  int   // of which so many are computed in the buffer of an input
}

// String writes it for people: 1.2 MB of buffers, 40 % of 3.0 MB; 17 of 52 nodes in
// place.
func (m Memory) String() string {
	return fmt.Sprintf("%s of buffers, %.0f %% of %s; %d of %d nodes in place",
		bytesString(m.Peak), 100*float64(m.Peak)/float64(max(m.Unshared, 1)), bytesString(m.Unshared), m.InPlace, m.Nodes)
}

// Memory returns what the program's buffers need. It is known before the first Run.
func (p *Program) Memory() Memory { return p.memory }

// plan says where the values of a program's nodes lie: nodes that are never needed at
// the same time share a place in one arena. A node's value is needed from when it is
// computed until its last reader has run; that of a node asked for, until the next Run.
// A view needs what it is a view of.
type plan struct {
	places []place
	size   int              // elements of the arena
	values []gorgonia.Value // in the arena, once it is made
}

type place struct {
	op   *op
	from int // in elements
}

// plan decides where values lie, from the instructions of the compiled program. It
// leaves a program alone of which it does not know these, and one with operations of
// Gorgonia's own, which may compute in a register that it takes for free.
func (p *Program) plan(compiled any, roots []*Node) error {
	order, ok := p.executed(compiled)
	var peak int64
	l := newLives(order, roots)
	for _, n := range order {
		o := n.Op().(*op)
		if o.own != nil {
			peak += o.own()
			p.memory.Unshared += o.own()
		}
		if o.view {
			continue
		}
		p.memory.Nodes++
		bytes := int64(volumeOf(o.shape)) * int64(p.b.dt.Size())
		p.memory.Unshared += bytes
		if !l.planned(o) || !ok || p.b.options.Unshared {
			peak += bytes
		}
	}
	if ok && !p.b.options.Unshared {
		p.memory.InPlace = l.place(&p.places)
		peak += int64(p.places.size) * int64(p.b.dt.Size())
	}
	p.memory.Peak = peak
	if limit := p.b.options.Limit; limit > 0 && peak > limit {
		return errors.Errorf("compile: the program needs %s of buffers, more than the limit of %s", bytesString(peak), bytesString(limit))
	}
	return nil
}

func bytesString(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// executed lists the nodes in the order in which the machine executes them. ok is false
// if that is not known, or where there are operations of others: then all of ours are
// listed in some order.
func (p *Program) executed(compiled any) (order []*Node, ok bool) {
	ops := 0
	for _, n := range p.order {
		if isOurs(n) {
			order = append(order, n)
		}
		if n.Op() != nil {
			ops++
		}
	}
	ids := instructionIDs(compiled)
	if ops != len(order) || len(ids) != len(order) {
		return order, false
	}
	known := map[*Node]bool{}
	for _, n := range order {
		known[n] = true
	}
	for i, id := range ids {
		n, _ := p.b.g.Node(id).(*Node)
		if !known[n] {
			return order, false
		}
		delete(known, n)
		order[i] = n
	}
	return order, true
}

// instructionIDs returns the numbers of the nodes that a compiled program executes, in
// order. Gorgonia does not give its instructions away: they are read where they lie,
// and nil is returned if they are not what they were in v0.9.18.
func instructionIDs(compiled any) (ids []int64) {
	list := reflect.ValueOf(compiled).Elem().FieldByName("instructions")
	if !list.IsValid() || list.Kind() != reflect.Slice {
		return nil
	}
	list = reflect.NewAt(list.Type(), unsafe.Pointer(list.UnsafeAddr())).Elem()
	for i := range list.Len() {
		instr := list.Index(i).Elem()
		if instr.Kind() != reflect.Pointer || instr.Elem().Kind() != reflect.Struct || instr.Elem().Type().Name() != "execOp" {
			continue
		}
		id := instr.Elem().FieldByName("id")
		if !id.IsValid() || id.Kind() != reflect.Int64 {
			return nil
		}
		ids = append(ids, id.Int())
	}
	return ids
}

// lives holds until when each node's value is needed.
type lives struct {
	order []*Node
	in    [][]*Node       // that each node takes
	base  map[*Node]*Node // of a view what it is one of, else the node itself
	last  map[*Node]int   // the place in the order of a value's last reader
}

func newLives(order, roots []*Node) *lives {
	l := &lives{order: order, base: map[*Node]*Node{}, last: map[*Node]int{}}
	for i, n := range order {
		o, in := n.Op().(*op), inputsOf(n)
		l.in = append(l.in, in)
		l.base[n] = n
		l.last[n] = i
		if o.view {
			l.base[n] = l.baseOf(in[0])
			continue // it is read when its readers are
		}
		for k, x := range in {
			if !slices.Contains(o.unread, k) {
				l.last[l.baseOf(x)] = i
			}
		}
	}
	for _, n := range roots {
		l.last[l.baseOf(n)] = len(order)
	}
	return l
}

func (l *lives) baseOf(n *Node) *Node {
	if b := l.base[n]; b != nil {
		return b
	}
	return n // an input of the graph
}

// planned reports whether an operation's value may share a place.
func (l *lives) planned(o *op) bool { return !o.view && !o.pinned && len(o.shape) > 0 }

// place gives each value a place in the arena: that of an input which is not needed
// any more, where the operation can compute in it; else the smallest that is free and
// large enough. It returns how many are in place.
func (l *lives) place(p *plan) (inPlace int) {
	at := map[*Node]int{} // where the values lie that are needed now
	ends := make([][]*Node, len(l.order)+1)
	var free gaps
	for i, n := range l.order {
		o := n.Op().(*op)
		if l.planned(o) {
			from := -1
			if x := l.dying(i, o, at); x != nil {
				from = at[x]
				delete(at, x)
				inPlace++
			} else {
				from = free.take(wholeLines(o))
			}
			at[n] = from
			ends[l.last[n]] = append(ends[l.last[n]], n)
			p.places = append(p.places, place{o, from})
		}
		for _, x := range ends[i] {
			if from, here := at[x]; here {
				free.give(from, wholeLines(x.Op().(*op)))
				delete(at, x)
			}
		}
	}
	p.size = free.end
	return inPlace
}

// dying returns an input in whose place the i-th operation can compute.
func (l *lives) dying(i int, o *op, at map[*Node]int) *Node {
	in := l.in[i]
	for k, x := range in {
		if k >= o.inPlace || l.last[x] != i || l.baseOf(x) != x {
			continue
		}
		_, here := at[x]
		other := func(y *Node) bool { return y != x && l.baseOf(y) == x } // a part of it
		if here && slices.Equal(x.Shape(), o.shape) && !slices.ContainsFunc(in, other) {
			return x
		}
	}
	return nil
}

// wholeLines is the number of elements that a value takes in an arena: a cache line or
// more, so that values begin at one.
func wholeLines(o *op) int {
	const line = 16
	return (volumeOf(o.shape) + line - 1) / line * line
}

// occupy puts the operations' outputs where the plan says. Programs of one Builder
// share operations, so it is done whenever another one of them has run.
func (p *plan) occupy(b *Builder) {
	if p.values == nil && len(p.places) > 0 {
		pick(b, makeArena[float32], makeArena[float64])(p)
	}
	for i, at := range p.places {
		at.op.out = p.values[i]
	}
}

func makeArena[T kernel.Float](p *plan) {
	arena := make([]T, p.size)
	for _, at := range p.places {
		to := at.from + volumeOf(at.op.shape)
		p.values = append(p.values, tensor.New(tensor.WithShape(at.op.shape...), tensor.WithBacking(arena[at.from:to:to])))
	}
}
