package nn

import (
	"cmp"
	"math"

	"unroll/graph"
)

// MultiHeadAttention is attention of several heads side by side, each on its own
// projections of queries, keys and values:
//
//	y = Σ_h softmax(q_h·k_hᵀ/√key_dim)·v_h·output_h + bias
//
// Inputs: query [t, features], value [s, width] and, optionally, key [s, width'],
// the value if left out. Output [t, output_shape]. Steps of the value and of the key
// that are masked get no weight; a query that is masked is one as any other. Weights:
// query/kernel [features, num_heads, key_dim], query/bias [num_heads, key_dim], the
// same of key and, with value_dim, of value; attention_output/kernel
// [num_heads, value_dim, output_shape], attention_output/bias [output_shape].
//
// Vaswani et al., Attention is all you need, 2017. Keras: MultiHeadAttention over the
// steps; Causal is its argument use_causal_mask.
type MultiHeadAttention struct {
	NumHeads          int         `json:"num_heads"`
	KeyDim            int         `json:"key_dim"`
	ValueDim          int         `json:"value_dim,omitempty"`    // key_dim
	OutputShape       int         `json:"output_shape,omitempty"` // the query's features
	Dropout           float64     `json:"dropout,omitempty"`      // of the weights
	NoBias            bool        `json:"no_bias,omitempty"`
	Causal            bool        `json:"causal,omitempty"`            // a step sees itself and those before it
	KernelInitializer Initializer `json:"kernel_initializer,omitzero"` // Glorot uniform
	BiasInitializer   Initializer `json:"bias_initializer,omitzero"`   // zeros
	KernelRegularizer Regularizer `json:"kernel_regularizer,omitzero"`
	BiasRegularizer   Regularizer `json:"bias_regularizer,omitzero"`
	KernelConstraint  Constraint  `json:"kernel_constraint,omitzero"`
	BiasConstraint    Constraint  `json:"bias_constraint,omitzero"`
}

var _ Layer = MultiHeadAttention{}

func init() { Register(MultiHeadAttention{}) }

// Init implements Layer.
func (l MultiHeadAttention) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if len(in) != 2 && len(in) != 3 {
		return nil, errorf("%d inputs, want query, value and, if it is not the value, key", len(in))
	}
	for i := range in {
		x, err := sequence(in[i : i+1])
		if err != nil {
			return nil, err
		}
		if _, err := x.last(); err != nil {
			return nil, err
		}
	}
	query, value, key := in[0], in[1], in[len(in)-1]
	if key[0] != value[0] {
		return nil, errorf("value %v and key %v differ in their steps", value, key)
	}
	width, out := cmp.Or(l.ValueDim, l.KeyDim), cmp.Or(l.OutputShape, query[1])
	for _, n := range []struct {
		name string
		n    int
	}{{"num_heads", l.NumHeads}, {"key_dim", l.KeyDim}, {"value_dim", width}, {"output_shape", out}} {
		if err := positive(n.name, n.n); err != nil {
			return nil, err
		}
	}
	l.declare(s.Enter("query"), Shape{query[1], l.NumHeads, l.KeyDim}, 1)
	l.declare(s.Enter("key"), Shape{key[1], l.NumHeads, l.KeyDim}, 1)
	l.declare(s.Enter("value"), Shape{value[1], l.NumHeads, width}, 1)
	l.declare(s.Enter("attention_output"), Shape{l.NumHeads, width, out}, 2)
	return []Shape{{query[0], out}}, rate("dropout", l.Dropout)
}

// declare declares a kernel that takes the first so many axes to the others, which
// the bias has.
func (l MultiHeadAttention) declare(s *Scope, kernel Shape, from int) {
	s.weight("kernel", l.KernelInitializer.or(GlorotUniform()), l.KernelRegularizer, l.KernelConstraint, kernel...)
	if !l.NoBias {
		s.weight("bias", l.BiasInitializer.or(Zeros()), l.BiasRegularizer, l.BiasConstraint, kernel[from:]...)
	}
}

// Apply implements Layer.
func (l MultiHeadAttention) Apply(c *Context, in ...Value) []Value {
	query, value, key := in[0], in[1], in[len(in)-1]
	heads, width := l.NumHeads, cmp.Or(l.ValueDim, l.KeyDim)
	// A head of a sample is a sample of a batch of num_heads·batch.
	split := func(n *graph.Node, size int) *graph.Node {
		if c.Err() != nil {
			return nil
		}
		return c.Reshape(n, n.Shape()[0]*heads, size)
	}
	q := split(l.project(c, "query", query, l.KeyDim*heads), l.KeyDim)
	k := split(l.project(c, "key", key, l.KeyDim*heads), l.KeyDim)
	v := split(l.project(c, "value", value, width*heads), width)
	mask := value.Mask
	if key.Mask != nil && mask != nil && key.Mask != mask {
		mask = c.Mul(mask, key.Mask)
	} else if mask == nil {
		mask = key.Mask
	}
	if mask != nil && c.Err() == nil {
		n := mask.Shape()[0]
		mask = c.Reshape(c.BroadcastTo(mask, n, heads), n*heads, 1)
	}
	scores := c.Scores(c.Affine(1/math.Sqrt(float64(l.KeyDim)), q, 0), k, c.Batch*heads)
	y := c.weighted(scores, v, mask, l.Causal, l.Dropout, c.Batch*heads)
	if c.Err() != nil {
		return []Value{{}}
	}
	y = c.Reshape(y, y.Shape()[0]/heads, width*heads)
	out := l.project(c, "attention_output", Value{Node: y, Steps: query.Steps}, cmp.Or(l.OutputShape, query.shape()[1]))
	return []Value{{Node: out, Steps: query.Steps, Mask: query.Mask}}
}

// project emits x·kernel + bias of the weights under a name, with as many columns.
func (l MultiHeadAttention) project(c *Context, name string, x Value, columns int) (y *graph.Node) {
	c.Enter(name, func(c *Context) {
		kernel := c.Weight("kernel")
		if c.Err() != nil {
			return
		}
		kernel = c.Reshape(kernel, kernel.Shape().TotalSize()/columns, columns)
		var bias *graph.Node
		if !l.NoBias {
			bias = c.Reshape(c.Weight("bias"), columns)
		}
		y = c.Linear(x, kernel, bias)
	})
	return y
}
