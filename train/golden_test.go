package train_test

import (
	"context"
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// trainingGoldens are the losses of three batches and the weights after them,
// by PyTorch with Keras's formulas for the optimizers, printed by
//
//	/usr/bin/python3 ../nn/testdata/golden.py training
//
// with Debian's python3-torch 1.13.
var trainingGoldens = map[string][]float64{
	"one_hot/sgd/losses": {0.462280873348, 0.584578852767, 1.25060683858},
	"one_hot/sgd/simple_rnn/kernel": {
		-0.415961430261, -0.98941677422, -0.653152178836, 0.284729299366, 0.958201339551, 0.753889066498,
		-0.145587779048, -0.911278218555, -0.839169830558, 0.00343507355846, 0.844624918412, 0.907289056962,
		0.137013194753, -0.761604786783, -0.95752747222, -0.275198297734, 0.660803194495, 0.988728018174,
		0.408932341909, -0.550599078313, -0.99936827633,
	},
	"one_hot/sgd/simple_rnn/recurrent_kernel": {
		-0.990304157168, -0.653954996668, 0.284480151905, 0.962853795397, 0.751460466422, -0.143307479674,
		-0.909230004917, -0.841099939943, 0.00577055142781,
	},
	"one_hot/sgd/simple_rnn/bias": {-0.652378173387, 0.278591757991, 0.961140473019},
	"one_hot/sgd/dense/kernel":    {0.285213025483, 0.957890341892, 0.751169696109},
	"one_hot/sgd/dense/bias":      {0.954573553784},
	"one_hot/adam/losses":         {0.462280873348, 0.584082302452, 1.25134979206},
	"one_hot/adam/simple_rnn/kernel": {
		-0.413504250476, -0.989871192379, -0.650979024165, 0.283841275234, 0.960805533375, 0.753207575669,
		-0.145208387199, -0.912137728172, -0.840992078892, 0.00182255556725, 0.844367268673, 0.908566084984,
		0.138303268556, -0.761776836893, -0.956143208966, -0.275006666737, 0.663177303402, 0.990095533801,
		0.410884180503, -0.550167963195, -0.997226729516,
	},
	"one_hot/adam/simple_rnn/recurrent_kernel": {
		-0.988414007635, -0.652765141646, 0.285645442815, 0.963161859233, 0.754050834431, -0.142764132834,
		-0.908319983463, -0.841705777933, 0.00442517684739,
	},
	"one_hot/adam/simple_rnn/bias": {-0.650912312017, 0.281166024327, 0.962976979866},
	"one_hot/adam/dense/kernel":    {0.284946197373, 0.961042338549, 0.755426320478},
	"one_hot/adam/dense/bias":      {0.958103103383},
	"embedding/sgd/losses":         {1.2323112607, 0.466372815178, 0.797193590206},
	"embedding/sgd/embedding/embeddings": {
		0.539292972706, -0.415162532465, -0.99093047424, -0.652775357862, 0.288868533201, 0.955047291318,
		0.758873865864, -0.150142841892, -0.910140457391, -0.840066523035, 0.00540611565234, 0.842907031184,
		0.906160687985, 0.13805891533, -0.761014457296, -0.95635265308, -0.272835546108, 0.658021507003,
		0.99092111625, 0.40598881152, -0.548530784045, -0.999138970803, -0.533661164901, 0.424989986158,
		0.992545183449, 0.645603597912, -0.290876861028, -0.963781400153,
	},
	"embedding/sgd/simple_rnn/kernel": {
		-0.415440267969, -0.991046366448, -0.65248544349, 0.28522019314, 0.951353512692, 0.754573732083,
		-0.144527677699, -0.919584258084, -0.839508733902, 0.0039228351457, 0.843516912936, 0.906307255818,
	},
	"embedding/sgd/simple_rnn/recurrent_kernel": {
		-0.99141117254, -0.648645817829, 0.282302509123, 0.958031617672, 0.755691035896, -0.14867114592,
		-0.911645923027, -0.842208248275, 0.00304793432106,
	},
	"embedding/sgd/simple_rnn/bias": {-0.652201277326, 0.275455896956, 0.961307157588},
	"embedding/sgd/dense/kernel":    {0.285876735584, 0.957670208727, 0.749707005871},
	"embedding/sgd/dense/bias":      {0.953901569032},
	"embedding/adam/losses":         {1.2323112607, 0.466723133105, 0.800643527859},
	"embedding/adam/embedding/embeddings": {
		0.538012525624, -0.41386239059, -0.992271097168, -0.651371086304, 0.282569641725, 0.961246048456,
		0.752843798499, -0.144460177335, -0.909062806899, -0.841128338997, 0.00647246472218, 0.841816988088,
		0.907033243951, 0.137164091957, -0.760126604157, -0.957210562575, -0.272968967293, 0.658119373743,
		0.990904878513, 0.405878661285, -0.550172730089, -0.997417701964, -0.53546583028, 0.426894772025,
		0.991511823542, 0.646618567975, -0.291846301094, -0.962889392834,
	},
	"embedding/adam/simple_rnn/kernel": {
		-0.416796413067, -0.988594446902, -0.651023669452, 0.283826455233, 0.959744795249, 0.753750332641,
		-0.142855266185, -0.914050874312, -0.840598025421, 0.00535472180475, 0.842107474611, 0.905176178616,
	},
	"embedding/adam/simple_rnn/recurrent_kernel": {
		-0.992003148387, -0.651593154366, 0.284875786634, 0.957409333207, 0.753089704444, -0.148367328401,
		-0.91381652662, -0.841036066511, 0.00147480822397,
	},
	"embedding/adam/simple_rnn/bias": {-0.652515136747, 0.281679339321, 0.958940798938},
	"embedding/adam/dense/kernel":    {0.285606710017, 0.958092343872, 0.751727306547},
	"embedding/adam/dense/bias":      {0.957920800092},
}

// TestTrainingGoldens trains both experiments' models, at reduced size, for an
// epoch of batches of 4, 4 and 2, and holds each batch's loss and all weights
// to PyTorch's.
func TestTrainingGoldens(t *testing.T) {
	const words = 7
	d := train.Data{}
	for i := range 10 {
		x := make([]int32, 5)
		for j := range x {
			x[j] = int32((3*i + j*j) % words)
		}
		d.Tokens = append(d.Tokens, x)
		y := float32(0)
		if i*i%3 == 1 {
			y = 1
		}
		d.Targets = append(d.Targets, y)
	}
	offsets := map[string]float64{
		"embedding/embeddings":        1,
		"simple_rnn/kernel":           2,
		"simple_rnn/recurrent_kernel": 3,
		"simple_rnn/bias":             4,
		"dense/kernel":                5,
		"dense/bias":                  6,
	}
	encodings := map[string]nn.Layer{
		"one_hot":   nn.OneHot{Depth: words},
		"embedding": nn.Embedding{InputDim: words, OutputDim: 4},
	}
	optimizers := map[string]func() train.Optimizer{
		"sgd":  func() train.Optimizer { return &optimizers.SGD{} },
		"adam": func() train.Optimizer { return &optimizers.Adam{} },
	}
	types := []struct {
		dt  tensor.Dtype
		tol float64
	}{{tensor.Float64, 1e-10}, {tensor.Float32, 3e-6}}
	for encoding, first := range encodings {
		for optimizer, newOptimizer := range optimizers {
			for _, typ := range types {
				name := encoding + "/" + optimizer
				t.Run(name+"/"+typ.dt.String(), func(t *testing.T) {
					m, err := nn.Sequential{Input: nn.Tokens(5), Dtype: typ.dt, Layers: []nn.Layer{
						first, nn.SimpleRNN{Units: 3}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
					}}.Build()
					if err != nil {
						t.Fatal(err)
					}
					for _, w := range m.Weights() {
						x := w.Float64s()
						for i := range x {
							x[i] = math.Cos(offsets[w.Name()] + float64(i))
						}
						if err := w.Set(x); err != nil {
							t.Fatal(err)
						}
					}
					tr, err := train.Compile(m, train.Config{Optimizer: newOptimizer(), Loss: nn.BinaryCrossentropy{}})
					if err != nil {
						t.Fatal(err)
					}
					defer tr.Close()

					// Logs hold the mean since the epoch's start, over samples.
					var losses []float64
					sum, samples := 0.0, 0.0
					hook := func(e *train.Event) error {
						if e.Kind == train.BatchEnd {
							n := math.Min(4, 10-samples)
							samples += n
							losses = append(losses, (e.Logs["loss"]*samples-sum)/n)
							sum = e.Logs["loss"] * samples
						}
						return nil
					}
					_, err = tr.Fit(context.Background(), d, train.FitConfig{BatchSize: 4, NoShuffle: true, Callbacks: []train.Callback{train.CallbackFunc(hook)}})
					if err != nil {
						t.Fatal(err)
					}
					near := func(what string, got []float64) {
						want := trainingGoldens[name+"/"+what]
						if len(got) != len(want) {
							t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
						}
						for i := range got {
							if !(math.Abs(got[i]-want[i]) <= typ.tol*(1+math.Abs(want[i]))) {
								t.Errorf("%s[%d] is %.12g, want %.12g", what, i, got[i], want[i])
							}
						}
					}
					near("losses", losses)
					for _, w := range m.Weights() {
						near(w.Name(), w.Float64s())
					}
				})
			}
		}
	}
}
