package keras

import (
	"reflect"

	"unroll/nn"
)

// shaping are the layers that cut, join, count and scale what comes in.
var shaping = []entry{
	layer("MaxPooling1D", func(c *config, l *nn.MaxPooling1D) { c.pooling(&l.PoolSize, &l.Strides, &l.Padding) }),
	layer("AveragePooling1D", func(c *config, l *nn.AveragePooling1D) { c.pooling(&l.PoolSize, &l.Strides, &l.Padding) }),
	layer("GlobalMaxPooling1D", func(c *config, l *nn.GlobalMaxPooling1D) {
		c.globalPooling(&l.KeepDims)
		if l.Masked {
			c.fail("Keras takes the maximum over masked steps too, masked is true")
		}
	}),
	layer("GlobalAveragePooling1D", func(c *config, l *nn.GlobalAveragePooling1D) { c.globalPooling(&l.KeepDims) }),
	layer("Masking", func(c *config, l *nn.Masking) { c.float("mask_value", &l.MaskValue, 0) }),
	layer("Flatten", func(c *config, _ *nn.Flatten) { c.fixed("data_format", "channels_last") }),
	layer("Reshape", func(c *config, l *nn.Reshape) {
		field(c, "target_shape", &l.TargetShape, nil, func(v any) (nn.Shape, error) { s, err := wholes(v); return s, err }, same[nn.Shape])
	}),
	layer("RepeatVector", func(c *config, l *nn.RepeatVector) { c.need("n", &l.N) }),
	layer("Permute", func(c *config, l *nn.Permute) { field(c, "dims", &l.Dims, nil, wholes, same[[]int]) }),
	layer("ZeroPadding1D", func(c *config, l *nn.ZeroPadding1D) { c.ends("padding", &l.Padding) }),
	layer("Cropping1D", func(c *config, l *nn.Cropping1D) { c.ends("cropping", &l.Cropping) }),
	layer("UpSampling1D", func(c *config, l *nn.UpSampling1D) { c.int("size", &l.Size, 2) }),
	layer("Rescaling", func(c *config, l *nn.Rescaling) {
		c.needFloat("scale", &l.Scale)
		c.float("offset", &l.Offset, 0)
	}),
	layer("Normalization", func(c *config, l *nn.Normalization) {
		c.normalizedAxes(l)
		c.bool("invert", &l.Invert)
		field(c, "mean", &l.Mean, nil, numbers, moment)
		field(c, "variance", &l.Variance, nil, numbers, moment)
	}, built, scalars(func(l any, name string) bool { return name == "count" || l.(nn.Normalization).Scalar })),
	{class: "CategoryEncoding", typ: reflect.TypeFor[nn.CategoryEncoding](), settings: categoryEncoding},
	{class: "CategoryEncoding", typ: reflect.TypeFor[nn.OneHot](), settings: categoryEncoding},
}

// categoryEncoding is OneHot, of each id, or CategoryEncoding, of all.
func categoryEncoding(c *config, v any) any {
	l, _ := v.(nn.CategoryEncoding)
	if one, ok := v.(nn.OneHot); ok {
		if len(c.shapes) > 0 && c.shapes[0].Eq(nn.Shape{1}) {
			c.fail("Keras makes one vector of a sequence of one id, and no sequence")
		}
		l = nn.CategoryEncoding{NumTokens: one.Depth, OutputMode: "one_hot"}
	}
	if l.MaskZero {
		c.fail("Keras has no mask_zero here")
	}
	c.need("num_tokens", &l.NumTokens)
	c.text("output_mode", &l.OutputMode, "multi_hot")
	c.fixed("sparse", false)
	if l.OutputMode == "one_hot" && c.reads() {
		return nn.OneHot{Depth: l.NumTokens}
	}
	return l
}

func (c *config) pooling(size, strides *int, padding *string) {
	c.list1("pool_size", size, 2)
	def := *size
	if def == 0 {
		def = 2
	}
	c.list1("strides", strides, def)
	c.text("padding", padding, "valid")
	c.fixed("data_format", "channels_last")
}

func (c *config) globalPooling(keep *bool) {
	c.fixed("data_format", "channels_last")
	c.bool("keepdims", keep)
}

// ends are steps at the left and the right end of a sequence.
func (c *config) ends(key string, p *[]int) {
	if !c.reads() && len(*p) == 1 {
		*p = []int{(*p)[0], (*p)[0]}
	}
	field(c, key, p, []int{1, 1}, func(v any) ([]int, error) {
		n, err := wholes(v)
		if len(n) == 1 {
			n = []int{n[0], n[0]}
		}
		return n, err
	}, same[[]int])
	if c.reads() {
		c.fixed("data_format", "channels_last")
	}
}

// normalizedAxes are the axes that a Normalization has means of; no axis is one mean
// for all values.
func (c *config) normalizedAxes(l *nn.Normalization) {
	if l.Scalar && !c.reads() {
		c.out["axis"] = nil
		return
	}
	if v, there := c.in["axis"]; there && (v == nil || len(list(v)) == 0 && list(v) != nil) {
		c.seen["axis"], l.Scalar = true, true
		return
	}
	field(c, "axis", &l.Axis, []int{-1}, wholes, same[[]int])
}

// numbers takes a number, or lists of them in one another, row by row.
func numbers(v any) ([]float64, error) {
	if l := list(v); l != nil {
		var all []float64
		for _, v := range l {
			x, err := numbers(v)
			if err != nil {
				return nil, err
			}
			all = append(all, x...)
		}
		return all, nil
	}
	x, err := number(v)
	return []float64{x}, err
}

// moment writes one value alone, as Keras has it that is the same for all.
func moment(x []float64) any {
	switch len(x) {
	case 0:
		return nil
	case 1:
		return x[0]
	}
	return x
}
