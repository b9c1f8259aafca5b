package onnx

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
)

// kind is a graph of one input x and the last node's output, and what is read of it: its
// layers in order, or an error.
type kind struct {
	dims  []int // of x; −1 is open
	nodes []*node
	want  string
}

// op is a node that gives the value called out.
func op(out, op string, attrs map[string]any, in ...string) *node {
	if attrs == nil {
		attrs = map[string]any{}
	}
	return &node{op: op, name: out, inputs: in, outputs: []string{out}, attrs: attrs}
}

// kindConstants are the constants of all graphs.
func kindConstants() map[string]*array {
	all := map[string]*array{
		"one": {typ: typeFloat, shape: []int{}, floats: []float64{1}}, "two": {typ: typeFloat, shape: []int{}, floats: []float64{2}},
		"zero": {typ: typeFloat, shape: []int{1}, floats: []float64{0}}, "first": {typ: typeInt64, shape: []int{}, ints: []int64{1}},
		"kernel": {typ: typeFloat, shape: []int{2, 3, 3}, floats: make([]float64, 18)},
		"signal": {typ: typeFloat, shape: []int{2, 1, 3}, floats: make([]float64, 6)},
		"w":      {typ: typeFloat, shape: []int{1, 6, 3}, floats: make([]float64, 18)},
		"w1":     {typ: typeFloat, shape: []int{1, 6, 1}, floats: make([]float64, 6)},
		"r":      {typ: typeFloat, shape: []int{1, 6, 2}, floats: make([]float64, 12)},
		"rows":   {typ: typeInt64, shape: []int{1}, ints: []int64{1}},
	}
	for name, list := range map[string][]int64{"-1": {-1}, "0": {0}, "1": {1}, "-2": {-2}, "2": {2}, "-3": {-3}, "3": {3}, "end": {1<<63 - 1}, "2,1": {2, 1}, "pads": {0, 0, 2, 0, 0, 1},
		"pads less": {0, 0, -1, 0, 0, 2}, "pads features": {0, 1, 0, 0, 0, 0}, "pads wide": {0, 0, 1 << 30, 0, 0, 0}, "no pads": {0, 0, 0, 0, 0, 0}} {
		all[name] = &array{typ: typeInt64, shape: []int{len(list)}, ints: list}
	}
	return all
}

// squeezed is PyTorch's squeeze of axis 1, if it is of size 1.
func squeezed(x string) []*node {
	branch := func(n *node) *network {
		return &network{opset: 14, nodes: []*node{n}, outputs: []port{{name: n.outputs[0]}}, constants: map[string]*array{}}
	}
	return []*node{op("shape", "Shape", nil, x), op("size", "Gather", nil, "shape", "rows"), op("cond", "Equal", nil, "size", "1"),
		op("y", "If", map[string]any{"then_branch": branch(op("without", "Squeeze", nil, x, "1")), "else_branch": branch(op("as it is", "Identity", nil, x))}, "cond")}
}

func slice(out, from, to, axis string) *node { return op(out, "Slice", nil, "x", from, to, axis) }

var kinds = map[string]kind{
	"steps of zeros":                 {[]int{-1, 3, -1}, []*node{op("y", "Pad", nil, "x", "pads")}, "ZeroPadding1D{[2 1]}"},
	"steps of zeros before opset 11": {[]int{-1, -1, 3}, []*node{op("y", "Pad", map[string]any{"pads": []int64{0, 1, 0, 0, 2, 0}, "value": 0.0}, "x")}, "ZeroPadding1D{[1 2]}"},
	"steps of zeros along an axis":   {[]int{-1, -1, 3}, []*node{op("y", "Pad", nil, "x", "2,1", "zero", "1")}, "ZeroPadding1D{[2 1]}"},
	"steps of zeros in front of a Conv": {[]int{-1, 3, -1}, []*node{op("p", "Pad", nil, "x", "pads", "zero"), op("y", "Conv", nil, "p", "kernel")},
		"ZeroPadding1D{[2 1]} Conv1D"},
	"steps of zeros and fewer":         {[]int{-1, 3, -1}, []*node{op("y", "Pad", nil, "x", "pads less")}, "Cropping1D{[1 0]} ZeroPadding1D{[0 2]}"},
	"no pads":                          {[]int{-1, 3, -1}, []*node{op("p", "Pad", nil, "x", "no pads", "one"), op("y", "Relu", nil, "p")}, "Activation{relu}"},
	"steps of ones":                    {[]int{-1, 3, -1}, []*node{op("y", "Pad", nil, "x", "pads", "one")}, `Pad "y": with steps of 1, which are not zeros`},
	"pads of features":                 {[]int{-1, 3, 5}, []*node{op("c", "Conv", nil, "x", "kernel"), op("y", "Pad", nil, "c", "pads features")}, `Pad "y": steps more or fewer of axis 1 of [batch 2 3]`},
	"too many pads":                    {[]int{-1, 3, -1}, []*node{op("y", "Pad", nil, "x", "pads wide")}, `Pad "y": pads of 1073741824 and 0`},
	"pads that do not fit":             {[]int{-1, 3, -1}, []*node{op("y", "Pad", nil, "x", "2,1")}, `Pad "y": 2 pads, want two for each of 3 axes`},
	"the edge's steps":                 {[]int{-1, 3, -1}, []*node{op("y", "Pad", map[string]any{"mode": "edge"}, "x", "pads")}, `Pad "y": with mode = "edge"`},
	"softsign":                         {[]int{-1, 3}, []*node{op("a", "Abs", nil, "x"), op("s", "Add", nil, "one", "a"), op("y", "Div", nil, "x", "s")}, "Activation{softsign}"},
	"softsign the other way round":     {[]int{-1, 3}, []*node{op("a", "Abs", nil, "x"), op("s", "Add", nil, "a", "one"), op("y", "Div", nil, "x", "s")}, "Activation{softsign}"},
	"no softsign, another number":      {[]int{-1, 3}, []*node{op("a", "Abs", nil, "x"), op("s", "Add", nil, "a", "two"), op("y", "Div", nil, "x", "s")}, `Abs "a": it can be represented in x/(1 + |x|) alone`},
	"no softsign, upside down":         {[]int{-1, 3}, []*node{op("a", "Abs", nil, "x"), op("s", "Add", nil, "a", "one"), op("y", "Div", nil, "s", "x")}, `Abs "a": it can be represented in x/(1 + |x|) alone`},
	"Softsign":                         {[]int{-1, 3}, []*node{op("y", "Softsign", nil, "x")}, "Activation{softsign}"},
	"log of sigmoid":                   {[]int{-1, 3}, []*node{op("s", "Sigmoid", nil, "x"), op("y", "Log", nil, "s")}, "Activation{log_sigmoid}"},
	"log of sigmoid by softplus":       {[]int{-1, 3}, []*node{op("n", "Neg", nil, "x"), op("s", "Softplus", nil, "n"), op("y", "Neg", nil, "s")}, "Activation{log_sigmoid}"},
	"log of softmax":                   {[]int{-1, 3}, []*node{op("s", "Softmax", nil, "x"), op("y", "Log", nil, "s")}, "Activation{log_softmax}"},
	"log of a sigmoid that is used":    {[]int{-1, 3}, []*node{op("s", "Sigmoid", nil, "x"), op("l", "Log", nil, "s"), op("y", "Add", nil, "s", "l")}, `Log "l": the operator cannot be represented`},
	"the only step":                    {[]int{-1, 1, 3}, []*node{slice("s", "0", "1", "1"), op("y", "Relu", nil, "s")}, "Activation{relu}"},
	"of an axis of length one":         {[]int{-1, -1, 3}, []*node{op("u", "Unsqueeze", nil, "x", "2"), op("s", "Slice", nil, "u", "-1", "end", "2"), op("q", "Squeeze", nil, "s", "2"), op("y", "Relu", nil, "q")}, "Activation{relu}"},
	"nothing of an axis of length one": {[]int{-1, -1, 3}, []*node{op("u", "Unsqueeze", nil, "x", "2"), op("y", "Slice", nil, "u", "1", "end", "2")}, `Slice "y": `},
	"a step":                           {[]int{-1, -1, 3}, []*node{slice("s", "-2", "-1", "1"), op("y", "Squeeze", nil, "s", "1")}, "Step{-2}"},
	"all but the ends":                 {[]int{-1, -1, 3}, []*node{slice("y", "1", "-2", "1")}, "Cropping1D{[1 2]}"},
	"all but the first":                {[]int{-1, -1, 3}, []*node{slice("y", "2", "end", "1")}, "Cropping1D{[2 0]}"},
	"the first of so many":             {[]int{-1, 5, 3}, []*node{slice("y", "0", "2", "1")}, "Cropping1D{[0 3]}"},
	"the last of so many":              {[]int{-1, 5, 3}, []*node{slice("y", "-3", "end", "1")}, "Cropping1D{[2 0]}"},
	"the first of a length":            {[]int{-1, -1, 3}, []*node{slice("y", "0", "2", "1")}, `Slice "y": from 0 to 2 of axis 1 of [batch time 3]: of an open length`},
	"the last of a length":             {[]int{-1, -1, 3}, []*node{slice("y", "-3", "end", "1")}, `Slice "y": from -3 to the end of axis 1 of [batch time 3]: of an open length`},
	"from the last to the first":       {[]int{-1, -1, 3}, []*node{slice("y", "-1", "0", "1")}, `Slice "y": from -1 to 0 of axis 1`},
	"no step":                          {[]int{-1, 5, 3}, []*node{slice("y", "3", "1", "1")}, `Slice "y": of 5 steps, 5 cannot be taken away`},
	"every other step":                 {[]int{-1, 5, 3}, []*node{op("y", "Slice", nil, "x", "0", "end", "1", "2")}, `Slice "y": with a step of 2, along axis 1`},
	"a squeeze of one step":            {[]int{-1, 1, 3}, squeezed("x"), "Step{0}"},
	"a squeeze of more":                {[]int{-1, 2, 3}, append(squeezed("x"), op("z", "Relu", nil, "y")), "Activation{relu}"},
	"a squeeze of a length":            {[]int{-1, -1, 3}, squeezed("x"), `Equal "cond": whether a size that is open is 1`},
	"a condition of the input":         {[]int{-1, 3}, []*node{op("y", "If", squeezed("x")[3].attrs, "x")}, `If "y": a condition that is not constant`},
	"a recurrence of one step":         {[]int{-1, 3}, []*node{op("u", "Unsqueeze", nil, "x", "0"), op("g", "GRU", nil, "u", "w", "r"), op("y", "Squeeze", nil, "g", "0")}, "RepeatVector{1} GRU"},
	"a recurrence over a vector":       {[]int{-1, 3}, []*node{op("t", "Transpose", nil, "x"), op("u", "Unsqueeze", nil, "t", "2"), op("g", "GRU", nil, "u", "w1", "r"), op("y", "Squeeze", nil, "g", "1")}, "Reshape{(None, 3, 1)} GRU"},
	"a convolution over a vector":      {[]int{-1, 5}, []*node{op("u", "Unsqueeze", nil, "x", "1"), op("y", "Conv", nil, "u", "signal")}, "Reshape{(None, 5, 1)} Conv1D"},
	"the furthest of several attempts": {[]int{-1, 3, 5}, []*node{op("c", "Conv", nil, "x", "kernel"), op("d", "Relu", nil, "c"), op("y", "Det", nil, "d")}, `Det "y": the operator cannot be represented`},
}

// TestKinds: graphs that exporters write become these layers, or are refused by operator and
// node.
func TestKinds(t *testing.T) {
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			in := port{name: "x", typ: typeFloat}
			for _, d := range k.dims {
				in.dims = append(in.dims, dim{size: d})
			}
			last := k.nodes[len(k.nodes)-1].outputs[0]
			m, err := (&network{opset: 14, nodes: k.nodes, inputs: []port{in}, outputs: []port{{name: last, typ: typeFloat}}, constants: kindConstants()}).model()
			if err != nil {
				if !strings.HasPrefix(err.Error(), k.want) {
					t.Fatalf("error %v, want %q", err, k.want)
				}
				return
			}
			var got []string
			net := m.Network()
			for _, call := range net.Calls {
				l := net.Layers[call.Layer].Layer
				if named, ok := l.(nn.Named); ok {
					l = named.Layer
				}
				name := reflect.TypeOf(l).Name()
				switch l.(type) {
				case nn.Activation, nn.ZeroPadding1D, nn.Cropping1D, nn.RepeatVector, nn.Reshape, Step:
					name += fmt.Sprint(l)
				}
				got = append(got, name)
			}
			if strings.Join(got, " ") != k.want {
				t.Errorf("%v, want %s", got, k.want)
			}
		})
	}
}

// TestStrided holds the indices of slices to those that are counted one by one.
func TestStrided(t *testing.T) {
	ends := []int64{-1 << 63, -9, -4, -3, -1, 0, 1, 2, 3, 5, 9, 1<<63 - 1}
	for n := range 5 {
		for _, from := range ends {
			for _, to := range ends {
				for _, step := range []int64{-1 << 63, -3, -1, 1, 2, 1<<63 - 1} {
					// NumPy's rule: of the indices that there are, those from one end on, until the other.
					at := func(i int64) int64 {
						if i < 0 {
							i += int64(n)
						}
						return i
					}
					var want []int
					list := make([]int, n)
					for i := range list {
						if list[i] = i; step < 0 {
							list[i] = n - 1 - i
						}
					}
					for _, i := range list {
						from, to := at(from), at(to)
						inside := int64(i) >= from && int64(i) < to
						if step < 0 {
							inside = int64(i) <= from && int64(i) > to
						}
						if inside {
							want = append(want, i)
						}
					}
					every := int(min(max(step, -9), 9))
					want = slices.Collect(func(yield func(int) bool) {
						for i := 0; i < len(want); i += max(every, -every) {
							if !yield(want[i]) {
								return
							}
						}
					})
					first, count := strided(from, to, step, n)
					var got []int
					for i := range count {
						got = append(got, first+i*every)
					}
					if fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%d to %d by %d of %d: %v, want %v", from, to, step, n, got, want)
					}
				}
			}
		}
	}
}
