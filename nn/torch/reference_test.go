package torch

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// values is a tensor of a state_dict.
type values struct {
	shape []int
	x     []float64 // of float32, or
	typ   string    // another type, and
	raw   []byte    // its bytes
}

// dict is a state_dict. Its methods are PyTorch's modules with the parameters below a
// prefix, by the equations of PyTorch's documentation, one number after the other. A
// sequence is [time][features].
type dict map[string]values

// add draws a parameter.
func (d dict) add(r *rand.Rand, name string, shape ...int) {
	v := values{shape: shape}
	n := 1
	for _, s := range shape {
		n *= s
	}
	for range n {
		v.x = append(v.x, float64(float32(r.Float64()*1.6-0.8)))
	}
	d[name] = v
}

// recurrent draws the parameters of RNN, LSTM or GRU.
func (d dict) recurrent(r *rand.Rand, prefix string, gates, features, hidden, layers int, bidirectional, bias bool) {
	for l := range layers {
		for _, suffix := range []string{"", "_reverse"} {
			if suffix != "" && !bidirectional {
				continue
			}
			end := fmt.Sprint("_l", l, suffix)
			d.add(r, prefix+"weight_ih"+end, gates*hidden, features)
			d.add(r, prefix+"weight_hh"+end, gates*hidden, hidden)
			if bias {
				d.add(r, prefix+"bias_ih"+end, gates*hidden)
				d.add(r, prefix+"bias_hh"+end, gates*hidden)
			}
		}
		if features = hidden; bidirectional {
			features *= 2
		}
	}
}

// file is what save_file of safetensors writes: the length of a header, the header, which
// has types, shapes and places, and the numbers.
func (d dict) file(t testing.TB) []byte {
	t.Helper()
	header := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	var data []byte
	for _, name := range slices.Sorted(maps.Keys(d)) {
		v, from := d[name], len(data)
		for _, x := range v.x {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(x)))
		}
		data = append(data, v.raw...)
		header[name] = map[string]any{"dtype": cmp.Or(v.typ, "F32"), "shape": append([]int{}, v.shape...), "data_offsets": []int{from, len(data)}}
	}
	head, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), data...)
}

// linear is W·x + b of the parameters, of which b need not be there.
func (d dict) linear(weight, bias string, x []float64) []float64 {
	w := d[weight]
	y := make([]float64, w.shape[0])
	for i := range y {
		for j, v := range x {
			y[i] += w.x[i*len(x)+j] * v
		}
		if b, ok := d[bias]; ok {
			y[i] += b.x[i]
		}
	}
	return y
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// cell is a step of RNNCell, LSTMCell or GRUCell.
func (d dict) cell(kind, prefix, end string, x, h, c []float64) (h1, c1 []float64) {
	a := d.linear(prefix+"weight_ih"+end, prefix+"bias_ih"+end, x)
	b := d.linear(prefix+"weight_hh"+end, prefix+"bias_hh"+end, h)
	n := len(h)
	h1, c1 = make([]float64, n), make([]float64, n)
	for k := range n {
		switch kind {
		case "RNN": // h' = tanh(W_ih x + b_ih + W_hh h + b_hh)
			h1[k] = math.Tanh(a[k] + b[k])
		case "LSTM": // i, f, g, o
			i, f := sigmoid(a[k]+b[k]), sigmoid(a[n+k]+b[n+k])
			g, o := math.Tanh(a[2*n+k]+b[2*n+k]), sigmoid(a[3*n+k]+b[3*n+k])
			c1[k] = f*c[k] + i*g
			h1[k] = o * math.Tanh(c1[k])
		case "GRU": // r, z, n
			r, z := sigmoid(a[k]+b[k]), sigmoid(a[n+k]+b[n+k])
			new := math.Tanh(a[2*n+k] + r*b[2*n+k])
			h1[k] = (1-z)*new + z*h[k]
		}
	}
	return h1, c1
}

// rnn is a module RNN, LSTM or GRU with batch_first=True, dropout of 0.
func (d dict) rnn(kind, prefix string, layers int, bidirectional bool, x [][]float64) [][]float64 {
	for l := range layers {
		y := make([][]float64, len(x))
		for _, suffix := range []string{"", "_reverse"} {
			if suffix != "" && !bidirectional {
				continue
			}
			end := fmt.Sprint("_l", l, suffix)
			n := d[prefix+"weight_hh"+end].shape[1]
			h, c := make([]float64, n), make([]float64, n)
			for i := range x {
				t := i
				if suffix != "" {
					t = len(x) - 1 - i
				}
				h, c = d.cell(kind, prefix, end, x[t], h, c)
				y[t] = append(y[t], h...)
			}
		}
		x = y
	}
	return x
}

// each applies a function to each step.
func each(x [][]float64, f func([]float64) []float64) [][]float64 {
	y := make([][]float64, len(x))
	for t := range x {
		y[t] = f(x[t])
	}
	return y
}

// conv1d is Conv1d without padding: out[o][t] = b[o] + Σ w[o][i][k]·in[i][t + k], where i
// runs over the inputs of the group of o.
func (d dict) conv1d(prefix string, groups int, x [][]float64) [][]float64 {
	w, b := d[prefix+"weight"], d[prefix+"bias"]
	out, in, size := w.shape[0], w.shape[1], w.shape[2]
	y := make([][]float64, len(x)-size+1)
	for t := range y {
		for o := range out {
			sum := b.x[o]
			for i := range in {
				for k := range size {
					sum += w.x[(o*in+i)*size+k] * x[t+k][o/(out/groups)*in+i]
				}
			}
			y[t] = append(y[t], sum)
		}
	}
	return y
}

// convTranspose1d is ConvTranspose1d with a stride: out[o][t·stride + k] += w[i][o][k]·in[i][t].
func (d dict) convTranspose1d(prefix string, stride int, x [][]float64) [][]float64 {
	w, b := d[prefix+"weight"], d[prefix+"bias"]
	in, out, size := w.shape[0], w.shape[1], w.shape[2]
	y := make([][]float64, (len(x)-1)*stride+size)
	for t := range y {
		y[t] = append(y[t], b.x...)
	}
	for t := range x {
		for i := range in {
			for o := range out {
				for k := range size {
					y[t*stride+k][o] += w.x[(i*out+o)*size+k] * x[t][i]
				}
			}
		}
	}
	return y
}

// attention is MultiheadAttention with query, key and value x.
func (d dict) attention(prefix string, heads int, x [][]float64) [][]float64 {
	width := len(x[0])
	all := each(x, func(x []float64) []float64 { return d.linear(prefix+"in_proj_weight", prefix+"in_proj_bias", x) })
	size := width / heads
	return each(all, func(q []float64) []float64 {
		y := make([]float64, width)
		for h := range heads {
			var weights []float64
			total := 0.0
			for _, k := range all {
				score := 0.0
				for i := range size {
					score += q[h*size+i] * k[width+h*size+i]
				}
				weights = append(weights, math.Exp(score/math.Sqrt(float64(size))))
				total += weights[len(weights)-1]
			}
			for t, v := range all {
				for i := range size {
					y[h*size+i] += weights[t] / total * v[2*width+h*size+i]
				}
			}
		}
		return d.linear(prefix+"out_proj.weight", prefix+"out_proj.bias", y)
	})
}
