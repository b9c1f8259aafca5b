package nn

import (
	"regexp"
	"strconv"
	"strings"

	"unroll/internal/show"
)

// Named gives a layer a name of its own in the model, which is the path of its
// weights: Named{"encoder", LSTM{Units: 8}} has encoder/kernel. Layers without one
// are named after their type, with numbers where it repeats: lstm, lstm_1. Input,
// output and weights are the layer's. It stands where a model or a block lists
// its layers, not within a wrapper such as TimeDistributed. Keras: the argument
// name of every layer.
type Named struct {
	Name  string `json:"name"`
	Layer Layer  `json:"-"`
}

var _ Layer = Named{}

func init() { Register(Named{}) }

// Init implements Layer.
func (l Named) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if l.Layer == nil {
		return nil, errorf("no layer")
	}
	if s.path != l.Name && !strings.HasSuffix(s.path, "/"+l.Name) {
		return nil, errorf("the name %q has no effect here: name the layer around it", l.Name)
	}
	return l.Layer.Init(s, in...)
}

// Apply implements Layer.
func (l Named) Apply(c *Context, in ...Value) []Value { return l.Layer.Apply(c, in...) }

// MarshalJSON writes the layer with its type, so that it can be read back.
func (l Named) MarshalJSON() ([]byte, error) {
	type plain Named
	return marshalWith(plain(l), "layer", l.Layer)
}

// UnmarshalJSON reads what MarshalJSON wrote; the layer's type must be
// registered.
func (l *Named) UnmarshalJSON(data []byte) error {
	type plain Named
	return unmarshalWith(data, (*plain)(l), "layer", &l.Layer)
}

// bare returns the layer that Named and Frozen wrap, or l itself, and the name
// that the outermost Named gives it.
func bare(l Layer) (layer Layer, name string) {
	for {
		switch x := l.(type) {
		case Named:
			if name == "" {
				name = x.Name
			}
			l = x.Layer
		case Frozen:
			l = x.Layer
		default:
			return l, name
		}
		if l == nil {
			return l, name
		}
	}
}

// typeOf returns the name of a layer's type, such as "LSTM".
func typeOf(l Layer) string {
	inner, _ := bare(l)
	if inner == nil {
		inner = l
	}
	if _, ok := inner.(SoftmaxLayer); ok {
		return "Softmax" // a name that in Go is the function's
	}
	return show.Type(inner)
}

// numbered numbers repeated names as Keras does: dense, dense_1, dense_2.
type numbered map[string]int

func (n numbered) of(name string) string {
	free := name
	for n[free] > 0 {
		free = name + "_" + strconv.Itoa(n[name])
		n[name]++
	}
	n[free]++
	return free
}

// layer returns a layer's name: its own, or that of its type.
func (n numbered) layer(l Layer) (string, error) {
	_, name := bare(l)
	switch {
	case name == "":
		return n.of(snake(typeOf(l))), nil
	case strings.ContainsAny(name, "/[]"):
		return "", errorf("layer name %q: a name has no /, [ nor ]", name)
	case n.of(name) != name:
		return "", errorf("layer name %q is taken", name)
	}
	return name, nil
}

var (
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z0-9]+)`)
	camel     = regexp.MustCompile(`([a-z])([A-Z])`)
)

// snake turns a type's name into a path, as Keras does: SimpleRNN into
// simple_rnn.
func snake(name string) string {
	name = wordStart.ReplaceAllString(name, "${1}_$2")
	return strings.ToLower(camel.ReplaceAllString(name, "${1}_$2"))
}
