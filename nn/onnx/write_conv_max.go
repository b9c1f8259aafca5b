package onnx

import (
	"strconv"

	"unroll/nn"
)

// least is less than a filter's value can be.
const least = -3.4028234663852886e38

// convMax writes convolutions of several widths with the maximum over the steps that count.
func (w *writer) convMax(l nn.ConvMaxPooling1D, x value) string {
	seq := x
	if x.mask != "" {
		seq.name = w.op("Mul", nil, x.name, w.column(w.floats(x.mask)))
	}
	var all []string
	for _, size := range l.KernelSizes {
		all = append(all, w.conv(seq, window{size, 1, 1, "same"}, 1, w.transposed("kernel_"+strconv.Itoa(size), 2, 1, 0), ""))
	}
	return w.maxima(all, x.mask, l.NoBias, l.Activation)
}

// tokenConvMax writes the same of words: a filter's weights of a word at all places of a
// window stand side by side, and a convolution of kernels of zeros and ones adds up those
// of a window's words.
func (w *writer) tokenConvMax(l nn.TokenConvMaxPooling1D, x value) string {
	x.mask = w.padding(x.name)
	table := w.weightOf("embeddings")
	if table == nil {
		return ""
	}
	width, first := table.Shape()[1], 0
	var all []string
	for _, size := range l.KernelSizes {
		var at []int // of filter f at place k: column first + k·filters + f
		for row := range l.InputDim {
			for f := range l.Filters {
				for k := range size {
					at = append(at, row*width+first+k*l.Filters+f)
				}
			}
		}
		first += size * l.Filters
		of := w.initializer(w.unique(table.Name()), []int{l.InputDim, l.Filters * size}, part{weight: table, at: at})
		seq := x
		seq.name = w.op("Mul", nil, w.op("Gather", nil, of, x.name), w.column(w.floats(x.mask)))
		all = append(all, w.conv(seq, window{size, 1, 1, "same"}, l.Filters, w.places(l.Filters, size), ""))
	}
	return w.maxima(all, x.mask, l.NoBias, l.Activation)
}

// places returns kernels [filters, size, size] that take the value k at the place k.
func (w *writer) places(filters, size int) string {
	name := "places_" + strconv.Itoa(filters) + "_" + strconv.Itoa(size)
	return w.once(name, func() string {
		var parts []part
		for range filters {
			for k := range size {
				parts = append(parts, part{n: k}, part{value: 1, n: 1}, part{n: size - 1 - k})
			}
		}
		return w.initializer(w.unique(name), []int{filters, size, size}, parts...)
	})
}

// maxima writes the maximum of each sequence of values over the steps that count, side by
// side, and an activation of them.
func (w *writer) maxima(all []string, mask string, noBias bool, activation nn.Func) string {
	for i, y := range all {
		if mask != "" {
			y = w.op("Where", nil, w.column(mask), y, w.float(least))
		}
		all[i] = w.op("ReduceMax", []attributeProto{attrInts64("axes", 1), attrInt64("keepdims", 0)}, y)
	}
	y := all[0]
	if len(all) > 1 {
		y = w.op("Concat", []attributeProto{attrInt64("axis", 1)}, all...)
	}
	if mask != "" {
		y = w.op("Where", nil, w.some(mask, false), y, w.float(0))
	}
	if !noBias {
		y = w.op("Add", nil, y, w.weight("bias"))
	}
	return w.activate(activation, y)
}
