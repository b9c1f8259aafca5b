package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/pkg/errors"
)

// network is the graph of a file, or one within a node, without the wrappings of
// protobuf.
type network struct {
	opset           int64
	nodes           []*node // each after those whose outputs it takes
	inputs, outputs []port
	constants       map[string]*array // initialisers by name
}

// port is an input or an output of a graph.
type port struct {
	name string
	typ  int64 // of the elements; 0 if the file does not say
	dims []dim // nil if the file does not say
}

// dim is a size, or, where it is open, the name that the file gives it, or neither.
type dim struct {
	size int // −1 if it is open
	name string
}

// node is an operator of ONNX's own at work.
type node struct {
	op, name        string
	inputs, outputs []string // "" where an optional one is left out
	// attrs are of type int64, float64, string, *array, *network, []int64, []float64
	// or []string.
	attrs map[string]any
}

// String names the node in errors.
func (n *node) String() string {
	if n.name == "" {
		return fmt.Sprintf("%s, which gives %q", n.op, strings.Join(n.outputs, ", "))
	}
	return fmt.Sprintf("%s %q", n.op, n.name)
}

// input returns the name of an input, "" if there is none.
func (n *node) input(i int) string {
	if i < len(n.inputs) {
		return n.inputs[i]
	}
	return ""
}

// attr takes an attribute from those of the node: what is left in the end was not
// understood, see rest. Without the attribute it returns def; one of another type is an
// error in rest.
func attr[T any](n *node, name string, def T) T {
	v, ok := n.attrs[name].(T)
	if !ok {
		return def
	}
	delete(n.attrs, name)
	return v
}

// rest returns an error that names the attributes that nobody took.
func (n *node) rest() error {
	if len(n.attrs) == 0 {
		return nil
	}
	name := slices.Sorted(maps.Keys(n.attrs))[0]
	return errors.Errorf("%s: the attribute %s = %v cannot be represented", n, name, n.attrs[name])
}

// parse reads a file's message. out reads what other files hold; it may be nil.
func parse(data []byte, out outside) (*modelProto, *network, error) {
	m := &modelProto{}
	if err := unmarshal(data, m); err != nil {
		return nil, nil, errors.WithMessage(err, "this is no ONNX file")
	}
	if m.Graph == nil || m.IRVersion <= 0 {
		return nil, nil, errors.New("this is no ONNX file: it has no graph")
	}
	opset := int64(0)
	for _, o := range m.OpsetImport {
		if standard(o.Domain) {
			opset = o.Version
		}
	}
	if opset < oldestOpset || opset > newestOpset {
		return nil, nil, errors.Errorf("opset %d, this package reads %d to %d", opset, oldestOpset, newestOpset)
	}
	if len(m.Functions) > 0 {
		return nil, nil, errors.Errorf("the model has functions of its own, such as %q: export it without them", m.Functions[0].Name)
	}
	g, err := m.Graph.network(opset, out)
	return m, g, err
}

// The opsets that are read.
const (
	oldestOpset = 7
	newestOpset = 23
)

// standard reports whether a domain is that of ONNX's own operators.
func standard(domain string) bool { return domain == "" || domain == "ai.onnx" }

func (g *graphProto) network(opset int64, out outside) (*network, error) {
	n := &network{opset: opset, constants: map[string]*array{}}
	for i := range g.Initializer {
		t := &g.Initializer[i]
		if n.constants[t.Name] != nil {
			return nil, errors.Errorf("two initializers are called %q", t.Name)
		}
		a, err := t.array(out)
		if err != nil {
			return nil, errors.WithMessagef(err, "initializer %q", t.Name)
		}
		n.constants[t.Name] = a
	}
	for _, in := range g.Input {
		if n.constants[in.Name] == nil { // before IR version 4 they are inputs too
			n.inputs = append(n.inputs, in.port())
		}
	}
	for _, o := range g.Output {
		n.outputs = append(n.outputs, o.port())
	}
	for i := range g.Node {
		next, err := g.Node[i].node(opset, out)
		if err != nil {
			return nil, err
		}
		n.nodes = append(n.nodes, next)
	}
	return n, nil
}

func (v *valueInfo) port() port {
	p := port{name: v.Name}
	if v.Type == nil || v.Type.TensorType == nil {
		return p
	}
	p.typ = v.Type.TensorType.ElemType
	if s := v.Type.TensorType.Shape; s != nil {
		p.dims = []dim{}
		for _, d := range s.Dim {
			next := dim{-1, d.DimParam}
			if d.DimValue != nil && *d.DimValue >= 0 && *d.DimValue <= mostElements {
				next.size = int(*d.DimValue)
			}
			p.dims = append(p.dims, next)
		}
	}
	return p
}

func (p *nodeProto) node(opset int64, out outside) (*node, error) {
	n := &node{op: p.OpType, name: p.Name, inputs: p.Input, outputs: p.Output, attrs: map[string]any{}}
	if strings.ContainsFunc(p.OpType, unicode.IsControl) {
		return nil, errors.Errorf("%q is no operator", p.OpType)
	}
	if !standard(p.Domain) {
		return nil, errors.Errorf("%s: an operator of %q, which cannot be represented", n, p.Domain)
	}
	for i := range p.Attribute {
		a := &p.Attribute[i]
		v, err := a.value(opset, out)
		if _, twice := n.attrs[a.Name]; twice {
			err = errors.New("it is given twice")
		}
		if strings.ContainsFunc(a.Name, unicode.IsControl) {
			err = errors.New("this is no name")
		}
		if err != nil {
			return nil, errors.WithMessagef(err, "%s: attribute %q", n, a.Name)
		}
		n.attrs[a.Name] = v
	}
	return n, nil
}

// value returns what an attribute is.
func (a *attributeProto) value(opset int64, out outside) (any, error) {
	if a.RefAttrName != "" {
		return nil, errors.New("it refers to one of a function")
	}
	switch {
	case a.Type == attrFloat && a.F != nil:
		return float64(*a.F), nil
	case a.Type == attrFloat:
		return 0.0, nil
	case a.Type == attrInt && a.I != nil:
		return *a.I, nil
	case a.Type == attrInt:
		return int64(0), nil
	case a.Type == attrString:
		return string(a.S), nil
	case a.Type == attrTensor && a.T != nil:
		return a.T.array(out)
	case a.Type == attrGraph && a.G != nil:
		return a.G.network(opset, out)
	case a.Type == attrFloats:
		list := make([]float64, len(a.Floats))
		for i, f := range a.Floats {
			list[i] = float64(f)
		}
		return list, nil
	case a.Type == attrInts:
		return a.Ints, nil
	case a.Type == attrStrings:
		return a.Strings, nil
	}
	return nil, errors.Errorf("a value of type %d, which cannot be represented", a.Type)
}
