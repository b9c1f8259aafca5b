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
	if x.Mask != nil {
		c.Fail(errorf("input has a mask, and words are counted whether they are masked or not"))
	}
	return []Value{{Node: c.counts(x, l.NumTokens, l.MaskZero, l.OutputMode != "count")}}
}
