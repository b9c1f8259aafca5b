package nn

import "unroll/graph"

// Attention is dot-product attention: for each query it returns the mean of
// the values, weighted by how well their keys fit:
//
//	y = softmax(s)·v    s = scale·q·kᵀ    of ScoreMode "concat" weight·Σ tanh(scale·(q + k))
//
// Inputs: query [t, features], value [s, width] and, optionally, key
// [s, features], the value if left out. Output [t, width]. Steps of the value
// that are masked get no weight, and output steps whose query is masked are
// zeros. Weights: scale [1, 1] if UseScale is set, else it is 1, and
// concat_score_weight [1, 1] of that mode.
//
// Luong, Pham and Manning, Effective approaches to attention-based neural
// machine translation, 2015. Keras: Attention; Causal is its argument
// use_causal_mask.
type Attention struct {
	UseScale  bool    `json:"use_scale,omitempty"`
	ScoreMode string  `json:"score_mode,omitempty"` // "dot"; "concat"
	Causal    bool    `json:"causal,omitempty"`     // a step sees itself and those before it
	Dropout   float64 `json:"dropout,omitempty"`
}

// AdditiveAttention is attention whose scores are Σ scale∘tanh(q + k), with the
// inputs, the output and the masks of Attention. Weights: scale [features], if
// NoScale is not set.
//
// Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align
// and translate, 2014. Keras: AdditiveAttention.
type AdditiveAttention struct {
	NoScale bool    `json:"no_scale,omitempty"`
	Causal  bool    `json:"causal,omitempty"` // a step sees itself and those before it
	Dropout float64 `json:"dropout,omitempty"`
}

var (
	_ Layer = Attention{}
	_ Layer = AdditiveAttention{}
)

func init() { Register(Attention{}); Register(AdditiveAttention{}) }

// attended returns the shape of what query, value and key make.
func attended(in []Shape) (Shape, error) {
	if len(in) != 2 && len(in) != 3 {
		return nil, errorf("%d inputs, want query, value and, if it is not the value, key", len(in))
	}
	for i := range in {
		if _, err := sequence(in[i : i+1]); err != nil {
			return nil, err
		}
	}
	query, value, key := in[0], in[1], in[len(in)-1]
	if query[1] != key[1] || key[0] != value[0] {
		return nil, errorf("query %v, value %v and key %v do not fit", query, value, key)
	}
	return Shape{query[0], value[1]}, nil
}

// Init implements Layer.
func (l Attention) Init(s *Scope, in ...Shape) ([]Shape, error) {
	out, err := attended(in)
	if err != nil {
		return nil, err
	}
	if l.UseScale {
		s.Weight("scale", Ones(), 1, 1)
	}
	switch l.ScoreMode {
	case "", "dot":
	case "concat":
		s.Weight("concat_score_weight", Ones(), 1, 1)
	default:
		return nil, errorf("score_mode %q, want dot or concat", l.ScoreMode)
	}
	return []Shape{out}, rate("dropout", l.Dropout)
}

// Apply implements Layer.
func (l Attention) Apply(c *Context, in ...Value) []Value {
	q, k := c.Dense(in[0]), c.Dense(in[len(in)-1])
	scaled := func(x *graph.Node, by string) *graph.Node {
		if c.Err() != nil {
			return nil
		}
		// A product with [1, 1] scales x, element by element.
		shape := x.Shape()
		return c.Reshape(c.MatMul(c.Reshape(x, shape.TotalSize(), 1), c.Weight(by)), shape...)
	}
	if l.ScoreMode != "concat" {
		if l.UseScale {
			q = scaled(q, "scale")
		}
		return c.attend(c.Scores(q, k, c.Batch), in, l.Causal, l.Dropout)
	}
	scores := c.additive(q, k, func(sum *graph.Node) *graph.Node {
		if l.UseScale {
			sum = scaled(sum, "scale")
		}
		return c.Tanh(sum)
	})
	return c.attend(scaled(scores, "concat_score_weight"), in, l.Causal, l.Dropout)
}

// Init implements Layer.
func (l AdditiveAttention) Init(s *Scope, in ...Shape) ([]Shape, error) {
	out, err := attended(in)
	if err != nil {
		return nil, err
	}
	features, err := in[0].last()
	if err != nil {
		return nil, err
	}
	if !l.NoScale {
		s.Weight("scale", GlorotUniform(), features)
	}
	return []Shape{out}, rate("dropout", l.Dropout)
}

// Apply implements Layer.
func (l AdditiveAttention) Apply(c *Context, in ...Value) []Value {
	scores := c.additive(c.Dense(in[0]), c.Dense(in[len(in)-1]), func(sum *graph.Node) *graph.Node {
		if l.NoScale {
			return c.Tanh(sum)
		}
		return c.Mul(c.Tanh(sum), c.Weight("scale"))
	})
	return c.attend(scores, in, l.Causal, l.Dropout)
}

// additive emits scores [Tq·batch, Tk] of queries and keys that are sums over the
// features of f(q + k).
func (c *Context) additive(q, k *graph.Node, f func(sum *graph.Node) *graph.Node) *graph.Node {
	if c.Err() != nil {
		return nil
	}
	n := q.Shape()[1]
	tq, tk := q.Shape()[0]/c.Batch, k.Shape()[0]/c.Batch
	sums := c.Sum(f(c.Add(c.Reshape(q, tq, 1, c.Batch, n), c.Reshape(k, 1, tk, c.Batch, n))), 3)
	return c.Reshape(c.Transpose(sums, 0, 2, 1), tq*c.Batch, tk)
}

// attend emits the means of the values by the scores [Tq·batch, Tk].
func (c *Context) attend(scores *graph.Node, in []Value, causal bool, dropout float64) []Value {
	query, value := in[0], in[1]
	y := c.weighted(scores, c.Dense(value), value.Mask, causal, dropout, c.Batch)
	if query.Mask != nil {
		y = c.Mul(y, query.Mask)
	}
	return []Value{{Node: y, Steps: query.Steps, Mask: query.Mask}}
}

// weighted emits the means of values [Tk·batch, width] by softmax of the scores.
func (c *Context) weighted(scores, values, mask *graph.Node, causal bool, dropout float64, batch int) *graph.Node {
	w := c.Softmax(c.MaskScores(scores, mask, causal, batch))
	if c.Err() != nil {
		return nil
	}
	if drop := c.DropoutMask("dropout", dropout, w.Shape()[0], w.Shape()[1]); drop != nil {
		w = c.Mul(w, drop)
	}
	return c.Mix(w, values, batch)
}
