package train

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// metricGoldens are scikit-learn's, printed by
//
//	/usr/bin/python3 testdata/metrics.py
//
// without weights, and with some of which are 0.
var metricGoldens = map[string]float64{
	"accuracy":                   0.566666666666667,
	"precision":                  0.384615384615385,
	"recall":                     0.5,
	"f1":                         0.434782608695652,
	"auc":                        0.55,
	"auc_pr":                     0.369174075618384,
	"class_accuracy":             0.283333333333333,
	"top_2":                      0.65,
	"precision_macro":            0.273232323232323,
	"recall_macro":               0.27890559732665,
	"f1_macro":                   0.264388162672476,
	"precision_weighted":         0.273838383838384,
	"recall_weighted":            0.283333333333333,
	"f1_weighted":                0.266639433551198,
	"precision_micro":            0.283333333333333,
	"recall_micro":               0.283333333333333,
	"f1_micro":                   0.283333333333333,
	"mse":                        0.0326675377301579,
	"rmse":                       0.180741632531517,
	"mae":                        0.163030513820185,
	"r2":                         0.934950176956872,
	"accuracy/weights":           0.550387596899225,
	"precision/weights":          0.358490566037736,
	"recall/weights":             0.441860465116279,
	"f1/weights":                 0.395833333333333,
	"auc/weights":                0.500946457544619,
	"auc_pr/weights":             0.360832838825975,
	"class_accuracy/weights":     0.302325581395349,
	"top_2/weights":              0.666666666666667,
	"precision_macro/weights":    0.26390092879257,
	"recall_macro/weights":       0.280779220779221,
	"f1_macro/weights":           0.252204585537919,
	"precision_weighted/weights": 0.269162646698826,
	"recall_weighted/weights":    0.302325581395349,
	"f1_weighted/weights":        0.264099093556458,
	"precision_micro/weights":    0.302325581395349,
	"recall_micro/weights":       0.302325581395349,
	"f1_micro/weights":           0.302325581395349,
	"mse/weights":                0.0327327075957595,
	"rmse/weights":               0.180921827306048,
	"mae/weights":                0.164235955608705,
	"r2/weights":                 0.935701257029903,
}

// metricRows are the rows of the script.
type metricRows struct {
	score, truth, weight, one []float32
	probability, class, hot   []float32
	value, estimate           []float32
}

func scriptRows() (r metricRows) {
	for i := range 60 {
		r.score = append(r.score, float32(37*i%11)/10)
		r.truth = append(r.truth, float32((i*i+i/3)%2))
		class := (i*i + i/3) % 3
		r.class = append(r.class, float32(class))
		for c, n := range []int{7 * i % 5, 3 * i % 7, 11 * i % 4} {
			r.probability = append(r.probability, float32(n)/10+float32(c+1)/100)
			r.hot = append(r.hot, float32(hit(c == class)))
		}
		w := float32(1 + i%4)
		if i%7 == 0 {
			w = 0
		}
		r.weight, r.one = append(r.weight, w), append(r.one, 1)
		r.value = append(r.value, float32(math.Cos(float64(i))))
		r.estimate = append(r.estimate, float32(math.Cos(float64(i))+math.Sin(3*float64(i))/4))
	}
	return r
}

// metricCases are metrics with the outputs and targets that they are given.
func metricCases(r metricRows) map[string]struct {
	metric     Metric
	y, targets []float32
} {
	type c = struct {
		metric     Metric
		y, targets []float32
	}
	all := map[string]c{
		"accuracy":              {&BinaryAccuracy{}, r.score, r.truth},
		"accuracy/matrix":       {&ConfusionMatrix{}, r.score, r.truth},
		"precision":             {&Precision{}, r.score, r.truth},
		"recall":                {&Recall{}, r.score, r.truth},
		"f1":                    {&F1{}, r.score, r.truth},
		"auc":                   {&AUC{}, r.score, r.truth},
		"auc_pr":                {&AUC{PR: true}, r.score, r.truth},
		"class_accuracy":        {&CategoricalAccuracy{}, r.probability, r.hot},
		"class_accuracy/sparse": {&SparseCategoricalAccuracy{}, r.probability, r.class},
		"class_accuracy/matrix": {&ConfusionMatrix{}, r.probability, r.class},
		"top_2":                 {&TopKCategoricalAccuracy{K: 2}, r.probability, r.hot},
		"top_2/sparse":          {&TopKCategoricalAccuracy{K: 2}, r.probability, r.class},
		"mse":                   {&MeanSquaredError{}, r.estimate, r.value},
		"rmse":                  {&RootMeanSquaredError{}, r.estimate, r.value},
		"mae":                   {&MeanAbsoluteError{}, r.estimate, r.value},
		"r2":                    {&R2{}, r.estimate, r.value},
	}
	for _, a := range []Average{Macro, Weighted, Micro} {
		all["precision_"+string(a)] = c{&Precision{Average: a}, r.probability, r.class}
		all["recall_"+string(a)] = c{&Recall{Average: a}, r.probability, r.hot}
		all["f1_"+string(a)] = c{&F1{Average: a}, r.probability, r.class}
	}
	return all
}

func TestMetricGoldens(t *testing.T) {
	r := scriptRows()
	for name, c := range metricCases(r) {
		for suffix, weights := range map[string][]float32{"": r.one, "/weights": r.weight} {
			golden, _, _ := strings.Cut(name, "/")
			want, ok := metricGoldens[golden+suffix]
			m := c.metric.New()
			m.Update(c.y, c.targets, weights)
			if got := m.Value(); !ok || math.Abs(got-want) > 1e-6 {
				t.Errorf("%s%s is %.9g, want %.9g", name, suffix, got, want)
			}
		}
	}
}

// TestMetricsGather: the order of rows and their batches do not matter, parts
// that are merged are the whole, a weight of 2 is a row twice, and what was
// saved goes on with the same bits.
func TestMetricsGather(t *testing.T) {
	for name, c := range metricCases(scriptRows()) {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				n := len(c.targets)
				if n > 60 {
					n = 60
				}
				outputs, width := len(c.y)/60, len(c.targets)/60
				order := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "order"), 1)).Perm(60)
				at := rapid.IntRange(0, 60).Draw(r, "at")
				give := func(m Metric, rows []int, w float32) {
					var y, targets, weights []float32
					for _, i := range rows {
						y = append(y, c.y[i*outputs:(i+1)*outputs]...)
						targets = append(targets, c.targets[i*width:(i+1)*width]...)
						weights = append(weights, w)
					}
					m.Update(y, targets, weights)
				}
				whole, twice, heavy := c.metric.New(), c.metric.New(), c.metric.New()
				give(whole, order, 1)
				give(twice, append(slices.Clone(order), order...), 1)
				give(heavy, order, 2)
				first, second := c.metric.New(), c.metric.New()
				give(first, order[:at], 1)
				saved, err := json.Marshal(first)
				if err != nil {
					r.Fatal(err)
				}
				restored := c.metric.New()
				if err := json.Unmarshal(saved, restored); err != nil {
					r.Fatal(err)
				}
				if first.Value() != restored.Value() {
					r.Fatalf("saved %g, restored %g", first.Value(), restored.Value())
				}
				give(second, order[at:], 1)
				parts := c.metric.New()
				for _, p := range []Metric{first, second} {
					if err := parts.(Merger).Merge(p); err != nil {
						r.Fatal(err)
					}
				}
				give(restored, order[at:], 1)
				give(first, order[at:], 1)
				for what, m := range map[string]Metric{"in parts": parts, "restored": restored, "in two batches": first, "twice": twice, "of weight 2": heavy} {
					if got := m.Value(); math.Abs(got-whole.Value()) > 1e-12 {
						r.Fatalf("%s: %.15g, want %.15g", what, got, whole.Value())
					}
				}
				if first.Value() != restored.Value() {
					r.Fatal("a restored metric goes on otherwise")
				}
			})
		})
	}
}

// TestAUCCountsPairs holds ROC to its definition, the share of pairs in order.
func TestAUCCountsPairs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(r, "n")
		var y, targets, weights []float32
		for range n {
			y = append(y, float32(rapid.IntRange(0, 5).Draw(r, "score"))/5)
			targets = append(targets, float32(rapid.IntRange(0, 1).Draw(r, "class")))
			weights = append(weights, float32(rapid.IntRange(0, 3).Draw(r, "weight")))
		}
		var right, pairs float64
		for i := range y {
			for j := range y {
				if targets[i] == 1 && targets[j] == 0 {
					w := float64(weights[i] * weights[j])
					pairs += w
					right += w * (hit(y[i] > y[j]) + hit(y[i] == y[j])/2)
				}
			}
		}
		m := &AUC{}
		m.Update(y, targets, weights)
		if want := quotient(right, pairs); math.Abs(m.Value()-want) > 1e-12 {
			r.Fatalf("%g, want %g", m.Value(), want)
		}
	})
}

// TestMetricEdges: nothing, one class, weights of 0, and predictions that are no
// numbers.
func TestMetricEdges(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range metricCases(scriptRows()) {
		m := c.metric.New()
		if v := m.Value(); v != 0 {
			t.Errorf("%s of nothing is %g", name, v)
		}
		m.Update(c.y, c.targets, make([]float32, 60))
		if v := m.Value(); v != 0 {
			t.Errorf("%s of weights of 0 is %g", name, v)
		}
		wrong := c.metric.New()
		y := slices.Repeat([]float32{nan}, len(c.y))
		wrong.Update(y, c.targets, slices.Repeat([]float32{1}, 60))
		switch base, _, _ := strings.Cut(name, "/"); base {
		case "mse", "rmse", "mae", "r2": // an error that is no number is none
		case "auc_pr":
		default:
			if v := wrong.Value(); v != 0 {
				t.Errorf("%s of NaN is %g", name, v)
			}
		}
		if err := c.metric.New().(Merger).Merge(&fakeMetric{}); err == nil {
			t.Errorf("%s merges with another", name)
		}
	}
	one := &AUC{}
	one.Update([]float32{0.2, 0.7}, []float32{1, 1}, []float32{1, 1})
	if v := one.Value(); v != 0 {
		t.Errorf("auc of one class is %g", v)
	}
}

type fakeMetric struct{ BinaryAccuracy }

// TestReport holds the layout to scikit-learn's.
func TestReport(t *testing.T) {
	r := scriptRows()
	m := &ConfusionMatrix{}
	m.Update(r.probability, r.class, r.one)
	const want = `                precision    recall  f1-score   support

          news       0.27      0.21      0.24        19
        sports       0.30      0.48      0.37        21
a longer class       0.25      0.15      0.19        20

      accuracy                           0.28        60
     macro avg       0.27      0.28      0.26        60
  weighted avg       0.27      0.28      0.27        60
`
	if got := m.Report("news", "sports", "a longer class").String(); got != want {
		t.Errorf("the report is\n%s, want\n%s", got, want)
	}
}
