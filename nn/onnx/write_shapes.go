package onnx

import (
	"slices"

	"unroll/nn"
)

var shaping = []mapping{
	ends(func(w *writer, _ nn.Flatten, x value) string { return w.flat(x) }),
	ends(func(w *writer, l nn.Reshape, x value) string {
		return w.op("Reshape", nil, x.name, w.ints(append([]int{0}, w.target(l.TargetShape, x.shape)...)...))
	}),
	ends(func(w *writer, l nn.RepeatVector, x value) string {
		return w.op("Expand", nil, w.op("Unsqueeze", nil, x.name, w.ints(1)), w.ints(1, l.N, 1))
	}),
	ends(func(w *writer, l nn.ZeroPadding1D, x value) string {
		left, right := both(l.Padding)
		return w.op("Pad", nil, x.name, w.ints(0, left, 0, 0, right, 0))
	}),
	ends(func(w *writer, l nn.Cropping1D, x value) string {
		left, right := both(l.Cropping)
		end := -right
		if right == 0 {
			end = 1<<63 - 1
		}
		return w.op("Slice", nil, x.name, w.ints(left), w.ints(end), w.ints(1))
	}),
	ends(func(w *writer, l nn.UpSampling1D, x value) string {
		size := l.Size
		if size == 0 {
			size = 2
		}
		// [batch, time, size·features] is [batch, time·size, features].
		wide := w.op("Tile", nil, x.name, w.ints(1, 1, size))
		return w.op("Reshape", nil, wide, w.ints(0, -1, x.shape[1]))
	}),
	ends(func(w *writer, l nn.Permute, x value) string {
		return w.op("Transpose", []attributeProto{attrInts64("perm", append([]int{0}, l.Dims...)...)}, x.name)
	}),
}

// flat writes a sample's values side by side. One size is left to be inferred, which must
// not be that of the batch of no sample.
func (w *writer) flat(x value) string {
	n := 1
	for _, d := range x.shape {
		n *= d
	}
	return w.op("Reshape", nil, x.name, w.ints(-1, n))
}

// target returns the shape of a sample: −1 where it is to be worked out at run time.
func (w *writer) target(want, of nn.Shape) []int {
	out := slices.Clone(want)
	if len(of) > 0 && slices.Contains(of, nn.Any) {
		return out // the number of steps is open
	}
	left, n := -1, 1
	for i, d := range out {
		if d == -1 {
			left = i
		} else {
			n *= d
		}
	}
	if left >= 0 {
		out[left] = elements(of) / n
	}
	return out
}

// both returns the numbers for the left and the right end.
func both(of []int) (left, right int) {
	switch len(of) {
	case 0:
		return 1, 1
	case 1:
		return of[0], of[0]
	}
	return of[0], of[1]
}
