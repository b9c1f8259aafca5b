package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"unroll/internal/answer"
)

// The reports of the tests. The curves are those of
//
//	sentiment train --data sample --epochs 8
//
// All else is made up.

func history(rows ...[5]float64) (c Curves) {
	for _, r := range rows {
		c.Loss, c.Score = append(c.Loss, r[0]), append(c.Score, r[1])
		c.ValLoss, c.ValScore = append(c.ValLoss, r[2]), append(c.ValScore, r[3])
		c.Seconds = append(c.Seconds, r[4])
	}
	return c
}

func onehot() Experiment {
	return Experiment{
		Name: "onehot", Description: "One-hot vectors of the 100 most frequent words into a SimpleRNN of 32 units.", Parameters: 4289,
		Layers: []Layer{{"simple_rnn", "SimpleRNN", "(None, 32)", 4256}, {"dense", "Dense", "(None, 1)", 33}},
		Curves: history(
			[5]float64{0.6983, 0.5116, 0.7094, 0.5050, 0.048}, [5]float64{0.6918, 0.5318, 0.6987, 0.5250, 0.036},
			[5]float64{0.6866, 0.5378, 0.6989, 0.5225, 0.033}, [5]float64{0.6826, 0.5597, 0.6895, 0.5325, 0.033},
			[5]float64{0.6790, 0.5625, 0.6889, 0.5250, 0.041}, [5]float64{0.6759, 0.5716, 0.6850, 0.5488, 0.036},
			[5]float64{0.6734, 0.5728, 0.6843, 0.5425, 0.034}, [5]float64{0.6702, 0.5825, 0.6793, 0.5525, 0.031}),
		Validation: &Evaluation{0.6793, 0.5525, 800}, Test: &Evaluation{0.6760, 0.5650, 1000},
		Confusion: [][]float64{{301, 203}, {232, 264}},
		PerClass:  []ClassScore{{"negative", 0.565, 0.597, 0.580, 504}, {"positive", 0.565, 0.532, 0.548, 496}},
		ROC:       rocOf(0.25),
		Wrong:     examples[:1],
	}
}

func embedding() Experiment {
	return Experiment{
		Name: "embedding", Description: "A learned vector for each of 1,000 words into a SimpleRNN of 8 units.", Parameters: 32337,
		Layers: []Layer{{"embedding", "Embedding", "(None, 100, 32)", 32000}, {"simple_rnn", "SimpleRNN", "(None, 8)", 328}, {"dense", "Dense", "(None, 1)", 9}},
		Diagram: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 190" width="220" height="190"><style>rect{fill:none;stroke:#59616b}text{font:14px sans-serif;fill:#59616b}</style><g id="arrow">` +
			`<rect x="10" y="10" width="200" height="40" rx="6"/><text x="26" y="35">Embedding (100, 32)</text><rect x="10" y="75" width="200" height="40" rx="6"/><text x="26" y="100">SimpleRNN (8)</text><rect x="10" y="140" width="200" height="40" rx="6"/><text x="26" y="165">Dense (1)</text></g></svg>`,
		Curves: history(
			[5]float64{0.5900, 0.6713, 0.5138, 0.7413, 0.065}, [5]float64{0.4545, 0.7950, 0.4703, 0.7338, 0.035},
			[5]float64{0.3866, 0.8484, 0.4546, 0.7413, 0.086}, [5]float64{0.3366, 0.8838, 0.4492, 0.7575, 0.031},
			[5]float64{0.2948, 0.9003, 0.4587, 0.7538, 0.028}, [5]float64{0.2636, 0.9147, 0.4467, 0.7775, 0.013},
			[5]float64{0.2369, 0.9300, 0.4549, 0.7763, 0.021}, [5]float64{0.2180, 0.9366, 0.4862, 0.7625, 0.022}),
		Validation: &Evaluation{0.4862, 0.7625, 800}, Test: &Evaluation{0.5285, 0.7520, 1000},
		Confusion: [][]float64{{392, 112}, {136, 360}},
		PerClass:  []ClassScore{{"negative", 0.742, 0.778, 0.760, 504}, {"positive", 0.763, 0.726, 0.744, 496}},
		ROC:       rocOf(1.4),
		Trust: &Trust{
			Samples: 1010, Unknown: 10, MacroF1: 0.752, BalancedAccuracy: 0.752, Brier: 0.181, ECE: 0.043, Bound: 0.031,
			Reliability: []Bin{{0.52, 0.51, 505}, {0.86, 0.81, 505}}, Coverage: []Coverage{{0.9, 0.25, 0.9}, {0.7, 0.5, 0.84}, {0.5, 1, 0.745}},
		},
		Wrong: examples[:3], Unsure: examples[3:],
	}
}

func bag() Experiment {
	return Experiment{
		NoText: "positive, 0.51", Name: "bag_of_words", Description: "Counts of words into a logistic regression.", Baseline: true, Parameters: 1001,
		Layers: []Layer{{"dense", "Dense", "(None, 1)", 1001}},
		Curves: history(
			[5]float64{0.6512, 0.6402, 0.6201, 0.6788, 0.011}, [5]float64{0.5873, 0.7290, 0.5702, 0.7125, 0.009},
			[5]float64{0.5391, 0.7661, 0.5411, 0.7263, 0.009}, [5]float64{0.5034, 0.7878, 0.5203, 0.7313, 0.010},
			[5]float64{0.4761, 0.8032, 0.5050, 0.7338, 0.009}, [5]float64{0.4544, 0.8135, 0.4935, 0.7375, 0.009},
			[5]float64{0.4367, 0.8229, 0.4847, 0.7400, 0.009}, [5]float64{0.4217, 0.8300, 0.4779, 0.7413, 0.009}),
		Validation: &Evaluation{0.4779, 0.7413, 800}, Test: &Evaluation{0.4991, 0.7390, 1000},
		Confusion: [][]float64{{381, 123}, {138, 358}},
		ROC:       rocOf(1.3),
	}
}

// rocOf is the curve of two normal distributions so far apart.
func rocOf(d float64) *ROC {
	const n = 2000
	c := &ROC{AUC: Number(upper(-d / math.Sqrt2))}
	for i := range n + 1 {
		t := 5 - 11*float64(i)/n
		c.Points = append(c.Points, [2]float64{upper(t), upper(t - d)})
	}
	c.Points = append(c.Points, [2]float64{1, 1})
	return c
}

// upper is the normal distribution's upper tail.
func upper(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

var examples = []Example{
	marked(Example{Text: "I had heard so much about this picture, and the first hour does promise something. But nothing that is promised comes: the story is boring, the acting is wooden, and the great cast is wasted on lines that no one could speak. What a shame.", True: "negative", Predicted: "positive", Probability: 0.973},
		map[string]float64{"promise": 0.31, "nothing": -0.22, "boring": -0.84, "wooden": -0.35, "great": 1.42, "wasted": -0.61, "story": 0.12, "much": 0.2, "shame": -0.4, "heard": 0.05}),
	marked(Example{Text: "Not a bad film at all. Terrible things happen in it, and it never looks away; the worst of them is shown in silence. I will not forget it.", True: "positive", Predicted: "negative", Probability: 0.941},
		map[string]float64{"Terrible": 1.12, "worst": 1.51, "bad": 0.92, "forget": -0.33, "film": -0.08, "silence": -0.2}),
	marked(Example{Text: strings.Repeat("The plot goes on, and on, and then it goes on some more. ", 24) + "And yet it is wonderful.", True: "positive", Predicted: "negative", Probability: 0.902},
		map[string]float64{"plot": 0.21, "wonderful": -1.3, "more": 0.1}),
	marked(Example{Text: "It is what it is.", True: "negative", Predicted: "positive", Probability: 0.502}, map[string]float64{"what": 0.02}),
	marked(Example{Text: "A fine beginning, a dull middle and a fine end.", True: "positive", Predicted: "positive", Probability: 0.507},
		map[string]float64{"fine": 0.44, "dull": -0.78, "end": 0.02}),
}

// marked finds the words in the text.
func marked(x Example, pushes map[string]float64) Example {
	for from := 0; from < len(x.Text); {
		at := from
		for at < len(x.Text) && !strings.ContainsRune(" ,.:;", rune(x.Text[at])) {
			at++
		}
		if at > from {
			x.Words = append(x.Words, answer.Word{Start: from, End: at, Push: pushes[x.Text[from:at]]})
		}
		from = at + 1
	}
	return x
}

func run(name string, experiments ...Experiment) Run {
	return Run{
		Name: name, Data: "sample", Source: "4,000 reviews written by the program: 3,200 to train, 800 to validate, 1,000 to test",
		When: time.Date(2026, 11, 24, 23, 31, 0, 0, time.UTC), Seconds: 74.2, Seed: 42,
		Command:  "sentiment train --data sample --model onehot,embedding --epochs 8 --seed 42 --out runs/" + name,
		Settings: []Setting{{"epochs", "8"}, {"batch", "32"}, {"maxlen", "100"}, {"rnn", "auto (fused)"}, {"optimizer", "adam"}, {"learning rate", "0.001"}},
		Versions: []Setting{{"sentiment", "v0.3.0"}, {"go", "go1.26.0 linux/amd64"}, {"kernels", "avx512"}, {"processor", "AMD EPYC, 2 cores"}},
		Classes:  []string{"negative", "positive"}, Experiments: experiments,
	}
}

var accuracy = Measure{Name: "accuracy", Percent: true}

func usual() Report {
	return Report{Title: "Sentiment of film reviews", Score: accuracy, Runs: []Run{run("latest", onehot(), embedding(), bag())}}
}

func compared() Report {
	a, b, c := run("monday", onehot(), embedding()), run("tuesday", onehot(), embedding()), run("wednesday", embedding())
	b.Seed, b.Settings[2].Value, b.Settings[5].Value = 43, "200", "0.0003"
	for i := range b.Experiments {
		for j := range b.Experiments[i].Curves.ValScore {
			b.Experiments[i].Curves.ValScore[j] += 0.013
			b.Experiments[i].Curves.ValLoss[j] -= 0.02
		}
		b.Experiments[i].Test.Score += 0.011
	}
	c.Settings = append(c.Settings, Setting{"schedule", "cosine"})
	return Report{Title: "Three runs", Score: accuracy, Runs: []Run{a, b, c}}
}

func regression() Report {
	e := Experiment{Name: "lstm", Parameters: 33321, Curves: Curves{
		Loss: Floats{2.1, 1.4, 1.1, 0.9, 0.84}, Score: Floats{1.2, 0.97, 0.83, 0.75, 0.72},
		ValLoss: Floats{1.8, 1.3, 1.15, 1.1, 1.12}, ValScore: Floats{1.07, 0.9, 0.86, 0.82, 0.83}},
		Test:  &Evaluation{1.13, 0.834, 5000},
		Wrong: []Example{marked(Example{Text: "Ten stars? I would give it none.", True: "1", Predicted: "9.2"}, map[string]float64{"Ten": 3.1, "none": -1.2})},
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		t := float64(1 + random.IntN(10))
		e.Predictions = append(e.Predictions, Prediction{t, 5.5 + 0.8*(t-5.5) + random.NormFloat64()})
	}
	r := run("stars", e)
	r.Classes = nil
	return Report{Title: "Stars of reviews", Score: Measure{Name: "mean_absolute_error", Lower: true}, Runs: []Run{r}}
}

func manyClasses() Report {
	var classes []string
	e := Experiment{Name: "topics", Parameters: 40000, Validation: &Evaluation{0.9, 0.71, 4000}}
	e.Curves = Curves{Loss: Floats{2.1, 1.2, 0.9}, Score: Floats{0.4, 0.6, 0.7}}
	for i := range 20 {
		classes = append(classes, fmt.Sprintf("topic %d of twenty", i+1))
		row := make([]float64, 20)
		for j := range row {
			row[j] = float64((i*7 + j*13) % 5 * ((i + j) % 3))
		}
		row[i] = 140 + float64(i)
		e.Confusion = append(e.Confusion, row)
		e.PerClass = append(e.PerClass, ClassScore{classes[i], 0.7, 0.71, 0.705, 200})
	}
	r := run("topics", e)
	r.Classes = classes
	return Report{Title: "Topics", Score: accuracy, Runs: []Run{r}}
}

func oneEpoch() Report {
	e := Experiment{Name: "quick", Parameters: 12, Curves: Curves{Loss: Floats{0.7}, Score: Floats{0.5}}}
	return Report{Title: "", Score: accuracy, Runs: []Run{{Name: "quick", Experiments: []Experiment{e}}}}
}

func diverged() Report {
	e := embedding()
	e.Name = "diverged"
	nan := math.NaN()
	e.Curves.Loss[3], e.Curves.Loss[4], e.Curves.Loss[7] = math.Inf(1), nan, nan
	e.Curves.ValLoss = Floats{nan, nan, nan, nan, nan, nan, nan, nan}
	e.Test = &Evaluation{Number(nan), Number(nan), 1000}
	return Report{Title: "Diverged", Score: accuracy, Runs: []Run{run("diverged", e)}}
}

const nasty = `</script><script>alert(1)</script> " onmouseover="alert(2)" '` + "`${1}` & <!-- ]]> </style><img src=x onerror=alert(3)> \u2028 \x00\x07 \xff\xfe 👩‍👩‍👧 עברית \u202e evil \u202c مرحبا http://evil.example/x"

func hostile() Report {
	e := embedding()
	e.Name, e.Description, e.Layers[0] = nasty, nasty, Layer{nasty, nasty, nasty, 1}
	e.PerClass[0].Name = nasty
	x := Example{Text: nasty, True: nasty, Predicted: nasty, Probability: 0.9}
	for i := range len(nasty) {
		x.Words = append(x.Words, answer.Word{Start: i, End: min(i+3, len(nasty)), Push: float64(i%7) - 3})
	}
	e.Wrong, e.Unsure = []Example{x}, []Example{{Text: "", True: "a", Predicted: "b"}}
	r := run("latest", e, bag())
	r.Name, r.Data, r.Source, r.Command = nasty, nasty, nasty, nasty
	r.Settings = append(r.Settings, Setting{nasty, nasty})
	r.Versions = append(r.Versions, Setting{nasty + "2", nasty})
	r.Classes = []string{nasty, "positive"}
	return Report{Title: nasty, Score: Measure{Name: nasty, Percent: true}, Runs: []Run{r}}
}

// reports are all kinds of page.
var reports = map[string]func() Report{
	"usual": usual, "compared": compared, "regression": regression, "classes": manyClasses,
	"epoch": oneEpoch, "diverged": diverged, "hostile": hostile, "markup": tagged,
}
