package keras

import "unroll/nn"

// recurrents are the recurrent layers and their cells.
var recurrents = []entry{
	layer("SimpleRNN", func(c *config, l *nn.SimpleRNN) {
		c.over(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask)
		c.simpleRNN(l)
		c.training("activity_regularizer")
	}, inCell),
	layer("LSTM", func(c *config, l *nn.LSTM) {
		c.over(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask)
		c.lstm(l)
		c.training("activity_regularizer")
	}, inCell),
	layer("GRU", func(c *config, l *nn.GRU) {
		c.over(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask)
		c.gru(l)
		c.training("activity_regularizer")
	}, inCell),
	layer("SimpleRNNCell", func(c *config, l *nn.SimpleRNNCell) {
		c.simpleRNN((*nn.SimpleRNN)(l))
		if c.in3() {
			c.free("seed", nil)
		}
	}, built),
	layer("LSTMCell", func(c *config, l *nn.LSTMCell) { c.lstm((*nn.LSTM)(l)) }, built),
	layer("GRUCell", func(c *config, l *nn.GRUCell) { c.gru((*nn.GRU)(l)) }, built),
}

// over are the options for the way over a sequence, which all recurrent layers have.
func (c *config) over(sequences, state, backwards, stateful, zeros *bool) {
	c.bool("return_sequences", sequences)
	c.bool("return_state", state)
	c.bool("go_backwards", backwards)
	c.bool("stateful", stateful)
	c.free("unroll", false)
	if c.in3() || *zeros {
		c.bool("zero_output_for_mask", zeros)
	}
	if c.reads() {
		c.free("use_cudnn", nil)
		c.free("implementation", nil) // of Keras 2.0, of every recurrent layer
		c.free("seed", nil)
		c.free("input_dim", nil) // of Keras 2.0, beside the shape of the input
		c.free("input_length", nil)
		if major, ok := c.get("time_major"); ok {
			c.timeMajor(major == true)
		}
		if *stateful {
			c.r.stateful = true
		}
	}
}

func (c *config) simpleRNN(l *nn.SimpleRNN) {
	c.need("units", &l.Units)
	c.fn("activation", &l.Activation, nn.Tanh)
	c.gates(&l.NoBias, &l.Dropout, &l.RecurrentDropout,
		kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint),
		weight{"recurrent", &l.RecurrentInitializer, nn.Orthogonal(), &l.RecurrentRegularizer, &l.RecurrentConstraint},
		bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
}

func (c *config) lstm(l *nn.LSTM) {
	c.need("units", &l.Units)
	c.fn("activation", &l.Activation, nn.Tanh)
	c.fn("recurrent_activation", &l.RecurrentActivation, nn.Sigmoid)
	c.not("unit_forget_bias", &l.NoUnitForgetBias)
	c.gates(&l.NoBias, &l.Dropout, &l.RecurrentDropout,
		kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint),
		weight{"recurrent", &l.RecurrentInitializer, nn.Orthogonal(), &l.RecurrentRegularizer, &l.RecurrentConstraint},
		bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
	c.gated()
}

func (c *config) gru(l *nn.GRU) {
	c.need("units", &l.Units)
	c.fn("activation", &l.Activation, nn.Tanh)
	c.fn("recurrent_activation", &l.RecurrentActivation, nn.Sigmoid)
	if c.reads() && c.major == keras2 && c.in["reset_after"] == nil {
		l.ResetBefore = true // Keras 2.0 knew nothing else
	}
	c.not("reset_after", &l.ResetBefore)
	c.gates(&l.NoBias, &l.Dropout, &l.RecurrentDropout,
		kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint),
		weight{"recurrent", &l.RecurrentInitializer, nn.Orthogonal(), &l.RecurrentRegularizer, &l.RecurrentConstraint},
		bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
	c.gated()
}

func (c *config) gates(noBias *bool, dropout, recurrentDropout *float64, weights ...weight) {
	c.kernelAndBias(noBias, weights...)
	c.float("dropout", dropout, 0)
	c.float("recurrent_dropout", recurrentDropout, 0)
}

// gated are settings of LSTM and GRU that say how to compute.
func (c *config) gated() {
	if c.in3() {
		c.free("seed", nil)
	}
	if c.in2() {
		c.free("implementation", 2)
	}
}
