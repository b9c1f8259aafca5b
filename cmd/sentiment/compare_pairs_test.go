package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"unroll/train/metrics"
)

// TestComparePairs: models on the same texts are tested against each other, and the counts
// make the difference of their accuracies. Models on other texts are not.
func TestComparePairs(t *testing.T) {
	shared, page := sharedRun(t), filepath.Join(t.TempDir(), "c.html")
	other := filepath.Join(t.TempDir(), "other")
	data := labelledFile(t, "other.csv", map[string]int{"neg": 30, "pos": 30})
	succeed(t, "", tiny(other, "--data", data, "--model", "bow", "--quiet")...)
	var c compared
	if err := json.Unmarshal([]byte(succeed(t, "", "compare", "--json", "--out", page, shared, other)), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Models) != 3 || len(c.Comparisons) != 1 || c.Report != page || c.Score != "accuracy" {
		t.Fatalf("%+v", c)
	}
	scores := map[string]float64{}
	for _, m := range c.Models[:2] {
		scores[m.Run+"/"+m.Name] = float64(m.Test.Score)
	}
	pair := c.Comparisons[0]
	difference := float64(pair.OnlyFirst-pair.OnlySecond) / float64(pair.Samples)
	if pair.Samples != c.Models[0].Test.Samples || pair.OnlyFirst < pair.OnlySecond || math.Abs(scores[pair.First]-scores[pair.Second]-difference) > 1e-9 || pair.P != metrics.McNemar(pair.OnlyFirst, pair.OnlySecond) {
		t.Errorf("%+v of %v", pair, scores)
	}
	if out := succeed(t, "", "compare", "--out", page, shared, other); strings.Count(out, pair.String()+"\n") != 1 || !strings.Contains(out, " is right on ") {
		t.Errorf("it prints\n%s\nwithout\n%s", out, pair)
	}
	// On other texts that are named all three can be measured; here only the two that know
	// the labels.
	texts := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), "text,label\ngood,positive\nso dull,negative\ngood good,negative\n")
	if err := json.Unmarshal([]byte(succeed(t, "", "compare", "--json", "--out", page, "--data", texts, shared)), &c); err != nil || len(c.Comparisons) != 1 || c.Comparisons[0].Samples != 3 {
		t.Errorf("%+v, error %v", c, err)
	}
}
