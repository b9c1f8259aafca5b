package nn

import (
	"encoding/json"
	"strconv"

	"github.com/pkg/errors"

	"unroll/graph"
)

// StackedRNNCells is several cells as one, each of which reads at every step
// what the one before it puts out at that step. Its states are theirs, in
// order; its weights are under cell_0/, cell_1/ and so on. Recurrent layers on
// top of one another compute the same, faster. Keras: StackedRNNCells.
type StackedRNNCells struct {
	Cells []Cell
}

var _ Cell = StackedRNNCells{}

func init() { Register(StackedRNNCells{}) }

func cellName(i int) string { return "cell_" + strconv.Itoa(i) }

// Init implements Cell.
func (l StackedRNNCells) Init(s *Scope, in Shape) (out Shape, err error) {
	if len(l.Cells) == 0 {
		return nil, errorf("no cells")
	}
	for i, cell := range l.Cells {
		if cell == nil {
			return nil, errorf("%s: no cell", cellName(i))
		}
		if out, err = cell.Init(s.Enter(cellName(i)), in); err != nil {
			return nil, errors.WithMessage(err, cellName(i))
		}
		in = append(in[:1:1], out...)
	}
	return out, nil
}

// Sizes implements Cell.
func (l StackedRNNCells) Sizes() (output int, state []int) {
	for _, cell := range l.Cells {
		var sizes []int
		output, sizes = cell.Sizes()
		state = append(state, sizes...)
	}
	return output, state
}

// Begin emits the first cell's share of the inputs; the others' is emitted
// step by step.
func (l StackedRNNCells) Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node) {
	c.Enter(cellName(0), func(c *Context) { z, consts = l.Cells[0].Begin(c, x) })
	return z, consts
}

// Step implements Cell.
func (l StackedRNNCells) Step(c *Context, z *graph.Node, consts, state []*graph.Node) (out *graph.Node, next []*graph.Node) {
	for i, cell := range l.Cells {
		_, sizes := cell.Sizes()
		own := state[:len(sizes)]
		state = state[len(sizes):]
		c.Enter(cellName(i), func(c *Context) {
			if i > 0 {
				z, consts = cell.Begin(c, Value{Node: out, Steps: 1})
			}
			var states []*graph.Node
			out, states = cell.Step(c, z, consts, own)
			next = append(next, states...)
		})
	}
	return out, next
}

// MarshalJSON writes the cells with their types, so that they can be read back.
func (l StackedRNNCells) MarshalJSON() ([]byte, error) {
	doc := stackedCells{Cells: []typed{}}
	for i, cell := range l.Cells {
		t, err := marshalTyped(cell)
		if err != nil {
			return nil, errors.WithMessage(err, cellName(i))
		}
		doc.Cells = append(doc.Cells, t)
	}
	return json.Marshal(doc)
}

// UnmarshalJSON reads what MarshalJSON wrote; the cells' types must be
// registered.
func (l *StackedRNNCells) UnmarshalJSON(data []byte) error {
	var doc stackedCells
	if err := strict(data, &doc); err != nil {
		return err
	}
	l.Cells = nil
	for i, t := range doc.Cells {
		cell, err := unmarshalTyped[Cell](t)
		if err != nil {
			return errors.WithMessage(err, cellName(i))
		}
		l.Cells = append(l.Cells, cell)
	}
	return nil
}

// stackedCells is StackedRNNCells in a file.
type stackedCells struct {
	Cells []typed `json:"cells"`
}
