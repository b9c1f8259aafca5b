package keras

import (
	"reflect"
	"slices"

	"unroll/nn"
)

// cudnn are the layers that Keras 2.0 to 2.2 had for graphics cards, CuDNNLSTM and
// CuDNNGRU. They compute what LSTM and GRU do, with weights that are arranged
// otherwise: see fromCuDNN.
var cudnn = []entry{
	{class: "CuDNNLSTM", settings: func(c *config, _ any) any {
		var l nn.LSTM
		c.over(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask)
		c.lstm(&l)
		c.training("activity_regularizer")
		return l
	}},
	{class: "CuDNNGRU", settings: func(c *config, _ any) any {
		var l nn.GRU
		c.over(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask)
		c.gru(&l)
		l.ResetBefore = false
		c.training("activity_regularizer")
		return l
	}},
}

// fromCuDNN marks pairs that are kernel, recurrent kernel and bias of a layer of
// CuDNN's. As in Keras its bias tells it, which has one more half, for the recurrence:
//
//	kernel            each gate's [features, units] holds [units, features], row by row
//	recurrent_kernel  each gate is transposed
//	bias              of an LSTM the sum of the halves; of a GRU the halves are rows
func fromCuDNN(pairs []pair, layer any) {
	gates := 0
	switch reflect.TypeOf(layer) {
	case reflect.TypeFor[nn.LSTM]():
		gates = 4
	case reflect.TypeFor[nn.GRU]():
		gates = 3
	}
	if gates == 0 || len(pairs) != 3 || len(pairs[1].shape) != 2 {
		return
	}
	units := pairs[1].shape[0]
	if !slices.Equal(pairs[2].data.Shape, []int{2 * gates * units}) {
		return
	}
	for i := range 2 {
		rows := pairs[i].shape[0]
		pairs[i].arrange = func(x []float32) []float32 { return gatesTurned(x, rows, units, gates) }
	}
	pairs[2].stored = pairs[2].data.Shape
	pairs[2].arrange = func(x []float32) []float32 {
		if gates == 3 {
			return x
		}
		half := len(x) / 2
		for i, v := range x[half:] {
			x[i] += v
		}
		return x[:half]
	}
}

// gatesTurned returns a kernel [rows, gates·units] of which each gate's [rows, units]
// was [units, rows] in the same order of its elements.
func gatesTurned(x []float32, rows, units, gates int) []float32 {
	y := make([]float32, len(x))
	width := gates * units
	for g := range gates {
		for k := range rows * units { // the k-th element of the gate
			y[k%rows*width+g*units+k/rows] = x[k/units*width+g*units+k%units]
		}
	}
	return y
}
