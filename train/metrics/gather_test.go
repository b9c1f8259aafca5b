package metrics

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/train"
)

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
