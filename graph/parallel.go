package graph

import (
	"cmp"
	"slices"
)

// Operations that do not need one another run at the same time where they take long:
// the two directions of a Bidirectional, the towers of a Siamese net. They are found in
// pairs, or more, that take about as long, put one after the other on the tape, and the
// first runs them all. Each computes what it computes alone, in buffers of its own.

const (
	parallelWork  = 1 << 22 // floating-point operations that are worth a goroutine: 20 µs
	elementWork   = 25      // floating-point operations of a product in the time in which an element is moved
	parallelAhead = 64      // long operations that are looked at for one that runs beside another
)

// branch puts operations that run beside one another next to each other. It returns how
// many run beside a first one.
func (c *code) branch() (beside int) {
	var long []int // places of long operations
	work := make([]float64, len(c.list))
	for i, step := range c.list {
		if work[i] = step.work(); work[i] >= parallelWork && !step.op.callsOthers() {
			long = append(long, i)
		}
	}
	if len(long) < 2 {
		return 0
	}
	place := map[*Node]int{}
	for i, step := range c.list {
		place[step.node] = i
	}
	c.joins = map[*instr]bool{}
	taken := make([]bool, len(c.list))
	var list []*instr
	next := 0 // of the list that is not yet copied
	for k, i := range long {
		if taken[i] {
			continue
		}
		group := []int{i}
		var before []bool // what the group's members need that comes after the first
		for _, j := range long[k+1 : min(len(long), k+1+parallelAhead)] {
			a, b := work[i], work[j]
			if taken[j] || a > 2*b || b > 2*a {
				continue
			}
			needs := c.needs(j, i, place)
			if slices.ContainsFunc(group, func(g int) bool { return needs[g-i] || c.list[g].op.shares(c.list[j].op) }) {
				continue
			}
			group = append(group, j)
			if before == nil {
				before = make([]bool, len(c.list)-i)
			}
			for m, needed := range needs {
				before[m] = before[m] || needed
			}
		}
		if len(group) == 1 {
			continue
		}
		// What a member needs may itself be a long operation: it stays alone.
		for ; next < i; next++ {
			if !taken[next] {
				list = append(list, c.list[next])
			}
		}
		for m, needed := range before {
			if needed && !taken[i+m] {
				taken[i+m] = true
				list = append(list, c.list[i+m])
			}
		}
		first := c.list[i]
		for _, g := range group {
			taken[g] = true
			list = append(list, c.list[g])
			if g != i {
				first.beside = append(first.beside, c.list[g])
				c.joins[c.list[g]] = true
				beside++
			}
		}
	}
	for ; next < len(c.list); next++ {
		if !taken[next] {
			list = append(list, c.list[next])
		}
	}
	c.list = list
	return beside
}

// work is about how long an operation takes, in floating-point operations of a product.
func (i *instr) work() float64 {
	if i.op.view {
		return 0
	}
	elements := volumeOf(i.op.shape)
	for k, n := range i.in {
		if k < len(i.op.parts) && i.op.parts[k] != nil {
			elements += i.op.parts[k].to - i.op.parts[k].from
		} else {
			elements += n.Shape().TotalSize()
		}
	}
	return i.op.work + elementWork*float64(elements)
}

// callsOthers reports whether an operation calls functions of the caller's, which need
// not bear to be called at the same time.
func (o *op) callsOthers() bool {
	return o.calls || o.steps != nil && o.steps.code.callsOthers()
}

func (c *code) callsOthers() bool {
	return slices.ContainsFunc(c.list, func(i *instr) bool { return i.op == nil || i.op.callsOthers() })
}

// shares reports whether two operations work on what one of them keeps.
func (o *op) shares(other *op) bool {
	held := cmp.Or(o.holds, o.readsHeld)
	return o.loop != nil && o.loop == other.loop || held != nil && held == cmp.Or(other.holds, other.readsHeld)
}

// needs marks what the j-th instruction depends on, itself left out, from the i-th on.
func (c *code) needs(j, i int, place map[*Node]int) []bool {
	needs := make([]bool, j-i+1)
	needs[j-i] = true
	for m := j; m >= i; m-- {
		if needs[m-i] {
			for _, n := range c.list[m].in {
				if at, ok := place[n]; ok && at >= i {
					needs[at-i] = true
				}
			}
		}
	}
	needs[j-i] = false
	return needs
}

// threads numbers the rows in which a trace shows operations, but for those in the first.
func (c *code) threads() map[*op]int {
	threads := map[*op]int{}
	for _, i := range c.list {
		for k, other := range i.beside {
			threads[other.op] = k + 1
		}
	}
	return threads
}
