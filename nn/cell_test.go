package nn

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/show"
)

// oddCell is a cell whose step does as its function says.
type oddCell struct {
	SimpleRNNCell
	step func(c *Context, z *graph.Node, state []*graph.Node) (*graph.Node, []*graph.Node)
}

func (l oddCell) Step(c *Context, z *graph.Node, _, state []*graph.Node) (*graph.Node, []*graph.Node) {
	return l.step(c, z, state)
}

// oddBegin is a cell whose Begin emits one step.
type oddBegin struct{ SimpleRNNCell }

func (oddBegin) Begin(c *Context, x Value) (*graph.Node, []*graph.Node) {
	return c.Last(c.Dense(x), x.Steps), nil
}

// noBegin is a cell whose Begin emits nothing.
type noBegin struct{ SimpleRNNCell }

func (noBegin) Begin(*Context, Value) (*graph.Node, []*graph.Node) { return nil, nil }

// TestWrongCells: one error that names the layer and the cell, the same
// whatever the execution, with and without a mask.
func TestWrongCells(t *testing.T) {
	type nodes = []*graph.Node
	var outside *graph.Node
	odd := func(step func(c *Context, z *graph.Node, state nodes) (*graph.Node, nodes)) Cell {
		return plainCell{oddCell{SimpleRNNCell{Units: 2}, step}}
	}
	for _, c := range []struct {
		name string
		cell Cell
		want string
	}{
		{"no output", odd(func(_ *Context, z *graph.Node, _ nodes) (*graph.Node, nodes) { return nil, nodes{z} }),
			"rnn: cell plainCell returned no output"},
		{"nothing", odd(func(*Context, *graph.Node, nodes) (*graph.Node, nodes) { return nil, nil }),
			"rnn: cell plainCell returned 0 states, want 1"},
		{"no states", odd(func(_ *Context, z *graph.Node, _ nodes) (*graph.Node, nodes) { return z, nil }),
			"rnn: cell plainCell returned 0 states, want 1"},
		{"too many states", odd(func(_ *Context, z *graph.Node, _ nodes) (*graph.Node, nodes) { return z, nodes{z, z} }),
			"rnn: cell plainCell returned 2 states, want 1"},
		{"a state that is nil", odd(func(_ *Context, z *graph.Node, _ nodes) (*graph.Node, nodes) { return z, nodes{nil} }),
			"rnn: cell plainCell returned no state 0"},
		{"a wide output", odd(func(c *Context, z *graph.Node, s nodes) (*graph.Node, nodes) {
			return c.MatMul(z, c.Zeros(2, 3)), s
		}), "rnn: cell plainCell returned output of shape (2, 3), want (2, 2)"},
		{"a wide state", odd(func(c *Context, z *graph.Node, _ nodes) (*graph.Node, nodes) {
			return z, nodes{c.MatMul(z, c.Zeros(2, 3))}
		}), "rnn: cell plainCell returned state 0 of shape (2, 3), want (2, 2)"},
		{"a scalar", odd(func(c *Context, z *graph.Node, s nodes) (*graph.Node, nodes) {
			return c.Inner(z, z), s
		}), "rnn: cell plainCell returned output of shape (), want (2, 2)"},
		{"another graph", odd(func(_ *Context, _ *graph.Node, s nodes) (*graph.Node, nodes) { return outside, s }),
			"rnn: cell plainCell returned as output a node of another graph"},
		{"a failing step", odd(func(c *Context, z *graph.Node, s nodes) (*graph.Node, nodes) {
			return c.MatMul(z, c.Zeros(3, 2)), s
		}), "rnn: matmul: [2 2] by [3 2]: inner sizes 2 and 3 differ"},
		{"no weight", odd(func(c *Context, z *graph.Node, s nodes) (*graph.Node, nodes) {
			return c.Add(z, c.Weight("gate")), s
		}), `rnn: no weight "rnn/gate" was declared`},
		{"a Begin of one step", plainCell{oddBegin{SimpleRNNCell{Units: 2}}},
			"rnn: cell plainCell: Begin did not return a matrix of 6 rows, steps·batch"},
		{"a Begin of nothing", plainCell{noBegin{SimpleRNNCell{Units: 2}}},
			"rnn: cell plainCell: Begin did not return a matrix of 6 rows, steps·batch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			outside = graph.New(tensor.Float32).Zeros(2, 2)
			for _, exec := range []Execution{Unrolled, Looped} {
				for _, sequences := range []bool{false, true} {
					for _, layers := range [][]Layer{
						{Embedding{InputDim: 3, OutputDim: 2}},
						{Embedding{InputDim: 3, OutputDim: 2, MaskZero: true}},
					} {
						layers = append(slices.Clone(layers), RNN{Cell: c.cell, Execution: exec, ReturnSequences: sequences})
						err := buildAndForward(Sequential{Input: Tokens(3), Layers: layers})
						if err == nil || err.Error() != c.want {
							t.Errorf("%s: the error is\n%v, want\n%s", exec, err, c.want)
						}
					}
				}
			}
		})
	}
}

// TestCellsHaveNoOptions: what a layer does beside its cell is RNN's to say, and
// a cell does not keep silent about it.
func TestCellsHaveNoOptions(t *testing.T) {
	options := reflect.TypeFor[RNN]()
	for _, cell := range []Cell{SimpleRNNCell{Units: 2}, LSTMCell{Units: 2}, GRUCell{Units: 2}} {
		for i := range options.NumField() {
			name := options.Field(i).Name
			if name == "Cell" {
				continue
			}
			v := reflect.New(reflect.TypeOf(cell)).Elem()
			v.Set(reflect.ValueOf(cell))
			switch f := v.FieldByName(name); f.Kind() {
			case reflect.Bool:
				f.SetBool(true)
			default:
				f.SetString(string(Looped))
			}
			err := buildAndForward(Sequential{Input: Features(3, 2), Layers: []Layer{RNN{Cell: v.Interface().(Cell)}}})
			want := "rnn: " + show.Type(cell) + ": ReturnSequences, ReturnState,"
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s of a %T: the error is %v, want %s", name, cell, err, want)
			}
		}
	}
}

// oddFuser is a cell whose fused form emits too little.
type oddFuser struct{ SimpleRNNCell }

func (oddFuser) Fuse(_ *Context, z, _ *graph.Node, _, _ []*graph.Node, _ int) (*graph.Node, []*graph.Node, bool) {
	return z, nil, true
}

func TestWrongFuser(t *testing.T) {
	err := buildAndForward(Sequential{Input: Features(3, 2), Layers: []Layer{RNN{Cell: oddFuser{SimpleRNNCell{Units: 2}}, ReturnSequences: true}}})
	if want := "rnn: cell oddFuser returned 0 states, want 1"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

// TestRegisterNothing: an init function must not bring the program down.
func TestRegisterNothing(t *testing.T) {
	before := len(types)
	if Register(nil); len(types) != before {
		t.Errorf("%d types, before %d", len(types), before)
	}
}
