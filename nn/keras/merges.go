package keras

import "unroll/nn"

// merges are the layers of several inputs.
var merges = []entry{
	plain[nn.Add]("Add", built),
	plain[nn.Subtract]("Subtract", built),
	plain[nn.Multiply]("Multiply", built),
	plain[nn.Average]("Average", built),
	plain[nn.Maximum]("Maximum", built),
	plain[nn.Minimum]("Minimum", built),
	layer("Concatenate", func(c *config, l *nn.Concatenate) {
		if !c.reads() {
			c.out["axis"] = -1
			if l.Time {
				c.out["axis"] = 1
			}
			return
		}
		if v, ok := c.get("axis"); ok && !equal(v, -1) && !equal(v, c.rank) {
			l.Time = equal(v, 1) || equal(v, -2) && c.rank == 2
			if !l.Time {
				c.fail("axis is %s, want that of time or of features", brief(v))
			}
		}
	}, built),
	layer("Dot", func(c *config, l *nn.Dot) {
		field(c, "axes", &l.Axes, nil, wholes, func(axes []int) any {
			if len(axes) == 1 {
				return axes[0]
			}
			return axes
		})
		c.bool("normalize", &l.Normalize)
	}, built),
	layer("Attention", func(c *config, l *nn.Attention) {
		c.bool("use_scale", &l.UseScale)
		c.text("score_mode", &l.ScoreMode, "dot")
		c.attention(&l.Dropout, &l.Causal)
	}, built, scalars(func(any, string) bool { return true })),
	layer("AdditiveAttention", func(c *config, l *nn.AdditiveAttention) {
		c.not("use_scale", &l.NoScale)
		c.attention(&l.Dropout, &l.Causal)
	}, built),
	layer("MultiHeadAttention", func(c *config, l *nn.MultiHeadAttention) {
		c.need("num_heads", &l.NumHeads)
		c.need("key_dim", &l.KeyDim)
		c.int("value_dim", &l.ValueDim, l.KeyDim)
		c.attention(&l.Dropout, &l.Causal)
		if l.OutputShape > 0 || c.reads() {
			c.int("output_shape", &l.OutputShape, 0)
		} else {
			c.out["output_shape"] = nil
		}
		if c.reads() { // that of the steps, which a layer has that was called
			c.fixed("attention_axes", 1)
		} else {
			c.out["attention_axes"] = nil
		}
		c.kernelAndBias(&l.NoBias, kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint), bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
		c.training("activity_regularizer")
		if c.reads() {
			for _, key := range []string{"query_shape", "key_shape", "value_shape", "flash_attention"} {
				c.free(key, nil)
			}
		}
	}, built),
}

// attention are the settings that all layers of attention have. Before 2.12 of Keras
// causal is one of them, and later an argument of the call.
func (c *config) attention(dropout *float64, causal *bool) {
	c.float("dropout", dropout, 0)
	if c.reads() {
		c.free("seed", nil)
		c.bool("causal", causal)
	}
}

// causal returns a layer of attention that a call makes causal, false if it is none.
func causal(l nn.Layer, set bool) (nn.Layer, bool) {
	switch l := l.(type) {
	case nn.Attention:
		l.Causal = l.Causal || set
		return l, l.Causal
	case nn.AdditiveAttention:
		l.Causal = l.Causal || set
		return l, l.Causal
	case nn.MultiHeadAttention:
		l.Causal = l.Causal || set
		return l, l.Causal
	case nn.Frozen:
		inner, is := causal(l.Layer, set)
		return nn.Frozen{Layer: inner}, is
	}
	return l, false
}
