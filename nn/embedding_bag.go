package nn

import "unroll/graph"

// EmbeddingBag turns bags of ids, of a Bag or a WeightedBag, into the sums of their
// learned vectors [output_dim]:
//
//	y = f(Σ_i w(i)·scale(i)·embeddings(i) + bias)
//
// over the ids i that occur. Of a Bag w(i) is what Frequency and Norm say; of a
// WeightedBag it is the weights that come with the ids. With one id for each word or
// pair of words, output_dim 1 and a sigmoid it is logistic regression on tf-idf; with
// more outputs, the first layer of a network like fastText's. Weights: embeddings
// [input_dim, output_dim], bias [output_dim] with use_bias, and scale [input_dim, 1] with
// scaled, which is not trained and 1 at first: see Weight.Set.
//
// The gradient of the embeddings touches the rows that occurred alone, and optimizers
// that can leave the others as they are do, see train/optimizers. An id outside the table
// is an error when the program runs. PyTorch: EmbeddingBag.
type EmbeddingBag struct {
	InputDim  int `json:"input_dim"`  // ids
	OutputDim int `json:"output_dim"` // width of a vector
	// Frequency is what an id that occurs n times weighs: "count" n, if empty too, "binary"
	// 1, "log" 1 + ln n. Scikit-learn: sublinear_tf for "log".
	Frequency string `json:"frequency,omitempty"`
	// Norm divides these weights, scaled, by their sum with "l1", which makes a mean of
	// the sum, or by the root of the sum of their squares with "l2".
	Norm   string `json:"norm,omitempty"`
	Split  int    `json:"split,omitempty"`  // ids from it on are normed apart, such as those of characters
	Scaled bool   `json:"scaled,omitempty"` // ids have a scale, such as their idf

	Activation            Func        `json:"activation,omitempty"` // linear if empty
	UseBias               bool        `json:"use_bias,omitempty"`
	EmbeddingsInitializer Initializer `json:"embeddings_initializer,omitzero"` // U(−0.05, 0.05)
	EmbeddingsRegularizer Regularizer `json:"embeddings_regularizer,omitzero"` // makes the gradient dense
	EmbeddingsConstraint  Constraint  `json:"embeddings_constraint,omitzero"`
}

var _ Layer = EmbeddingBag{}

func init() { Register(EmbeddingBag{}) }

// Init implements Layer.
func (l EmbeddingBag) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if _, err := wordIDs(in); err != nil {
		return nil, err
	}
	if err := positive("input_dim", l.InputDim); err != nil {
		return nil, err
	}
	if err := positive("output_dim", l.OutputDim); err != nil {
		return nil, err
	}
	switch l.Frequency {
	case "", "count", "binary", "log":
	default:
		return nil, errorf("frequency %q, want count, binary or log", l.Frequency)
	}
	switch l.Norm {
	case "", "l1", "l2":
	default:
		return nil, errorf("norm %q, want l1 or l2", l.Norm)
	}
	if l.Split < 0 || l.Split > l.InputDim {
		return nil, errorf("split is %d, want 0 to input_dim, %d", l.Split, l.InputDim)
	}
	s.weight("embeddings", l.EmbeddingsInitializer.or(Uniform(0.05)), l.EmbeddingsRegularizer, l.EmbeddingsConstraint, l.InputDim, l.OutputDim)
	if l.UseBias {
		s.Weight("bias", Zeros(), l.OutputDim)
	}
	if l.Scaled {
		s.State("scale", Ones(), l.InputDim, 1)
	}
	return []Shape{{l.OutputDim}}, l.Activation.or(Linear).check()
}

// Apply implements Layer.
func (l EmbeddingBag) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	if x.Bags == nil {
		c.Fail(errorf("input is no bag of ids: declare it by nn.Bag or nn.WeightedBag"))
		return []Value{{}}
	}
	var scale *graph.Node
	if l.Scaled {
		scale = c.Weight("scale")
	}
	terms := graph.Terms{Frequency: l.Frequency, Norm: l.Norm, Split: int32(l.Split)}
	if terms.Frequency == "" {
		terms.Frequency = "count"
	}
	w := x.Weights
	switch {
	case w == nil:
		w = c.BagWeights(scale, x.Bags, c.Batch, terms)
	case terms != graph.Terms{Frequency: "count"}:
		c.Fail(errorf("the weights come with the ids: no frequency and no norm are taken of them"))
	case scale != nil:
		w = c.Mul(w, c.BagWeights(scale, x.Bags, c.Batch, terms))
	}
	if x.blend != nil {
		w = c.mixed(x, w, c.Mul(w, x.blend))
	}
	y := c.EmbeddingBag(c.Weight("embeddings"), w, x.Bags, c.Batch)
	if l.UseBias {
		y = c.Add(y, c.Weight("bias"))
	}
	return []Value{c.activated(l.Activation.or(Linear), Value{Node: y})}
}
