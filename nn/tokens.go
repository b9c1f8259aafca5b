package nn

// OneHot turns word ids [time] into vectors [time, depth] with a 1 at the id.
// It has no weights and no row in the summary, and no dense matrix is made: the
// product with the next layer's kernel is a gather of the kernel's rows.
// Keras: to_categorical on the data.
type OneHot struct {
	Depth int `json:"depth"`
}

var _ Layer = OneHot{}

func init() { Register(OneHot{}); Register(Embedding{}) }

// Encoding marks a layer that only encodes the model's input, and that a
// summary leaves out.
func (OneHot) Encoding() {}

// Init implements Layer.
func (l OneHot) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	steps, err := wordIDs(in)
	if err != nil {
		return nil, err
	}
	return []Shape{{steps, l.Depth}}, positive("depth", l.Depth)
}

// Apply implements Layer.
func (l OneHot) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	if x.IDs == nil || x.Depth != 0 || x.Table != nil {
		c.Fail(errorf("input is not word ids"))
	}
	x.Depth = l.Depth
	return []Value{x}
}

// Embedding turns word ids [time] into learned vectors [time, output_dim].
// Weights: embeddings [input_dim, output_dim]. An id outside the table is an
// error when the program runs. Pretrained vectors become its rows by
// Weight.SetRow, and stay what they are where the layer is Frozen. Keras:
// Embedding.
type Embedding struct {
	InputDim              int         `json:"input_dim"`                       // words, the padding id included
	OutputDim             int         `json:"output_dim"`                      // width of a word's vector
	EmbeddingsInitializer Initializer `json:"embeddings_initializer,omitzero"` // U(−0.05, 0.05)
	EmbeddingsRegularizer Regularizer `json:"embeddings_regularizer,omitzero"`
	EmbeddingsConstraint  Constraint  `json:"embeddings_constraint,omitzero"`
	MaskZero              bool        `json:"mask_zero,omitempty"` // id 0 is padding: later layers pass over it
}

var _ Layer = Embedding{}

// Init implements Layer.
func (l Embedding) Init(s *Scope, in ...Shape) ([]Shape, error) {
	steps, err := wordIDs(in)
	if err != nil {
		return nil, err
	}
	if err := positive("input_dim", l.InputDim); err != nil {
		return nil, err
	}
	if err := positive("output_dim", l.OutputDim); err != nil {
		return nil, err
	}
	s.weight("embeddings", l.EmbeddingsInitializer.or(Uniform(0.05)), l.EmbeddingsRegularizer, l.EmbeddingsConstraint, l.InputDim, l.OutputDim)
	return []Shape{{steps, l.OutputDim}}, nil
}

// Apply implements Layer.
func (l Embedding) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	if x.IDs == nil || x.Depth != 0 || x.Table != nil {
		c.Fail(errorf("input is not word ids"))
		return []Value{{}}
	}
	if l.MaskZero {
		x = c.padded(x)
	}
	x.Table = c.Weight("embeddings")
	return []Value{x}
}
