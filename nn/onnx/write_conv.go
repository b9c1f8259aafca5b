package onnx

import (
	"cmp"

	"unroll/nn"
)

var convolutions = []mapping{
	ends(func(w *writer, l nn.Conv1D, x value) string {
		win := window{l.KernelSize, cmp.Or(l.Strides, 1), cmp.Or(l.DilationRate, 1), l.Padding}
		return w.activate(l.Activation, w.conv(x, win, cmp.Or(l.Groups, 1), w.transposed("kernel", 2, 1, 0), w.biasUnless(l.NoBias)))
	}),
	ends(func(w *writer, l nn.DepthwiseConv1D, x value) string {
		win := window{l.KernelSize, cmp.Or(l.Strides, 1), cmp.Or(l.DilationRate, 1), l.Padding}
		return w.activate(l.Activation, w.conv(x, win, x.shape[1], w.depthwise("kernel"), w.biasUnless(l.NoBias)))
	}),
	ends(func(w *writer, l nn.SeparableConv1D, x value) string {
		win := window{l.KernelSize, cmp.Or(l.Strides, 1), cmp.Or(l.DilationRate, 1), l.Padding}
		y := w.conv(x, win, x.shape[1], w.depthwise("depthwise_kernel"), "")
		if k := w.weightOf("pointwise_kernel"); k != nil {
			y = w.op("MatMul", nil, y, w.weight("pointwise_kernel", k.Shape()[1:]...))
		}
		if !l.NoBias {
			y = w.op("Add", nil, y, w.weight("bias"))
		}
		return w.activate(l.Activation, y)
	}),
	ends((*writer).convTranspose),
	ends((*writer).convMax),
	ends((*writer).tokenConvMax),
	ends(func(w *writer, l nn.MaxPooling1D, x value) string {
		return w.pool("MaxPool", x, cmp.Or(l.PoolSize, 2), l.Strides, l.Padding)
	}),
	ends(func(w *writer, l nn.AveragePooling1D, x value) string {
		return w.pool("AveragePool", x, cmp.Or(l.PoolSize, 2), l.Strides, l.Padding)
	}),
	ends(func(w *writer, l nn.GlobalMaxPooling1D, x value) string {
		keep := []attributeProto{attrInts64("axes", 1), attrInt64("keepdims", boolInt(l.KeepDims))}
		if !l.Masked || x.mask == "" {
			return w.op("ReduceMax", keep, x.name)
		}
		y := w.op("ReduceMax", keep, w.op("Where", nil, w.column(x.mask), x.name, w.float(least)))
		return w.op("Where", nil, w.some(x.mask, l.KeepDims), y, w.float(0))
	}),
	ends(func(w *writer, l nn.GlobalAveragePooling1D, x value) string {
		if x.mask == "" {
			return w.op("ReduceMean", []attributeProto{attrInts64("axes", 1), attrInt64("keepdims", boolInt(l.KeepDims))}, x.name)
		}
		keep := []attributeProto{attrInt64("keepdims", boolInt(l.KeepDims))}
		mask := w.column(w.floats(x.mask))
		sum := w.op("ReduceSum", keep, w.op("Mul", nil, x.name, mask), w.ints(1))
		return w.op("Div", nil, sum, w.op("Max", nil, w.op("ReduceSum", keep, mask, w.ints(1)), w.float(1)))
	}),
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// some writes where a sequence has a step that counts, [batch, 1] or [batch, 1, 1].
func (w *writer) some(mask string, keep bool) string {
	some := w.op("Greater", nil, w.packed(mask).counts, w.int(0))
	if keep {
		return w.op("Unsqueeze", nil, some, w.ints(1, 2))
	}
	return w.op("Unsqueeze", nil, some, w.ints(1))
}

func (w *writer) biasUnless(none bool) string {
	if none {
		return ""
	}
	return w.weight("bias")
}

type window struct {
	size, strides, dilation int
	padding                 string
}

// attrs are the attributes of a convolution or a pooling.
func (v window) attrs() []attributeProto {
	list := []attributeProto{attrInts64("kernel_shape", v.size), attrInts64("strides", v.strides)}
	if v.dilation > 1 {
		list = append(list, attrInts64("dilations", v.dilation))
	}
	reach := (v.size-1)*v.dilation + 1
	switch {
	case v.padding == "causal":
		list = append(list, attrInts64("pads", reach-1, 0))
	case v.padding == "same" && v.strides == 1: // whatever the length is
		list = append(list, attrInts64("pads", (reach-1)/2, reach-1-(reach-1)/2))
	case v.padding == "same":
		list = append(list, attrText("auto_pad", "SAME_UPPER"))
	}
	return list
}

// features first, and last again.
func (w *writer) turned(x string) string {
	return w.op("Transpose", []attributeProto{attrInts64("perm", 0, 2, 1)}, x)
}

// conv writes a convolution over time by a kernel [filters, features/groups, size].
func (w *writer) conv(x value, v window, groups int, kernel, bias string) string {
	attrs := v.attrs()
	if groups > 1 {
		attrs = append(attrs, attrInt64("group", groups))
	}
	return w.turned(w.op("Conv", attrs, w.turned(x.name), kernel, bias))
}

// depthwise returns a kernel [size, features, each] as one of ONNX's,
// [features·each, 1, size].
func (w *writer) depthwise(name string) string {
	k := w.weightOf(name)
	if k == nil {
		return ""
	}
	s := k.Shape()
	_, at := transposition(s, []int{1, 2, 0})
	return w.once("weight "+k.Name()+" depthwise", func() string {
		return w.initializer(w.unique(k.Name()), []int{s[1] * s[2], 1, s[0]}, part{weight: k, at: at})
	})
}

// convTranspose writes the transpose of a convolution: what that of ONNX gives without
// padding, without what is cut at its ends or with the steps that it lacks.
func (w *writer) convTranspose(l nn.Conv1DTranspose, x value) string {
	v := window{l.KernelSize, cmp.Or(l.Strides, 1), cmp.Or(l.DilationRate, 1), ""}
	reach := (v.size-1)*v.dilation + 1
	more := max(v.strides-reach, 0) // steps at the end that no step of the input reaches
	attrs := v.attrs()
	left := 0
	if l.Padding == "same" {
		left = max(reach-v.strides, 0) / 2
		attrs = append(attrs, attrInts64("pads", left, max(reach-v.strides, 0)-left))
	}
	if more > 0 {
		attrs = append(attrs, attrInts64("output_padding", more))
	}
	y := w.turned(w.op("ConvTranspose", attrs, w.turned(x.name), w.transposed("kernel", 2, 1, 0), w.biasUnless(l.NoBias)))
	return w.activate(l.Activation, y)
}

// pool writes a pooling, in which padding does not count.
func (w *writer) pool(op string, x value, size, strides int, padding string) string {
	return w.turned(w.op(op, window{size, cmp.Or(strides, size), 1, padding}.attrs(), w.turned(x.name)))
}
