package graph

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// Options say how the programs of a Builder are compiled. Change them before Compile, and
// before a Loop is emitted, whose step is compiled then.
type Options struct {
	Unshared bool  // every node keeps a buffer of its own
	Limit    int64 // bytes of buffers that a program may need; 0 is no limit
	Skip     Pass  // passes over the program that are left out; see Explanation
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
		show.Bytes(m.Peak), 100*float64(m.Peak)/float64(max(m.Unshared, 1)), show.Bytes(m.Unshared), m.InPlace, m.Nodes)
}

// Memory returns what the program's buffers need. It is known before the first Run.
func (p *Program) Memory() Memory { return p.memory }

// plan decides where the values of the code lie. It leaves a program alone that has
// operations of Gorgonia's own, which may compute in a register that it takes for free.
func (p *Program) plan() error {
	var list []*instr
	for _, i := range p.code.list {
		if i.op != nil {
			list = append(list, i)
		}
	}
	shared := p.code.ours && !p.b.options.Unshared
	l := newLives(list, p.asked)
	if shared {
		p.memory.InPlace = l.place(&p.places)
	}
	elements, own := p.places.size, int64(0)
	for _, i := range list {
		o := i.op
		if o.own != nil {
			own += o.own()
		}
		if o.holds != nil {
			p.memory.Unshared += int64(o.holds.volume) * int64(p.b.dt.Size())
			at := heldPlace{o.holds, -1}
			if s := l.granted[o.holds]; shared && s != nil {
				at.from = s.at
			} else {
				elements += o.holds.volume
			}
			p.places.held = append(p.places.held, at)
		}
		if o.view {
			continue
		}
		p.memory.Nodes++
		n := wholeLines(volumeOf(o.shape))
		p.memory.Unshared += int64(n) * int64(p.b.dt.Size())
		if !shared || !l.planned(o) {
			elements += n
		}
		if !shared && l.planned(o) {
			p.places.places = append(p.places.places, place{o, -1})
		}
	}
	p.memory.Unshared += own
	p.memory.Peak = int64(elements)*int64(p.b.dt.Size()) + own
	if limit := p.b.options.Limit; limit > 0 && p.memory.Peak > limit {
		return errors.Errorf("compile: the program needs %s of buffers, more than the limit of %s", show.Bytes(p.memory.Peak), show.Bytes(limit))
	}
	return nil
}

// lives holds until when each node's value is needed, and which share a place.
type lives struct {
	list    []*instr
	base    map[*Node]*Node // of a view what it is one of, else the node itself
	time    []int           // of an instruction: its place, or that of the one beside which it runs
	last    map[*Node]int   // the time of a value's last reader
	readers map[*hold]int   // and of what is held
	granted map[*hold]*slot // what is held in the place of an input
}

// slot is a place that values have one after the other, each in the place of the one
// before.
type slot struct {
	to   int // the time of the last one's last reader
	size int // elements of the largest
	at   int // in the arena
}

func newLives(list []*instr, roots []*Node) *lives {
	l := &lives{list: list, time: make([]int, len(list)), base: map[*Node]*Node{}, last: map[*Node]int{}, readers: map[*hold]int{}, granted: map[*hold]*slot{}}
	for at := range l.time {
		l.time[at] = at
	}
	for at, step := range list {
		for k := range step.beside {
			l.time[at+1+k] = at
		}
		n, i := step.node, l.time[at]
		l.base[n] = n
		l.last[n] = i
		if step.op.view {
			l.base[n] = l.baseOf(step.in[0])
			continue // it is read when its readers are
		}
		for k, x := range step.in {
			if !slices.Contains(step.op.unread, k) {
				l.last[l.baseOf(x)] = i
			}
		}
		if h := step.op.readsHeld; h != nil {
			l.readers[h] = i
		}
	}
	for _, n := range roots {
		l.last[l.baseOf(n)] = len(list)
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
	slots := map[*Node]*slot{}
	begin, end := make([][]*slot, len(l.list)), make([][]*slot, len(l.list)+1)
	for place, step := range l.list {
		o, i := step.op, l.time[place]
		if h := o.holds; h != nil {
			if x := step.in[0]; l.dies(place, x) && !slices.Contains(step.in[1:], x) && slots[x] != nil {
				s := slots[x]
				s.size = max(s.size, wholeLines(h.volume))
				s.to = max(s.to, l.readers[h])
				l.granted[h] = s
			}
		}
		if !l.planned(o) {
			continue
		}
		s := l.granted[o.readsHeld]
		if s != nil && l.readers[o.readsHeld] != i {
			s = nil // another one reads there later
		}
		for k := 0; k < o.inPlace && s == nil; k++ {
			if x := step.in[k]; l.dies(place, x) && !slices.Contains(step.in[o.inPlace:], x) && slices.Equal(x.Shape(), o.shape) {
				s = slots[x]
			}
		}
		if s != nil {
			inPlace++
		} else {
			s = &slot{}
			begin[i] = append(begin[i], s)
		}
		slots[step.node] = s
		s.size = max(s.size, wholeLines(volumeOf(o.shape)))
		s.to = max(s.to, l.last[step.node])
	}
	var free gaps
	for i := range l.list {
		for _, s := range begin[i] {
			s.at = free.take(s.size)
			end[s.to] = append(end[s.to], s)
		}
		for _, s := range end[i] {
			free.give(s.at, s.size)
		}
	}
	for _, step := range l.list {
		if s := slots[step.node]; s != nil {
			p.places = append(p.places, place{step.op, s.at})
		}
	}
	p.size = free.end
	return inPlace
}

// dies reports whether the i-th operation is the last to need x and reads no other view
// of it, and none beside it needs it.
func (l *lives) dies(i int, x *Node) bool {
	if l.last[x] != l.time[i] || l.baseOf(x) != x {
		return false
	}
	for k := l.time[i]; k < len(l.list) && l.time[k] == l.time[i]; k++ {
		if slices.ContainsFunc(l.list[k].in, func(y *Node) bool { return (k != i || y != x) && l.baseOf(y) == x }) {
			return false
		}
	}
	return true
}

// wholeLines is the number of elements that so many take in an arena: a cache line or
// more, so that values begin at one.
func wholeLines(n int) int {
	const line = 16
	return (n + line - 1) / line * line
}
