package metrics

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"unroll/train"
)

// metricGolden is a case of scikit-learn's values, written by
//
//	/usr/bin/python3 testdata/metrics.py > testdata/metrics.json
type metricGolden struct {
	Name, Kind          string
	Y, Targets, Weights []float32
	Threshold           float64
	Want                map[string]float64
	Matrix              [][]float64
	Report              string
}

func metricGoldens(t testing.TB) (all []metricGolden) {
	t.Helper()
	data, err := os.ReadFile("testdata/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// metrics returns the metrics of a case by the names of their values; those in
// which another metric gives the same value have its name and a suffix.
func (g metricGolden) metrics() map[string]train.Metric {
	if g.Kind == "values" {
		return map[string]train.Metric{
			"mean_squared_error": &MeanSquaredError{}, "root_mean_squared_error": &RootMeanSquaredError{},
			"mean_absolute_error": &MeanAbsoluteError{}, "r2_score": &R2{},
		}
	}
	all := map[string]train.Metric{}
	for _, a := range []Average{Positives, Micro, Macro, Weighted} {
		for _, m := range []train.Metric{&Precision{Average: a, Threshold: g.Threshold}, &Recall{Average: a, Threshold: g.Threshold}, &F1{Average: a, Threshold: g.Threshold}} {
			all[m.Name()] = m
		}
	}
	classes := 2
	if g.Kind != "binary" {
		classes = len(g.Y) / len(g.Weights)
	}
	for c := range classes {
		for _, m := range []train.Metric{&Precision{OfClass, c, g.Threshold, tallies{}}, &Recall{OfClass, c, g.Threshold, tallies{}}, &F1{OfClass, c, g.Threshold, tallies{}}} {
			all[m.Name()] = m
		}
	}
	switch g.Kind {
	case "classes":
		all["accuracy"], all["accuracy/sparse"] = &CategoricalAccuracy{}, &SparseCategoricalAccuracy{}
		all["accuracy/matrix"] = &ConfusionMatrix{}
		all["top_2"], all["top_2/sparse"] = &TopKCategoricalAccuracy{K: 2}, &SparseTopKCategoricalAccuracy{K: 2}
		return all
	case "binary":
		all["accuracy/matrix"] = &ConfusionMatrix{Threshold: g.Threshold}
	}
	all["accuracy"] = &BinaryAccuracy{Threshold: g.Threshold}
	all["auc"], all["auc_pr"] = &AUC{}, &AUC{PR: true}
	return all
}

// targets returns what a metric takes in place of the indices of classes.
func (g metricGolden) targets(name string) []float32 {
	classes := len(g.Y) / len(g.Weights)
	if g.Kind != "classes" || strings.HasSuffix(name, "/sparse") || strings.HasSuffix(name, "/matrix") {
		return g.Targets
	}
	hot := make([]float32, len(g.Y))
	for i, c := range g.Targets {
		hot[i*classes+int(c)] = 1
	}
	return hot
}

func TestMetricGoldens(t *testing.T) {
	checked, reports := 0, 0
	for _, g := range metricGoldens(t) {
		unused := maps.Clone(g.Want)
		for name, m := range g.metrics() {
			value, _, _ := strings.Cut(name, "/")
			want, ok := g.Want[value]
			if !ok {
				if value != "auc" { // of one class, an error in scikit-learn
					t.Errorf("%s, %s: no golden of %s", g.Kind, g.Name, name)
				}
				continue
			}
			delete(unused, value)
			checked++
			m.Update(g.Y, g.targets(name), g.Weights)
			if got := m.Value(); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s, %s: %s is %.15g, want %.15g", g.Kind, g.Name, name, got, want)
			}
		}
		if len(unused) > 0 {
			t.Errorf("%s, %s: no metric for %v", g.Kind, g.Name, unused)
		}
		if g.Matrix == nil {
			continue
		}
		m := &ConfusionMatrix{Threshold: g.Threshold}
		m.Update(g.Y, g.Targets, g.Weights)
		if diff := cmp.Diff(g.Matrix, m.Matrix()); diff != "" {
			t.Errorf("%s, %s: %s", g.Kind, g.Name, diff)
		}
		if g.Report == "" {
			continue
		}
		reports++
		if got := m.Report("news", "sports", "a longer class").String(); !sameReport(g.Report, got) {
			t.Errorf("%s, %s: the report is\n%s, want\n%s", g.Kind, g.Name, got, g.Report)
		}
	}
	if reports < 5 {
		t.Errorf("only %d reports were checked", reports)
	}
	if checked < 500 {
		t.Errorf("only %d values were checked", checked)
	}
}

// sameReport holds a report to its layout and its numbers: the last digit of one
// that lies half way, such as 0.375, follows the last bit of a mean.
func sameReport(want, got string) bool {
	layout := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return '0'
			}
			return r
		}, s)
	}
	if layout(want) != layout(got) {
		return false
	}
	g := strings.Fields(got)
	for i, w := range strings.Fields(want) {
		a, err := strconv.ParseFloat(w, 64)
		b, _ := strconv.ParseFloat(g[i], 64)
		if err == nil && math.Abs(a-b) > 0.0101 || err != nil && w != g[i] {
			return false
		}
	}
	return true
}

// metricCase is a metric with rows that it may be given.
type metricCase struct {
	name                string
	new                 func() train.Metric
	y, targets, weights []float32
}

// metricCases returns every metric on random rows of the goldens.
func metricCases(t testing.TB) (all []metricCase) {
	t.Helper()
	seen := map[string]bool{}
	for _, g := range metricGoldens(t) {
		kind := g.Kind
		if !strings.HasPrefix(g.Name, "random 25, weighted") {
			continue
		}
		for name, m := range g.metrics() {
			if name = kind + "/" + name; !seen[name] {
				seen[name] = true
				all = append(all, metricCase{name, m.New, g.Y, g.targets(name), g.Weights})
			}
		}
	}
	if len(all) < 60 {
		t.Fatalf("only %d metrics", len(all))
	}
	return all
}

// TestMetricsGather: the order of rows and their batches do not matter, parts
// that are merged are the whole, a weight of 2 is a row twice, and what was
// saved goes on with the same bits.
func TestMetricsGather(t *testing.T) {
	for _, c := range metricCases(t) {
		t.Run(c.name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				n := len(c.weights)
				outputs, width := len(c.y)/n, len(c.targets)/n
				order := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "order"), 1)).Perm(n)
				at := rapid.IntRange(0, n).Draw(r, "at")
				give := func(m train.Metric, rows []int, times float32) {
					var y, targets, weights []float32
					for _, i := range rows {
						y = append(y, c.y[i*outputs:(i+1)*outputs]...)
						targets = append(targets, c.targets[i*width:(i+1)*width]...)
						weights = append(weights, times*c.weights[i])
					}
					m.Update(y, targets, weights)
				}
				whole, twice, heavy := c.new(), c.new(), c.new()
				give(whole, order, 1)
				give(twice, append(slices.Clone(order), order...), 1)
				give(heavy, order, 2)
				first, second := c.new(), c.new()
				give(first, order[:at], 1)
				saved, err := json.Marshal(first)
				if err != nil {
					r.Fatal(err)
				}
				restored := c.new()
				if err := json.Unmarshal(saved, restored); err != nil {
					r.Fatal(err)
				}
				if first.Value() != restored.Value() {
					r.Fatalf("saved %g, restored %g", first.Value(), restored.Value())
				}
				give(second, order[at:], 1)
				parts := c.new()
				for _, p := range []train.Metric{first, second} {
					if err := parts.(train.Merger).Merge(p); err != nil {
						r.Fatal(err)
					}
				}
				give(restored, order[at:], 1)
				give(first, order[at:], 1)
				for what, m := range map[string]train.Metric{"in parts": parts, "restored": restored, "in two batches": first, "twice": twice, "of weight 2": heavy} {
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

// TestMetricEdges: nothing, weights of 0, and predictions that are no numbers.
func TestMetricEdges(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range metricCases(t) {
		m := c.new()
		if v := m.Value(); v != 0 {
			t.Errorf("%s of nothing is %g", c.name, v)
		}
		m.Update(c.y, c.targets, make([]float32, len(c.weights)))
		if v := m.Value(); v != 0 {
			t.Errorf("%s of weights of 0 is %g", c.name, v)
		}
		wrong := c.new()
		wrong.Update(slices.Repeat([]float32{nan}, len(c.y)), c.targets, c.weights)
		switch v := wrong.Value(); {
		case strings.HasPrefix(c.name, "values/"): // an error that is no number is none
			if !math.IsNaN(v) {
				t.Errorf("%s of NaN is %g", c.name, v)
			}
		case strings.HasSuffix(c.name, "auc_pr"): // all negatives stand above the positives
			if v <= 0 || v >= 1 {
				t.Errorf("%s of NaN is %g", c.name, v)
			}
		case strings.Contains(c.name, "/top_2"), v == 0:
		default:
			t.Errorf("%s of NaN is %g", c.name, v)
		}
		if err := c.new().(train.Merger).Merge(&fakeMetric{}); err == nil {
			t.Errorf("%s merges with another", c.name)
		}
	}
	one := &AUC{}
	one.Update([]float32{0.2, 0.7}, []float32{1, 1}, []float32{1, 1})
	if v := one.Value(); v != 0 {
		t.Errorf("auc of one class is %g", v)
	}
}

type fakeMetric struct{ BinaryAccuracy }
