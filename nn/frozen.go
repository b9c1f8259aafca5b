package nn

// Frozen keeps the optimizer from a layer's weights: they are saved and loaded,
// the summary counts them as non-trainable, and they change by Weight.Set and
// Weight.SetRow alone, as pretrained vectors do. Their regularizers are no part
// of the loss. A BatchNormalization that is frozen computes as in inference and
// leaves its running means alone; dropout still drops.
//
// Input, output, weights and their paths are the layer's: freezing it draws the
// same first values. Keras: layer.trainable = False.
type Frozen struct {
	Layer Layer `json:"-"`
}

var _ Layer = Frozen{}

func init() { Register(Frozen{}) }

// Init implements Layer.
func (l Frozen) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if l.Layer == nil {
		return nil, errorf("no layer")
	}
	inner := *s
	inner.frozen = true
	return l.Layer.Init(&inner, in...)
}

// Apply implements Layer.
func (l Frozen) Apply(c *Context, in ...Value) []Value {
	inner := *c
	inner.frozen = true
	return l.Layer.Apply(&inner, in...)
}

// thawed returns the layer that Frozen wraps, or l itself.
func thawed(l Layer) Layer {
	for {
		f, ok := l.(Frozen)
		if !ok || f.Layer == nil {
			return l
		}
		l = f.Layer
	}
}

// MarshalJSON writes the layer with its type, so that it can be read back.
func (l Frozen) MarshalJSON() ([]byte, error) {
	return marshalWith(struct{}{}, "layer", l.Layer)
}

// UnmarshalJSON reads what MarshalJSON wrote; the layer's type must be
// registered.
func (l *Frozen) UnmarshalJSON(data []byte) error {
	return unmarshalWith(data, &struct{}{}, "layer", &l.Layer)
}
