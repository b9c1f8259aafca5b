package nn

// CategoryEncoding turns word ids [time] into a bag of words [num_tokens]: how
// often each id occurs, or whether it does. It has no weights. An id outside of
// 0 to num_tokens−1 is an error when the program runs. Keras: CategoryEncoding.
type CategoryEncoding struct {
	NumTokens  int    `json:"num_tokens"`            // the padding id included
	OutputMode string `json:"output_mode,omitempty"` // "multi_hot" if empty, or "count"
	MaskZero   bool   `json:"mask_zero,omitempty"`   // id 0 is padding and counts nowhere
}

var _ Layer = CategoryEncoding{}

func init() { Register(CategoryEncoding{}) }

// Init implements Layer.
func (l CategoryEncoding) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	if _, err := wordIDs(in); err != nil {
		return nil, err
	}
	switch l.OutputMode {
	case "", "multi_hot", "count":
		return []Shape{{l.NumTokens}}, positive("num_tokens", l.NumTokens)
	}
	return nil, errorf("output_mode %q, want multi_hot or count", l.OutputMode)
}

// Apply implements Layer.
func (l CategoryEncoding) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	if x.IDs == nil || x.Depth != 0 || x.Table != nil {
		c.Fail(errorf("input is not word ids"))
		return []Value{{}}
	}
	y := c.Counts(x.IDs, c.Batch, l.NumTokens, l.MaskZero)
	if l.OutputMode != "count" {
		// A count is a whole number, and min(y, 1) = 1 − max(1 − y, 0).
		y = c.Affine(-1, c.Relu(c.Affine(-1, y, 1)), 1)
	}
	return []Value{{Node: y}}
}
