package onnx

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// symbol is a value of the graph that is a value of nn.
type symbol struct {
	of    nn.Symbol
	part  *columns // in place of of: features side by side of another value
	shape nn.Shape // of a sample
	axes  []axis
	ids   bool

	last func() (*symbol, bool) // the last step, of a recurrent node's output
	use  func()                 // notes that the value is used
}

// nums are numbers of shape arithmetic, a vector or a single one.
type nums struct {
	list   []num
	scalar bool
}

// filled is a tensor of one value, such as the first states of a recurrent node.
type filled struct {
	value float64
	shape []num
}

// reader makes a model of a graph. Values are *symbol, *array, nums or filled.
type reader struct {
	n      *network
	f      *nn.Functional
	values map[string]any
	users  map[string][]*node
	names  map[string]int
	set    []assignment
	time   int  // sequences whose length is new
	first  bool // the first of two rounds, in which everything of a recurrent node is returned
	wanted map[*node]*demand
	gone   map[*node]bool // what an earlier node did too
	makers map[string]*node
	layers int
	read   int // nodes that are read
	room   int // values that constants and weights may yet have
}

// assignment is values of a weight.
type assignment struct {
	path   string
	values []float64
}

// demand is what is used of a recurrent node.
type demand struct{ y, h, c bool }

// model makes a model of the graph: each input is taken for what it can be until the whole
// graph has a meaning. If it has none the error is that of the attempt that came furthest.
func (n *network) model() (*nn.Model, error) {
	choices := make([][][]axis, len(n.inputs))
	total := 1
	for i, p := range n.inputs {
		var err error
		if choices[i], err = p.readings(i + 1); err != nil {
			return nil, errors.WithMessagef(err, "input %q", p.name)
		}
		if total *= len(choices[i]); total > 64 {
			return nil, errors.Errorf("%d inputs, which may be read in too many ways", len(n.inputs))
		}
	}
	if len(n.outputs) == 0 {
		return nil, errors.New("the graph has no outputs")
	}
	var furthest error
	most := -1
	for k := range total {
		chosen := make([][]axis, len(choices))
		for i, rest := 0, k; i < len(choices); i++ {
			chosen[i], rest = choices[i][rest%len(choices[i])], rest/len(choices[i])
		}
		m, read, err := n.read(chosen)
		if err == nil {
			return m, nil
		}
		if read > most {
			furthest, most = err, read
		}
	}
	return nil, furthest
}

// read makes a model of the graph whose inputs have the given axes, and returns how many
// nodes it came through. The first of two rounds finds out what is used of recurrent nodes.
func (n *network) read(inputs [][]axis) (m *nn.Model, read int, err error) {
	wanted := map[*node]*demand{}
	var r *reader
	for round := range 2 {
		r = &reader{n: n, f: &nn.Functional{}, values: map[string]any{}, users: map[string][]*node{}, names: map[string]int{},
			wanted: wanted, first: round == 0, gone: map[*node]bool{}, makers: map[string]*node{}, time: len(inputs), room: n.room()}
		err := r.graph(inputs)
		if read += r.read; err != nil {
			return nil, read, err
		}
	}
	m, err = r.build()
	return m, read + 1, err
}

// build makes the model of what was read.
func (r *reader) build() (*nn.Model, error) {
	if r.layers == 0 {
		return nil, errors.New("the graph has no operator that is a layer")
	}
	room, most := 0, r.n.room()
	for _, a := range r.set {
		if room += len(a.values); room > most {
			return nil, errors.Errorf("the layers have more than %d parameters, many times what the file has", most)
		}
	}
	m, err := r.f.BuildZeros(room)
	if err != nil {
		return nil, err
	}
	for _, a := range r.set {
		w, err := m.Weight(a.path)
		if err != nil {
			return nil, err
		}
		if err := w.Set(a.values); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// room returns how many values constants that are computed, and the weights of layers, may
// have: 16 times those of the file, since one may be used several times.
func (n *network) room() int {
	room := 1 << 16
	for _, a := range n.constants {
		room += a.len()
	}
	return 16 * room
}

// graph reads all nodes.
func (r *reader) graph(inputs [][]axis) error {
	for name, a := range r.n.constants {
		r.values[name] = a
	}
	for i, p := range r.n.inputs {
		r.input(p, inputs[i])
	}
	r.live(r.n)
	if err := r.nodes(r.n); err != nil {
		return err
	}
	for _, o := range r.n.outputs {
		x, ok := r.values[o.name].(*symbol)
		if !ok {
			return errors.Errorf("the output %q does not come of the inputs", o.name)
		}
		if _, err := x.plain(); err != nil {
			return errors.WithMessagef(err, "output %q", o.name)
		}
		x.used()
		r.f.Output(o.name, r.resolve(x))
	}
	return nil
}

// nodes reads the nodes of the graph, or of one within a node.
func (r *reader) nodes(g *network) error {
	for _, n := range g.nodes {
		if r.gone[n] {
			continue
		}
		for _, in := range n.takes() {
			if in != "" {
				r.users[in] = append(r.users[in], n)
			}
		}
		for _, out := range n.outputs {
			r.makers[out] = n
		}
	}
	for _, n := range g.nodes {
		if r.gone[n] {
			continue
		}
		read := operators[n.op]
		if read == nil {
			return errors.Errorf("%s: the operator cannot be represented", n)
		}
		if r.wanted[n] == nil {
			r.wanted[n] = &demand{}
		}
		c := &call{reader: r, node: n.taken(), demand: r.wanted[n]}
		if err := read(c); err != nil {
			return errors.WithMessage(err, n.String())
		}
		if err := c.node.rest(); err != nil {
			return err
		}
		r.read++
	}
	return nil
}

// live leaves out the nodes that no output depends on.
func (r *reader) live(g *network) {
	needed := map[string]bool{}
	for _, o := range g.outputs {
		needed[o.name] = true
	}
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := g.nodes[i]
		if !slices.ContainsFunc(n.outputs, func(name string) bool { return name != "" && needed[name] }) {
			r.gone[n] = true
			continue
		}
		for _, in := range n.takes() {
			needed[in] = true
		}
	}
}

// taken returns the node with attributes of its own, from which they are taken.
func (n *node) taken() *node {
	c := *n
	c.attrs = map[string]any{}
	for k, v := range n.attrs {
		c.attrs[k] = v
	}
	return &c
}

func (s *symbol) used() {
	if s.use != nil {
		s.use()
	}
}

var letters = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// name returns a name for a layer: that of the module in the node's name, or in a weight's.
func (r *reader) name(n *node, weight, def string) string {
	name := strings.Trim(n.name, "/")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[:i]
	} else if i := strings.LastIndexByte(weight, '.'); i >= 0 && !strings.Contains(weight, "::") {
		name = weight[:i]
	} else {
		name = def
	}
	name = letters.ReplaceAllString(name, "_")
	free := name
	for r.names[free] > 0 {
		free = name + "_" + strconv.Itoa(r.names[name])
		r.names[name]++
	}
	r.names[free]++
	return free
}

// floatOf returns the float of a constant of one value.
func floatOf(v any) (float64, bool) {
	switch a := v.(type) {
	case *array:
		if a.len() == 1 && len(a.floats) == 1 {
			return a.floats[0], true
		}
		if a.len() == 1 && len(a.ints) == 1 {
			return float64(a.ints[0]), true
		}
	case nums:
		if len(a.list) == 1 && a.list[0].known() {
			return float64(a.list[0].k), true
		}
	case filled:
		return a.value, true
	}
	return math.NaN(), false
}
