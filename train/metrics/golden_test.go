package metrics

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		for _, m := range []train.Metric{&Precision{Average: OfClass, Class: c, Threshold: g.Threshold}, &Recall{Average: OfClass, Class: c, Threshold: g.Threshold}, &F1{Average: OfClass, Class: c, Threshold: g.Threshold}} {
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
