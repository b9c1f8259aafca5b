package nn

import (
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// layerGoldens are outputs [batch, time, features] and gradients of
// Σ output·wave(9) by PyTorch, printed by
//
//	/usr/bin/python3 testdata/golden.py layers
//
// with Debian's python3-torch 1.13. The script builds torch.nn.RNN from Keras's
// weights: kernels transposed, its second bias zero.
var layerGoldens = map[string][]float64{
	"simple_rnn": {0.335713710152, 0.74190000769, 0.490231416722, 0.397542588404},
	"simple_rnn/kernel": {
		0.886575750879, 0.0395447283189, 0.762693254908, -0.319880567227, -0.0624059022848, -0.385209144469,
	},
	"simple_rnn/recurrent_kernel": {0.842176405753, -0.317841007077, 0.871891980623, -0.227199518915},
	"simple_rnn/bias":             {-0.873168465006, 0.460550711503},
	"simple_rnn_sequences": {
		-0.8014419277, -0.949089820028, 0.155296020605, 0.753996502222, -0.948469385304, -0.925427429565,
		0.335713710152, 0.74190000769, -0.883967968537, -0.898939655493, 0.401147109037, 0.567880507311,
		-0.966379200848, -0.889371508931, 0.490231416722, 0.397542588404,
	},
	"simple_rnn_sequences/kernel": {
		-0.240710208094, -0.406010328367, -0.205565568237, -0.568000012044, 0.018575107042, -0.207773104113,
	},
	"simple_rnn_sequences/recurrent_kernel": {0.290518959852, -0.482230209742, 0.336853962294, -0.499886362052},
	"simple_rnn_sequences/bias":             {-0.762326251567, 0.413855979878},
	"embedding": {
		-0.911130261885, -0.839071529076, 0.540302305868, -0.416146836547, -0.911130261885, -0.839071529076,
		-0.9899924966, -0.653643620864, -0.911130261885, -0.839071529076, 0.540302305868, -0.416146836547,
	},
	"embedding/embeddings": {
		0.993130316175, 1.25193602055, -0.759687912859, -0.957659480323, 0, 0,
		0, 0, -0.278846818486, -0.0420176026245,
	},
	"dense": {
		-1.10263054057, -1.82252744032, -0.797321209738, 0.457952609826, -1.25884070924, -1.68570365668,
		-0.650348356983, 0.278223531437,
	},
	"dense/kernel": {
		0.647966413574, -0.670637069342, 0.826380062195, -0.0983007374653, 0.245023692681, 0.5644128391,
	},
	"dense/bias": {-0.758945695305, -0.81613983246},
	"dense_sigmoid": {
		0.249247334881, 0.139130876456, 0.3105988295, 0.612528366042, 0.221173522221, 0.156341687028,
		0.342911040171, 0.569110645304,
	},
	"dense_sigmoid/kernel": {
		0.134618276437, -0.0674845807499, 0.168735463145, 0.0254351816052, 0.0477180432002, 0.0949699552928,
	},
	"dense_sigmoid/bias": {-0.184408094818, -0.117025758423},
}

// wave returns cos(offset), cos(offset+1), …, so that no data file is needed.
func wave(offset float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Cos(offset + float64(i))
	}
	return x
}

// put writes x, of the order [batch, time, width], to t in the programs' order,
// [time, batch, width].
func put(t *tensor.Dense, x []float64, batch, steps, width int) {
	each(batch, steps, width, func(outside, inside int) {
		switch t.Dtype() {
		case tensor.Int32:
			t.Int32s()[inside] = int32(x[outside])
		case tensor.Float32:
			t.Float32s()[inside] = float32(x[outside])
		default:
			t.Float64s()[inside] = x[outside]
		}
	})
}

// each calls f with the place of every value in [batch, time, width] and in
// [time, batch, width].
func each(batch, steps, width int, f func(outside, inside int)) {
	for b := range batch {
		for t := range steps {
			for i := range width {
				f((b*steps+t)*width+i, (t*batch+b)*width+i)
			}
		}
	}
}

// TestGoldens holds outputs and the gradient of every weight to PyTorch's, in
// both element types and in every execution.
func TestGoldens(t *testing.T) {
	offsets := map[string]float64{"kernel": 1, "embeddings": 1, "recurrent_kernel": 2, "bias": 3}
	cases := []struct {
		name  string
		input Input
		layer Layer
		batch int
		x     []float64
	}{
		{"simple_rnn", Features(4, 3), SimpleRNN{Units: 2}, 2, wave(0, 24)},
		{"simple_rnn_sequences", Features(4, 3), SimpleRNN{Units: 2, ReturnSequences: true}, 2, wave(0, 24)},
		{"embedding", Tokens(3), Embedding{InputDim: 5, OutputDim: 2}, 2, []float64{4, 0, 4, 1, 4, 0}},
		{"dense", Features(3), Dense{Units: 2}, 4, wave(0, 12)},
		{"dense_sigmoid", Features(3), Dense{Units: 2, Activation: Sigmoid}, 4, wave(0, 12)},
	}
	types := []struct {
		dt  tensor.Dtype
		tol float64
	}{{tensor.Float64, 1e-10}, {tensor.Float32, 2e-6}}
	for _, c := range cases {
		for _, typ := range types {
			for _, exec := range executions {
				t.Run(c.name+"/"+typ.dt.String()+"/"+string(exec), func(t *testing.T) {
					m, err := Sequential{Input: c.input, Layers: []Layer{c.layer}, Dtype: typ.dt}.Build()
					if err != nil {
						t.Fatal(err)
					}
					steps := c.input.Steps()
					p, err := m.Forward(Train, exec, c.batch, steps)
					if err != nil {
						t.Fatal(err)
					}
					put(p.X, c.x, c.batch, max(steps, 1), c.input.Width())

					// The cotangent wave(9) has the order [batch, time, units] too.
					shape := p.Out.Node.Shape()
					outSteps, units := shape[0]/c.batch, shape[1]
					dout := tensor.New(tensor.Of(typ.dt), tensor.WithShape(shape...))
					put(dout, wave(9, shape.TotalSize()), c.batch, outSteps, units)
					loss := p.Inner(p.Out.Node, p.Input("dout", dout))

					var nodes []*graph.Node
					for _, w := range m.Weights() {
						name := w.Name()[len(m.rows[0].name)+1:]
						if err := w.Set(wave(offsets[name], len(w.Float64s()))); err != nil {
							t.Fatal(err)
						}
						nodes = append(nodes, p.WeightNode(w))
					}
					grads := p.Grad(loss, nodes...)
					prog, err := p.Compile(append([]*graph.Node{p.Out.Node}, grads...)...)
					if err != nil {
						t.Fatal(err)
					}
					defer prog.Close()
					if err := prog.Run(); err != nil {
						t.Fatal(err)
					}
					y := floatsOf(t, prog, p.Out.Node)
					got := make([]float64, len(y))
					each(c.batch, outSteps, units, func(outside, inside int) { got[outside] = y[inside] })
					closeTo(t, "output", got, layerGoldens[c.name], typ.tol)
					for i, w := range m.Weights() {
						name := w.Name()[len(m.rows[0].name)+1:]
						closeTo(t, "gradient of "+name, floatsOf(t, prog, grads[i]), layerGoldens[c.name+"/"+name], typ.tol)
					}
				})
			}
		}
	}
}

// floatsOf returns what the program computed for n, as float64.
func floatsOf(t *testing.T, p *graph.Program, n *graph.Node) []float64 {
	t.Helper()
	v, err := p.Value(n)
	if err != nil {
		t.Fatal(err)
	}
	if x := graph.Floats[float64](v); x != nil {
		return append([]float64(nil), x...)
	}
	var y []float64
	for _, x := range graph.Floats[float32](v) {
		y = append(y, float64(x))
	}
	return y
}

func closeTo(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Errorf("%s[%d] is %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}
