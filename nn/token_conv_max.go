package nn

// TokenConvMaxPooling1D finds how well each of its filters fits a text at the place where
// it fits best: ConvMaxPooling1D of one-hot words, so that a filter has a weight of its own
// for each word at each place.
//
//	y = f(max_t Σ_k W_k[id_(t + k − left)] + bias),  left = ⌊(kernel_size − 1)/2⌋
//
// Input word ids [time], output [len(kernel_sizes)·filters], the widths side by side. f
// must not decrease: it is taken of the maximum. Id 0 is padding: it and masked steps add
// nothing, and no filter stands at one. A text without words has the maximum 0. Weights:
// embeddings [input_dim, Σ kernel_sizes·filters], a word's weights at all places of all
// filters in a row, so that an optimizer of rows such as LazyAdam updates those of the
// words that occur; bias [len(kernel_sizes)·filters].
//
// Johnson and Zhang, Effective use of word order for text categorization with
// convolutional neural networks, 2015.
type TokenConvMaxPooling1D struct {
	InputDim              int         `json:"input_dim"`            // words, the padding id included
	Filters               int         `json:"filters"`              // of each width
	KernelSizes           []int       `json:"kernel_sizes"`         // each once
	Activation            Func        `json:"activation,omitempty"` // linear if empty
	NoBias                bool        `json:"no_bias,omitempty"`
	EmbeddingsInitializer Initializer `json:"embeddings_initializer,omitzero"` // U(−0.05, 0.05)
	BiasInitializer       Initializer `json:"bias_initializer,omitzero"`       // zeros
	EmbeddingsRegularizer Regularizer `json:"embeddings_regularizer,omitzero"`
	BiasRegularizer       Regularizer `json:"bias_regularizer,omitzero"`
	EmbeddingsConstraint  Constraint  `json:"embeddings_constraint,omitzero"`
	BiasConstraint        Constraint  `json:"bias_constraint,omitzero"`
}

// WordDropout leaves out each word of a text with probability rate, in training: it is
// masked, and later layers pass over it. Else it is the identity. Input and output word ids
// [time]; id 0 is padding, masked as it is by Embedding with MaskZero.
//
// Iyyer et al., Deep unordered composition rivals syntactic methods for text
// classification, 2015.
type WordDropout struct {
	Rate float64 `json:"rate"`
}

var (
	_ Layer = TokenConvMaxPooling1D{}
	_ Layer = WordDropout{}
)

func init() { Register(TokenConvMaxPooling1D{}); Register(WordDropout{}) }

// Init implements Layer.
func (l TokenConvMaxPooling1D) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if _, err := wordIDs(in); err != nil {
		return nil, err
	}
	if err := positive("input_dim", l.InputDim); err != nil {
		return nil, err
	}
	if err := checkFilters(l.Filters, l.KernelSizes, l.Activation); err != nil {
		return nil, err
	}
	groups := 0
	for _, size := range l.KernelSizes {
		groups += size
	}
	s.weight("embeddings", l.EmbeddingsInitializer.or(Uniform(0.05)), l.EmbeddingsRegularizer, l.EmbeddingsConstraint, l.InputDim, groups*l.Filters)
	out := len(l.KernelSizes) * l.Filters
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, out)
	}
	return []Shape{{out}}, nil
}

// Apply implements Layer.
func (l TokenConvMaxPooling1D) Apply(c *Context, in ...Value) []Value {
	x := c.padded(in[0])
	if c.Err() != nil {
		return []Value{{}}
	}
	table := c.Weight("embeddings")
	y := c.GatherWindowMax(table, x.IDs, x.Mask, x.Steps, l.KernelSizes...)
	if x.blend != nil {
		y = c.WindowMax(c.rowsOf(table, x), x.Mask, x.Steps, l.KernelSizes...)
	}
	if !l.NoBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), Value{Node: y})}
}

// padded returns word ids with a mask that is 0 at the padding, too.
func (c *Context) padded(x Value) Value {
	if x.kind() != tokens {
		c.Fail(errorf("input is not word ids"))
		return x
	}
	mask := c.NotID(x.IDs, 0)
	if x.Mask != nil {
		mask = c.Mul(mask, x.Mask)
	}
	x.Mask = mask
	return x
}

// Init implements Layer.
func (l WordDropout) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	if _, err := wordIDs(in); err != nil {
		return nil, err
	}
	return in, rate("rate", l.Rate)
}

// Apply implements Layer.
func (l WordDropout) Apply(c *Context, in ...Value) []Value {
	x := c.padded(in[0])
	if c.Err() != nil {
		return []Value{{}}
	}
	if kept := c.DropoutMask("dropout", l.Rate, x.IDs.Shape()[0], 1); kept != nil {
		x.Mask = c.Mul(x.Mask, c.Sign(kept)) // of zeros and ones
	}
	return []Value{x}
}
