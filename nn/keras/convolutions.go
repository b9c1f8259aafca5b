package keras

import "unroll/nn"

// convolutions are the layers of windows over time.
var convolutions = []entry{
	layer("Conv1D", func(c *config, l *nn.Conv1D) {
		c.need("filters", &l.Filters)
		c.window(&l.KernelSize, &l.Strides, &l.DilationRate, &l.Padding)
		c.int("groups", &l.Groups, 1)
		c.fn("activation", &l.Activation, nn.Linear)
		c.kernelAndBias(&l.NoBias, kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint), bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
		c.training("activity_regularizer")
	}, built),
	layer("SeparableConv1D", func(c *config, l *nn.SeparableConv1D) {
		c.need("filters", &l.Filters)
		c.window(&l.KernelSize, &l.Strides, &l.DilationRate, &l.Padding)
		c.int("depth_multiplier", &l.DepthMultiplier, 1)
		c.fn("activation", &l.Activation, nn.Linear)
		c.kernelAndBias(&l.NoBias,
			weight{"depthwise", &l.DepthwiseInitializer, nn.GlorotUniform(), &l.DepthwiseRegularizer, &l.DepthwiseConstraint},
			weight{"pointwise", &l.PointwiseInitializer, nn.GlorotUniform(), &l.PointwiseRegularizer, &l.PointwiseConstraint},
			bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
		c.ofConv1D()
	}, built),
	layer("DepthwiseConv1D", func(c *config, l *nn.DepthwiseConv1D) {
		c.window(&l.KernelSize, &l.Strides, &l.DilationRate, &l.Padding)
		c.int("depth_multiplier", &l.DepthMultiplier, 1)
		c.fn("activation", &l.Activation, nn.Linear)
		c.kernelAndBias(&l.NoBias,
			weight{"depthwise", &l.DepthwiseInitializer, nn.GlorotUniform(), &l.DepthwiseRegularizer, &l.DepthwiseConstraint},
			bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
		c.ofConv1D()
	}, built),
	layer("Conv1DTranspose", func(c *config, l *nn.Conv1DTranspose) {
		c.need("filters", &l.Filters)
		c.window(&l.KernelSize, &l.Strides, &l.DilationRate, &l.Padding)
		c.fn("activation", &l.Activation, nn.Linear)
		c.kernelAndBias(&l.NoBias, kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint), bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
		c.ofConv1D()
	}, built),
}

// window are the settings of a window that has a kernel.
func (c *config) window(size, strides, dilation *int, padding *string) {
	c.list1("kernel_size", size, 0)
	c.list1("strides", strides, 1)
	c.text("padding", padding, "valid")
	c.fixed("data_format", "channels_last")
	c.list1("dilation_rate", dilation, 1)
}

// ofConv1D are settings that Keras 2 writes for all that derives from its Conv1D.
func (c *config) ofConv1D() {
	c.training("activity_regularizer")
	if c.reads() {
		c.fixed("groups", 1)
		for _, key := range []string{"kernel_initializer", "kernel_regularizer", "kernel_constraint"} {
			c.free(key, nil)
		}
	}
}
