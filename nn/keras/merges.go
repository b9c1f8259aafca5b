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
	layer("Attention", func(c *config, l *nn.Attention) {
		c.bool("use_scale", &l.UseScale)
		c.fixed("score_mode", "dot")
		c.float("dropout", &l.Dropout, 0)
		if c.in3() {
			c.free("seed", nil)
		}
		if c.reads() { // before 2.12; later it is an argument of the call
			c.bool("causal", &l.Causal)
		}
	}, built, scalars(func(_ any, name string) bool { return name == "scale" })),
}
