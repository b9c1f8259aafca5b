package onnx

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// value is a value of the graph that is written.
type value struct {
	name  string   // of the tensor, [batch, features] or [batch, time, features]; of word ids [batch, time]
	shape nn.Shape // of a sample
	ids   bool     // int64, in place of float
	// mask names a tensor of truth values, [batch, time], which are false at the steps that
	// are passed over; "" stands for true everywhere.
	mask string
	// weights names those of the ids of a bag.
	weights string
}

// writer makes a graph of a model.
type writer struct {
	m       *nn.Model
	g       graphProto
	path    string         // of the layer that is written
	count   map[string]int // of names
	initial map[string]*initial
	order   []string          // of initial
	done    map[string]string // what was written already, by what it is
	err     error
}

// initial is an initializer: its values are those of weights, in another order, and
// constants.
type initial struct {
	shape []int
	ints  []int64 // of one of whole numbers
	parts []part
}

// part is a run of an initializer's values: elements of a weight, or so many constants.
type part struct {
	weight *nn.Weight
	at     []int // the index in the weight of each value; nil for all in their order
	value  float64
	n      int
}

func (w *writer) fail(format string, args ...any) string {
	if w.err == nil {
		w.err = errors.Errorf("layer %q: %s", w.path, fmt.Sprintf(format, args...))
	}
	return ""
}

// unique returns a name that no other value has.
func (w *writer) unique(name string) string {
	n := w.count[name]
	w.count[name]++
	if n > 0 {
		return w.unique(name + "_" + strconv.Itoa(n))
	}
	return name
}

// op writes a node of one output below the layer's path, and returns the output's name.
func (w *writer) op(op string, attrs []attributeProto, in ...string) string {
	return w.ops(op, 1, attrs, in...)[0]
}

// ops writes a node of so many outputs.
func (w *writer) ops(op string, outputs int, attrs []attributeProto, in ...string) []string {
	name := w.unique(w.path + "/" + op)
	out := make([]string, outputs)
	for i := range out {
		out[i] = name
		if i > 0 {
			out[i] = w.unique(name + "." + strconv.Itoa(i))
		}
	}
	for len(in) > 0 && in[len(in)-1] == "" {
		in = in[:len(in)-1]
	}
	w.g.Node = append(w.g.Node, nodeProto{Input: in, Output: out, Name: name, OpType: op, Attribute: attrs})
	return out
}

// once returns what f wrote when it was first called for the key.
func (w *writer) once(key string, f func() string) string {
	if name, ok := w.done[key]; ok {
		return name
	}
	name := f()
	w.done[key] = name
	return name
}

func attrInts64(name string, v ...int) attributeProto {
	return attributeProto{Name: name, Type: attrInts, Ints: wide(v)}
}

func attrInt64(name string, v int) attributeProto {
	i := int64(v)
	return attributeProto{Name: name, Type: attrInt, I: &i}
}

func attrFloat32(name string, v float64) attributeProto {
	f := float32(v)
	return attributeProto{Name: name, Type: attrFloat, F: &f}
}

func attrText(name, v string) attributeProto {
	return attributeProto{Name: name, Type: attrString, S: []byte(v)}
}

func wide(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

// ints returns a constant vector of whole numbers.
func (w *writer) ints(v ...int) string {
	return w.wholes("ints", []int{len(v)}, wide(v))
}

// int returns a constant whole number.
func (w *writer) int(v int) string { return w.wholes("int", []int{}, []int64{int64(v)}) }

func (w *writer) wholes(name string, shape []int, v []int64) string {
	for _, x := range v {
		name += "_" + strconv.FormatInt(x, 10)
	}
	return w.once(name, func() string {
		w.order = append(w.order, name)
		w.initial[name] = &initial{shape: shape, ints: v}
		return name
	})
}

// float returns a constant.
func (w *writer) float(v float64) string {
	name := "float_" + strconv.FormatFloat(v, 'g', -1, 64)
	return w.once(name, func() string {
		return w.initializer(name, []int{}, part{value: v, n: 1})
	})
}

func (w *writer) initializer(name string, shape []int, parts ...part) string {
	w.order = append(w.order, name)
	w.initial[name] = &initial{shape: shape, parts: parts}
	return name
}

// weightOf returns the weight that the layer declared under a name.
func (w *writer) weightOf(name string) *nn.Weight {
	found, err := w.m.Weight(w.path + "/" + name)
	if err != nil {
		w.fail("%v", err)
	}
	return found
}

// weight returns a weight of the layer as it is, or in another shape.
func (w *writer) weight(name string, shape ...int) string {
	found := w.weightOf(name)
	if found == nil {
		return ""
	}
	if shape == nil {
		shape = found.Shape()
	}
	return w.once("weight "+found.Name()+fmt.Sprint(shape), func() string {
		return w.initializer(w.unique(found.Name()), shape, part{weight: found})
	})
}

// transposed returns a weight of the layer with its axes in another order.
func (w *writer) transposed(name string, perm ...int) string {
	found := w.weightOf(name)
	if found == nil {
		return ""
	}
	return w.once("weight "+found.Name()+" transposed "+fmt.Sprint(perm), func() string {
		shape, at := transposition(found.Shape(), perm)
		return w.initializer(w.unique(found.Name()), shape, part{weight: found, at: at})
	})
}

// transposition returns the shape that axes in another order have, and the index from
// which each element comes.
func transposition(shape, perm []int) (out, at []int) {
	strides := make([]int, len(shape))
	for i, n := len(shape)-1, 1; i >= 0; i-- {
		strides[i], n = n, n*shape[i]
	}
	out = make([]int, len(shape))
	for i, p := range perm {
		out[i] = shape[p]
	}
	at = []int{0}
	for i, p := range perm {
		next := make([]int, 0, len(at)*out[i])
		for _, base := range at {
			for k := range out[i] {
				next = append(next, base+k*strides[p])
			}
		}
		at = next
	}
	return out, at
}

// values returns the elements of an initializer.
func (i *initial) values() []float64 {
	var out []float64
	for _, p := range i.parts {
		if p.weight == nil {
			out = append(out, slices.Repeat([]float64{p.value}, p.n)...)
			continue
		}
		x := p.weight.Float64s()
		if p.at == nil {
			out = append(out, x...)
		}
		for _, at := range p.at {
			out = append(out, x[at])
		}
	}
	return out
}

// tensor returns the initializer as it is in the file.
func (i *initial) tensor(name string) tensorProto {
	t := tensorProto{Name: name, Dims: wide(i.shape), DataType: typeFloat, RawData: []byte{}}
	if i.ints != nil {
		t.DataType = typeInt64
		for _, v := range i.ints {
			t.RawData = le.AppendUint64(t.RawData, uint64(v))
		}
		return t
	}
	for _, v := range i.values() {
		t.RawData = le.AppendUint32(t.RawData, math.Float32bits(float32(v)))
	}
	return t
}

// dimsOf describes the shape of a value; open is what an open length is called.
func (w *writer) dimsOf(shape nn.Shape, open string) *shapeProto {
	s := &shapeProto{}
	fixed := func(n int) dimProto { v := int64(n); return dimProto{DimValue: &v} }
	if n := w.m.Batch(); n > 0 {
		s.Dim = append(s.Dim, fixed(n))
	} else {
		s.Dim = append(s.Dim, dimProto{DimParam: "batch"})
	}
	for _, n := range shape {
		if n == nn.Any {
			s.Dim = append(s.Dim, dimProto{DimParam: open})
		} else {
			s.Dim = append(s.Dim, fixed(n))
		}
	}
	return s
}

func (w *writer) info(name string, typ int64, shape nn.Shape, open string) valueInfo {
	return valueInfo{Name: name, Type: &typeProto{TensorType: &tensorType{ElemType: typ, Shape: w.dimsOf(shape, open)}}}
}

// under writes what stands below a path.
func (w *writer) under(path string, f func()) {
	before := w.path
	w.path = strings.TrimPrefix(before+"/"+path, "/")
	f()
	w.path = before
}
