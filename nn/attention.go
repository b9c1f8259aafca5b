package nn

// Attention is dot-product attention: for each query it returns the mean of
// the values, weighted by how well their keys fit:
//
//	y = softmax(scale·q·kᵀ)·v
//
// Inputs: query [t, features], value [s, width] and, optionally, key
// [s, features], the value if left out. Output [t, width]. Steps of the value
// that are masked get no weight, and output steps whose query is masked are
// zeros. Weights: scale [1, 1] if UseScale is set, else it is 1.
//
// Luong, Pham and Manning, Effective approaches to attention-based neural
// machine translation, 2015. Keras: Attention with score_mode "dot"; Causal is
// its argument use_causal_mask.
type Attention struct {
	UseScale bool    `json:"use_scale,omitempty"`
	Causal   bool    `json:"causal,omitempty"` // a step sees itself and those before it
	Dropout  float64 `json:"dropout,omitempty"`
}

var _ Layer = Attention{}

func init() { Register(Attention{}) }

// Init implements Layer.
func (l Attention) Init(s *Scope, in ...Shape) ([]Shape, error) {
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
	if l.UseScale {
		s.Weight("scale", Ones(), 1, 1)
	}
	return []Shape{{query[0], value[1]}}, rate("dropout", l.Dropout)
}

// Apply implements Layer.
func (l Attention) Apply(c *Context, in ...Value) []Value {
	query, value, key := in[0], in[1], in[len(in)-1]
	q := c.Dense(query)
	if l.UseScale && c.Err() == nil {
		// A product with [1, 1] scales the queries, element by element.
		shape := q.Shape()
		q = c.Reshape(c.MatMul(c.Reshape(q, shape.TotalSize(), 1), c.Weight("scale")), shape...)
	}
	w := c.Softmax(c.MaskScores(c.Scores(q, c.Dense(key), c.Batch), value.Mask, l.Causal, c.Batch))
	if c.Err() != nil {
		return []Value{{}}
	}
	if mask := c.DropoutMask("dropout", l.Dropout, w.Shape()[0], w.Shape()[1]); mask != nil {
		w = c.Mul(w, mask)
	}
	y := c.Mix(w, c.Dense(value), c.Batch)
	if query.Mask != nil {
		y = c.Mul(y, query.Mask)
	}
	return []Value{{Node: y, Steps: query.Steps, Mask: query.Mask}}
}
