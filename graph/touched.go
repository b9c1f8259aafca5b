package graph

import (
	"gorgonia.org/gorgonia"

	"unroll/internal/kernel"
)

// touchedRows are the rows of a table of which an operation has written others than
// zeros, any of them more than once.
type touchedRows struct{ *lastRows }

// lastRows are those of the last run that wrote the table.
type lastRows struct {
	ids []int32
	ran bool
}

func newTouchedRows() *touchedRows { return &touchedRows{&lastRows{}} }

func (t *lastRows) set(ids []int32) { t.ids, t.ran = append(t.ids[:0], ids...), true }

// clearRows clears the rows that the run before touched, not the whole table, where
// these are the fewer.
func clearRows[T kernel.Float](t *touchedRows, table []T, cols int) {
	if !t.ran || len(t.ids)*cols > len(table)/2 {
		clear(table)
		return
	}
	kernel.ClearRows(table, t.ids, cols)
}

// Rows returns the rows of the value of n, a matrix or more, outside of which the last
// run left zeros: in any order, some of them more than once. ok is false if they are not
// known, as of all nodes but the gradients of tables from which rows were taken.
func (p *Program) Rows(n *Node) (rows []int32, ok bool) {
	if kept := p.kept[n]; kept != nil {
		n = kept
	}
	o, is := n.Op().(*op)
	if !is || o.touched == nil || !o.touched.ran {
		return nil, false
	}
	return o.touched.ids, true
}

// Tables are gradients of tables, as Rows tells of, that programs have in common. There is
// one for each table, which may be large, in place of one for each program.
type Tables struct{ list []*sharedTable }

type sharedTable struct {
	value gorgonia.Value
	rows  *lastRows
}

// Share makes the program compute gradients of tables in those of t, until it is called
// again. Of programs that share them run one at a time, call Share before each Run, and
// read the values before another runs. Programs of one Builder take the same Tables.
func (p *Program) Share(t *Tables) {
	if p.tables == nil {
		p.tables = p.code.ownTables()
	}
	taken := make([]bool, len(t.list))
	for _, o := range p.tables {
		i := 0
		for i < len(t.list) && (taken[i] || !t.list[i].fits(o)) {
			i++
		}
		if i == len(t.list) {
			t.list, taken = append(t.list, &sharedTable{newValue(o.b.dt, o.shape), &lastRows{}}), append(taken, false)
		}
		taken[i] = true
		o.out, o.touched.lastRows = t.list[i].value, t.list[i].rows
	}
}

func (s *sharedTable) fits(o *op) bool {
	return s.value.Dtype() == o.b.dt && sameShape(s.value.Shape(), o.shape)
}

// ownTables returns the operations that compute gradients of tables which no other
// operation reads: one might hold on to where they are.
func (c *code) ownTables() []*op {
	read := map[*Node]bool{}
	for _, i := range c.list {
		for _, n := range i.in {
			read[n] = true
		}
	}
	list := []*op{}
	for _, i := range c.list {
		if i.op.touched != nil && !read[i.node] {
			list = append(list, i.op)
		}
	}
	return list
}
