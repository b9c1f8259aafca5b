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
// with Debian's python3-torch 1.13. The script builds torch.nn.RNN, LSTM and GRU
// from Keras's weights: kernels transposed, gates reordered, a second bias of
// zeros where Keras has one; a GRU with ResetBefore is written out.
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
	"lstm":                                  {0.0500012159509, -0.258767908739, 0.0524900679527, -0.0978013477102},
	"lstm/kernel": {
		-0.065380187527, -0.0665191618132, 0.00567907473501, 0.0119924153453, 0.0705769014214, -0.0446371939718,
		0.0134924470225, -0.068989777942, -0.0446040722784, -0.0284172152578, 0.00588958087706, 0.0117526059986,
		0.0606202713559, -0.135278396133, 0.0191537409133, -0.0440088920368, 0.0171808213207, 0.0358113879529,
		0.000685233521929, 0.000707504896752, -0.00507035662948, -0.101545264758, 0.00720517374034, 0.0214335662496,
	},
	"lstm/recurrent_kernel": {
		-0.000711185232658, 0.00687752031379, -0.00231241555823, 0.000989740035044, -0.0104873829918, 0.00131565800292,
		-0.00416237489649, 0.00982306954334, 0.0092538947213, 0.00205420978537, 0.00227116080003, -0.00256660081032,
		0.00315437644779, -0.00532432277584, 0.00371537998406, -0.00210400121216,
	},
	"lstm/bias": {
		-0.0455535808125, 0.0255285376083, -0.0258429964069, 0.00664137421924, -0.0921164419373, 0.18081099089,
		-0.0443593983745, 0.0631824972682,
	},
	"lstm_sequences": {
		0.115588758902, 0.0191916580033, 0.0392472249928, -0.196884156284, 0.114227200956, -0.0258370196217,
		0.0500012159509, -0.258767908739, 0.0481873140369, 0.0130799991371, 0.0263892785222, -0.138947534504,
		0.0437259443787, -0.0257259565938, 0.0524900679527, -0.0978013477102,
	},
	"lstm_sequences/kernel": {
		-0.0508027962308, -0.00546900829007, 0.00848674618338, 0.00763708768525, 0.0360682129503, -0.0428953887357,
		-0.0048703152417, 0.00915323133341, -0.0347771151802, 0.000116226572958, 0.00920555921856, 0.0093473752975,
		0.0645949440837, -0.0951306608518, 0.00593760772805, 0.0209871389821, 0.0132224851842, 0.00559460326082,
		0.0014608235618, 0.00246372916885, 0.0337333815215, -0.0599032420982, 0.0112865215353, 0.0135255678378,
	},
	"lstm_sequences/recurrent_kernel": {
		-5.34516628685e-05, 0.000440201376677, -0.00136097176498, 0.00261922726043, -0.00726525296793, -0.000106725628605,
		-0.00170339462743, 0.00255957827157, 0.00206256221422, 0.00219036029593, 0.000929465746844, -0.00441905722925,
		0.00597411180362, 0.00389364094251, -0.00478451697984, -0.00714480861077,
	},
	"lstm_sequences/bias": {
		-0.0599668180599, -0.0169135070216, -0.0156615265805, 0.0353387390914, -0.0883398071975, 0.100599865009,
		-0.0560419763171, 0.00153779429259,
	},
	"gru": {0.969231311341, -0.100186705524, 0.98246545301, -0.288106240861},
	"gru/kernel": {
		0.00614083691153, 0.0104955532621, 0.0226910231281, 0.0217371220176, 0.0331016759054, 0.30004610795,
		0.00926324155594, -0.056779418358, 0.0297536449694, 0.00963814305357, 0.09106205414, -0.0731757477207,
		0.00386906463345, -0.0718516545914, 0.00946090284179, -0.0113221001853, 0.0653003997525, -0.379120158405,
	},
	"gru/recurrent_kernel": {
		0.0142346098477, -0.0253642803251, -0.0296691080516, -0.0210547462304, -0.0307241000179, -0.1157402571,
		-0.00613330787984, 0.0279743217404, -0.0345350076309, -0.01887273736, -0.0358275373237, -0.0936034599884,
	},
	"gru/bias": {
		0.0142651542331, -0.0187222160306, -0.0348713978652, -0.0229704336434, -0.0380058126576, -0.107778981434,
		0.0142651542331, -0.0187222160306, -0.0348713978652, -0.0229704336434, -0.0357039090922, -0.0957603701089,
	},
	"gru_sequences": {
		0.703839375922, 0.708200681092, 0.935722280405, -0.128522928388, 0.881848941372, 0.890665592554,
		0.969231311341, -0.100186705524, 0.53006050307, 0.807770679998, 0.963325663965, -0.438708198884,
		0.835131215348, 0.839067221396, 0.98246545301, -0.288106240861,
	},
	"gru_sequences/kernel": {
		0.093919545567, -0.000243035359015, -0.00365647918045, -0.0204469170264, -0.0977104279739, -0.240791745828,
		0.0578171141451, -0.00264299205476, -0.00575681219747, -0.0158809311138, -0.106871660194, -0.238821151436,
		-0.0314421053845, -0.00261299404414, -0.00256435862903, 0.00328590962612, -0.0177755808956, -0.0172794917935,
	},
	"gru_sequences/recurrent_kernel": {
		-0.0116293403813, 0.128387080522, -0.0228470991092, -0.0131776572341, -0.0217880704488, -0.0217104705621,
		0.00137317797607, -0.00495279622005, -0.00988142801944, 0.0061458835895, -0.00569253982673, 0.111244480479,
	},
	"gru_sequences/bias": {
		0.0840598954468, 0.101907939372, -0.0395887823991, -0.00155263030133, -0.167099984367, 0.179371400739,
		0.0840598954468, 0.101907939372, -0.0395887823991, -0.00155263030133, -0.0434890339785, 0.180822620706,
	},
	"gru_reset_before": {0.903042074196, -0.404965349503, 0.938717350989, -0.495526032635},
	"gru_reset_before/kernel": {
		-0.000449495763907, 0.108245132353, 0.0442766440945, 0.0268047400638, 0.118111617925, 0.143103034284,
		-0.00150980466, -0.0276159297528, 0.0213106671879, 0.0143333765006, 0.105558068926, -0.0366869799463,
		-0.00118200611451, -0.138087033401, -0.0212482388521, -0.0113160273155, -0.0040450818379, -0.182747154004,
	},
	"gru_reset_before/recurrent_kernel": {
		0.00912276584568, -0.0183445184398, -0.0387043990219, -0.00908172109169, -0.0942584594021, -0.049637866715,
		0.00547167722464, -0.00519455575445, -0.0254127605264, -0.0123449380343, -0.0938193321548, -0.0424659456965,
	},
	"gru_reset_before/bias": {
		0.019865051751, -0.00415622791891, -0.0512175133727, -0.0122345146415, -0.209888037027, -0.177308007237,
	},
	"gru_reset_before_sequences": {
		0.494387374163, 0.584666177517, 0.783425916332, -0.329084496536, 0.786080300642, 0.665115699054,
		0.903042074196, -0.404965349503, 0.321379371282, 0.684938487827, 0.845089449067, -0.449088794707,
		0.764814816002, 0.650544174441, 0.938717350989, -0.495526032635,
	},
	"gru_reset_before_sequences/kernel": {
		0.181820976743, 0.0815499496475, 0.0181240455471, 0.00493261680829, -0.15051757893, -0.250725085722,
		0.0999529980912, 0.108239691869, 0.00750489303942, 0.0183703260414, -0.136870205729, -0.19325853721,
		-0.0738113060485, 0.0354143605587, -0.0100142235181, 0.0149184422311, 0.0026150034103, 0.0418890191557,
	},
	"gru_reset_before_sequences/recurrent_kernel": {
		-0.0241136329391, 0.196626124123, -0.0420819927458, 0.0128967515499, -0.0369709630412, -0.0578195161721,
		0.00219766804244, -0.0702493252394, -0.0106724674744, -0.00697864930612, -0.0015685375578, 0.0423082535445,
	},
	"gru_reset_before_sequences/bias": {
		0.148616032816, 0.24406938474, -0.0347408371765, 0.0255268200833, -0.17110330343, -0.180440388415,
	},
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
		{"lstm", Features(4, 3), LSTM{Units: 2}, 2, wave(0, 24)},
		{"lstm_sequences", Features(4, 3), LSTM{Units: 2, ReturnSequences: true}, 2, wave(0, 24)},
		{"gru", Features(4, 3), GRU{Units: 2}, 2, wave(0, 24)},
		{"gru_sequences", Features(4, 3), GRU{Units: 2, ReturnSequences: true}, 2, wave(0, 24)},
		{"gru_reset_before", Features(4, 3), GRU{Units: 2, ResetBefore: true}, 2, wave(0, 24)},
		{"gru_reset_before_sequences", Features(4, 3), GRU{Units: 2, ResetBefore: true, ReturnSequences: true}, 2, wave(0, 24)},
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
					put(p.Inputs[0].X, c.x, c.batch, max(steps, 1), c.input.Width())

					// The cotangent wave(9) has the order [batch, time, units] too.
					shape := p.Outputs[0].Node.Shape()
					outSteps, units := shape[0]/c.batch, shape[1]
					dout := tensor.New(tensor.Of(typ.dt), tensor.WithShape(shape...))
					put(dout, wave(9, shape.TotalSize()), c.batch, outSteps, units)
					loss := p.Inner(p.Outputs[0].Node, p.Input("dout", dout))

					var nodes []*graph.Node
					for _, w := range m.Weights() {
						name := w.Name()[len(m.rows[0].name)+1:]
						if err := w.Set(wave(offsets[name], len(w.Float64s()))); err != nil {
							t.Fatal(err)
						}
						nodes = append(nodes, p.WeightNode(w))
					}
					grads := p.Grad(loss, nodes...)
					prog, err := p.Compile(append([]*graph.Node{p.Outputs[0].Node}, grads...)...)
					if err != nil {
						t.Fatal(err)
					}
					defer prog.Close()
					if err := prog.Run(); err != nil {
						t.Fatal(err)
					}
					y := floatsOf(t, prog, p.Outputs[0].Node)
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
