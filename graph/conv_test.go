package graph

import (
	"math"
	"testing"
)

// windows are settings that meet the edges of a sequence of 5 steps.
var windows = map[string]Window{
	"one":           {Size: 1},
	"valid":         {Size: 3},
	"whole":         {Size: 5},
	"valid_strides": {Size: 2, Strides: 2},
	"dilated":       {Size: 2, Dilation: 3},
	"same":          {Size: 3, Padding: "same"},
	"same_even":     {Size: 4, Padding: "same"},
	"same_strides":  {Size: 2, Strides: 3, Padding: "same"},
	"same_longer":   {Size: 9, Padding: "same"},
	"same_dilated":  {Size: 3, Dilation: 2, Padding: "same"},
	"strides_jump":  {Size: 2, Strides: 7, Padding: "same"},
	"causal":        {Size: 3, Padding: "causal"},
	"causal_both":   {Size: 2, Strides: 2, Dilation: 2, Padding: "causal"},
}

func init() {
	for name, w := range windows {
		cases = append(cases, []gradientCase{
			{"conv1d_" + name, [][]int{{10, 3}, {w.Size, 3, 2}}, func(b *Builder, p []*Node) *Node {
				return b.Conv1D(b.Tanh(p[0]), p[1], 5, w)
			}},
			{"max_pool_" + name, [][]int{{10, 3}}, func(b *Builder, p []*Node) *Node { return b.MaxPool(p[0], 5, w) }},
			{"average_pool_" + name, [][]int{{10, 3}}, func(b *Builder, p []*Node) *Node { return b.AveragePool(p[0], 5, w) }},
		}...)
	}
	cases = append(cases, []gradientCase{
		{"conv1d_one_step", [][]int{{1, 2}, {1, 2, 3}}, func(b *Builder, p []*Node) *Node { return b.Conv1D(p[0], p[1], 1, Window{}) }},
		{"global_max", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.GlobalMax(p[0], nil, 3) }},
		{"global_average", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.GlobalAverage(p[0], nil, 3) }},
		{"global_average_masked", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node {
			return b.GlobalAverage(p[0], input(b, "m", []int{6, 1}, 1, 0, 0, 0, 1, 0), 3)
		}},
		{"reshape", [][]int{{4, 3}}, func(b *Builder, p []*Node) *Node { return b.Tanh(b.Reshape(p[0], 2, 6)) }},
		{"batch_major", [][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.BatchMajor(p[0], 3) }},
		{"time_major", [][]int{{2, 6}}, func(b *Builder, p []*Node) *Node { return b.TimeMajor(p[0], 3) }},
		{"repeat", [][]int{{2, 3}}, func(b *Builder, p []*Node) *Node {
			return b.Mul(b.RepeatSteps(p[0], 3), b.RepeatSteps(b.Tanh(p[0]), 3))
		}},
		{"repeat_once", [][]int{{2, 3}}, func(b *Builder, p []*Node) *Node { return b.Tanh(b.RepeatSteps(p[0], 1)) }},
	}...)
}

// padded returns the steps that a window reads for output step s of n, nil for
// padding, worked out by writing the padding down: TensorFlow's rule.
func padded(w Window, n int) (reads [][]int) {
	strides, dilation := max(w.Strides, 1), max(w.Dilation, 1)
	reach := (w.Size-1)*dilation + 1
	before, after := 0, 0
	switch w.Padding {
	case "same":
		total := max((int(math.Ceil(float64(n)/float64(strides)))-1)*strides+reach-n, 0)
		before, after = total/2, total-total/2
	case "causal":
		before = reach - 1
	}
	var line []int
	for i := -before; i < n+after; i++ {
		line = append(line, i)
	}
	for at := 0; at+reach <= len(line); at += strides {
		var one []int
		for k := range w.Size {
			one = append(one, line[at+k*dilation])
		}
		reads = append(reads, one)
	}
	return reads
}

// TestWindows holds convolution and pooling to loops over samples and steps.
func TestWindows(t *testing.T) {
	for name, w := range windows {
		trials(t, func(t trial) {
			steps, batch := max(5, t.upTo(9)), t.upTo(3)
			features, filters := t.upTo(4), t.upTo(4)
			if w.Padding != "" {
				steps = t.upTo(9)
			}
			x, m := t.matrix("x", steps*batch, features)
			flat, kernel := t.matrix("kernel", w.Size*features, filters)
			reads := padded(w, steps)
			if n, err := w.Steps(steps); err != nil || n != len(reads) {
				t.Fatalf("%s: %d steps, error %v, want %d", name, n, err, len(reads))
			}
			var conv, largest, mean []float64
			for _, read := range reads {
				for b := range batch {
					sums := make([]float64, filters)
					for k, i := range read {
						if i < 0 || i >= steps {
							continue
						}
						for f, v := range m[i*batch+b] {
							for j, w := range kernel[k*features+f] {
								sums[j] += v * w
							}
						}
					}
					conv = append(conv, sums...)
					for f := range features {
						most, sum, n := math.Inf(-1), 0.0, 0.0
						for _, i := range read {
							if i >= 0 && i < steps {
								most, sum, n = max(most, m[i*batch+b][f]), sum+m[i*batch+b][f], n+1
							}
						}
						largest, mean = append(largest, most), append(mean, sum/n)
					}
				}
			}
			t.holds(name+": conv1d", t.Conv1D(x, t.Reshape(flat, w.Size, features, filters), steps, w), conv)
			t.holds(name+": max", t.MaxPool(x, steps, w), largest)
			t.holds(name+": average", t.AveragePool(x, steps, w), mean)
		})
	}
}

// TestGlobalAverageOfNothing: a sample whose steps are all masked gives zeros.
func TestGlobalAverageOfNothing(t *testing.T) {
	trials(t, func(t trial) {
		x, _ := t.matrix("x", 6, 2)
		t.holds("average", t.GlobalAverage(x, t.Zeros(6, 1), 3), make([]float64, 4))
	})
}

// TestBatchMajor: x[t][b] goes to y[b][t].
func TestBatchMajor(t *testing.T) {
	trials(t, func(t trial) {
		steps, batch, features := t.upTo(5), t.upTo(4), t.upTo(3)
		x, m := t.matrix("x", steps*batch, features)
		var want, same []float64
		for b := range batch {
			for s := range steps {
				want = append(want, m[s*batch+b]...)
			}
		}
		for _, row := range m {
			same = append(same, row...)
		}
		y := t.BatchMajor(x, steps)
		t.holds("batch major", y, want)
		t.holds("and back", t.TimeMajor(y, steps), same)
	})
}

// TestBadWindows: settings that make no sense.
func TestBadWindows(t *testing.T) {
	for want, c := range map[string]struct {
		w     Window
		steps int
	}{
		"a window of 0 steps": {Window{}, 3},
		"a window that reaches over 5 steps on a sequence of 4": {Window{Size: 3, Dilation: 2}, 4},
		`unknown padding "full"`:                                {Window{Size: 1, Padding: "full"}, 4},
		"strides are -1 and dilation is 0, want at least 1":     {Window{Size: 1, Strides: -1}, 4},
		"a sequence of 0 steps":                                 {Window{Size: 1}, 0},
	} {
		if _, err := c.w.Steps(c.steps); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}
