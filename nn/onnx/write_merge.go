package onnx

import "unroll/nn"

var merges = []mapping{
	folds[nn.Add]("Add"), folds[nn.Subtract]("Sub"),
	layers(func(w *writer, _ nn.Average, in []value) []value {
		y := w.fold("Add", in)
		y.name = w.op("Mul", nil, y.name, w.float(1/float64(len(in))))
		return []value{y}
	}),
	layers(func(w *writer, _ nn.Multiply, in []value) []value {
		in, mask := w.alike(in)
		y := ""
		for i, x := range in {
			if x.mask != "" {
				x.name = w.op("Where", nil, w.column(x.mask), x.name, w.float(1))
			}
			if i == 0 {
				y = x.name
			} else {
				y = w.op("Mul", nil, y, x.name)
			}
		}
		if mask != "" {
			y = w.op("Where", nil, w.column(mask), y, w.float(0))
		}
		return []value{{name: y, mask: mask}}
	}),
	extremes[nn.Maximum]("Max"), extremes[nn.Minimum]("Min"),
	layers((*writer).concatenate),
}

func folds[T nn.Layer](op string) mapping {
	return layers(func(w *writer, _ T, in []value) []value { return []value{w.fold(op, in)} })
}

// fold writes a merge, one input after the other.
func (w *writer) fold(op string, in []value) value {
	in, mask := w.alike(in)
	y := in[0].name
	for _, x := range in[1:] {
		y = w.op(op, nil, y, x.name)
	}
	return value{name: y, mask: mask}
}

// extremes writes a merge in which steps that are masked do not take part.
func extremes[T nn.Layer](op string) mapping {
	return layers(func(w *writer, _ T, in []value) []value {
		in, _ = w.alike(in)
		y := in[0]
		for _, x := range in[1:] {
			a, b := y.name, x.name
			if x.mask != "" {
				b = w.op("Where", nil, w.column(x.mask), b, a)
			}
			if y.mask != "" {
				a = w.op("Where", nil, w.column(y.mask), a, b)
			}
			y = value{name: w.op(op, nil, a, b), mask: w.either(y, x)}
		}
		return []value{y}
	})
}

// either writes a mask that is true where that of one of the values is; "" if one has none.
func (w *writer) either(of ...value) string {
	mask := of[0].mask
	for _, x := range of[1:] {
		if mask == "" || x.mask == "" {
			return ""
		}
		if x.mask != mask {
			mask = w.op("Or", nil, mask, x.mask)
		}
	}
	return mask
}

// alike returns values that broadcast by ONNX's rules as nn's do, and their mask: one of a
// sample without steps gets one step, and a mask of one step is repeated.
func (w *writer) alike(in []value) ([]value, string) {
	longest := in[0]
	for _, x := range in {
		if len(x.shape) > len(longest.shape) || len(x.shape) == 2 && longest.shape[0] == 1 {
			longest = x
		}
	}
	out := make([]value, len(in))
	for i, x := range in {
		if out[i] = x; len(x.shape) < len(longest.shape) {
			out[i].name = w.op("Unsqueeze", nil, x.name, w.ints(1))
		}
		if x.mask != "" && x.shape[0] == 1 && longest.shape[0] != 1 {
			out[i].mask = w.op("Expand", nil, x.mask, w.sizes(longest))
		}
	}
	return out, w.either(out...)
}

// sizes writes the batch and the number of steps of a sequence.
func (w *writer) sizes(x value) string {
	return w.op("Slice", nil, w.op("Shape", nil, x.name), w.ints(0), w.ints(2))
}

func (w *writer) concatenate(l nn.Concatenate, in []value) []value {
	axis := -1
	if l.Time {
		axis = 1
	}
	join := []attributeProto{attrInt64("axis", axis)}
	var names, masks []string
	masked := false
	for _, x := range in {
		names = append(names, x.name)
		masked = masked || x.mask != ""
	}
	y := value{name: w.op("Concat", join, names...)}
	if !l.Time {
		y.mask = w.either(in...)
		return []value{y}
	}
	if masked {
		for _, x := range in {
			if x.mask == "" {
				x.mask = w.op("Expand", nil, w.op("Equal", nil, w.int(0), w.int(0)), w.sizes(x))
			}
			masks = append(masks, x.mask)
		}
		y.mask = w.op("Concat", join, masks...)
	}
	return []value{y}
}
