package report

import (
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/internal/answer"
	"unroll/internal/markup"
)

func TestWriteErrors(t *testing.T) {
	change := func(f func(*Experiment)) Report {
		r := usual()
		f(&r.Runs[0].Experiments[1])
		return r
	}
	twice := usual()
	twice.Runs = append(twice.Runs, twice.Runs[0])
	for want, r := range map[string]Report{
		"report: no runs":                                                          {},
		`report: two runs are called "latest"`:                                     twice,
		`report: run "": no experiments`:                                           {Runs: []Run{{}}},
		`run "latest": two experiments are called`:                                 change(func(e *Experiment) { e.Name = "onehot" }),
		`experiment "embedding": val_score has 1 epochs, loss has 8`:               change(func(e *Experiment) { e.Curves.ValScore = Floats{1} }),
		`val_loss has 0 epochs, loss has 8`:                                        change(func(e *Experiment) { e.Curves.ValLoss = nil }),
		`the confusion matrix has 1 rows, want one for each of 2 classes`:          change(func(e *Experiment) { e.Confusion = e.Confusion[:1] }),
		`row 1 of the confusion matrix has 3 numbers, want 2`:                      change(func(e *Experiment) { e.Confusion[1] = []float64{1, 2, 3} }),
		`the scores of class "negative" have NaN`:                                  change(func(e *Experiment) { e.PerClass = []ClassScore{{Name: "negative", F1: math.NaN()}} }),
		`prediction 0 is -1.7e+308 of 1.7e+308`:                                    change(func(e *Experiment) { e.Predictions = []Prediction{{1.7e308, -1.7e308}} }),
		`row 0 of the confusion matrix counts NaN samples`:                         change(func(e *Experiment) { e.Confusion[0][1] = math.NaN() }),
		`point 1 of the ROC curve is [0.1 0.2] after [0.2 0.3], want both to rise`: change(func(e *Experiment) { e.ROC.Points = [][2]float64{{0.2, 0.3}, {0.1, 0.2}} }),
		`prediction 0 is NaN of 1`:                                                 change(func(e *Experiment) { e.Predictions = []Prediction{{1, math.NaN()}} }),
		`run "latest": experiment "embedding": wrong example 0: word 0 is of bytes 3 to 9 of 4`: change(func(e *Experiment) {
			e.Wrong = []Example{{Text: "abcd", Words: []answer.Word{{Start: 3, End: 9, Push: 1}}}}
		}),
		`unsure example 0: word 0 pushes by +Inf`: change(func(e *Experiment) {
			e.Unsure = []Example{{Text: "abcd", Words: []answer.Word{{Start: 0, End: 1, Push: math.Inf(1)}}}}
		}),
	} {
		if err := Write(io.Discard, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q in it", err, want)
		}
	}
}

func TestVerdict(t *testing.T) {
	far := usual()
	far.Runs[0].Experiments[1].Test.Score = 0.9
	base := usual()
	base.Runs[0].Experiments[2].Test.Score = 0.9
	untested := usual()
	untested.Runs[0].Experiments[0].Test = nil
	nan := diverged()
	nan.Runs[0].Experiments[0].Validation = nil
	lower := regression()
	worse := lower.Runs[0].Experiments[0]
	worse.Name, worse.Test = "gru", &Evaluation{2, 1.5, 5000}
	lower.Runs[0].Experiments = append(lower.Runs[0].Experiments, worse)
	for want, r := range map[string]Report{
		"embedding is best, with 75.2 % accuracy on the test samples. It is 18.7 points ahead of onehot. " +
			"It is 1.3 points ahead of the baseline bag_of_words, which may be chance with so few samples. " +
			"Always predicting “negative” would reach 50.4 %.": usual(),
		"embedding is best, with 90.0 % accuracy on the test samples. It is 33.5 points ahead of onehot. " +
			"It is 16.1 points ahead of the baseline bag_of_words. Always predicting “negative” would reach 50.4 %.": far,
		"bag_of_words is best, with 90.0 % accuracy on the test samples. It is the baseline: no other experiment beats it. " +
			"It is 14.8 points ahead of embedding. Always predicting “negative” would reach 50.4 %.": base,
		"embedding is best, with 76.3 % accuracy on the validation samples. It is 21.0 points ahead of onehot.": untested,
		"No experiment was evaluated, or none reached a finite score.":                                          nan,
		"lstm is best, with 0.8340 mean absolute error on the test samples. It is 0.6660 ahead of gru.":         lower,
		"all is best, with 100.0 % accuracy on the test samples. It is 20.0 points ahead of most, which may be chance with so few samples.": {
			Score: accuracy, Runs: []Run{{Experiments: []Experiment{{Name: "all", Test: &Evaluation{0, 1, 5}}, {Name: "most", Test: &Evaluation{0.5, 0.8, 5}}}}}},
		"quick": {Score: accuracy, Runs: []Run{{Experiments: []Experiment{{Name: "quick", Validation: &Evaluation{0.1, 0.9, 10}}}}}},
	} {
		v := newView(r).Verdict
		got := strings.ReplaceAll(strings.Join(append([]string{v.Winner + v.Lead}, v.Remarks...), " "), space, " ")
		if !strings.HasPrefix(got, want) {
			t.Errorf("the verdict is\n%s\nwant\n%s", got, want)
		}
	}
}

// TestWilson: at its ends the interval is z deviations of a share like the end
// away, which is how Wilson defines it.
func TestWilson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100_000).Draw(t, "n")
		p := float64(rapid.IntRange(0, n).Draw(t, "hits")) / float64(n)
		low, high := wilson(p, float64(n))
		for _, end := range []float64{low, high} {
			want := z * math.Sqrt(max(0, end*(1-end))/float64(n))
			if got := math.Abs(p - end); math.Abs(got-want) > 1e-6 {
				t.Fatalf("the interval of %v of %d is %v to %v", p, n, low, high)
			}
		}
		if low > p+1e-12 || high < p-1e-12 {
			t.Fatalf("%v is not in %v to %v", p, low, high)
		}
	})
}

// TestPieces: however tokens lie, the pieces are the text.
func TestPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", " ", "é", "한", "👍", "<br />", "&eacute;", "&lt;", "p>"})).Draw(t, "text")
		x := Example{Text: strings.Join(parts, "")}
		read := markup.Read(x.Text)
		for range rapid.IntRange(0, 6).Draw(t, "words") {
			from := rapid.IntRange(0, len(x.Text)).Draw(t, "from")
			to := rapid.IntRange(from, len(x.Text)).Draw(t, "to")
			x.Words = append(x.Words, answer.Word{Start: from, End: to, Push: rapid.Float64Range(-3, 3).Draw(t, "push")})
		}
		text := ""
		for _, p := range pieces(x, read) {
			text += p.Text
			if (p.Level > 0) != (p.Push != "") || p.Level > 4 {
				t.Fatalf("a piece is %+v", p)
			}
		}
		if text != read.Shown {
			t.Fatalf("the pieces are %q", text)
		}
	})
}

func TestOverlap(t *testing.T) {
	// The pushes of the bigram and its words add up.
	x := Example{Text: "not good", Words: []answer.Word{{Start: 0, End: 3, Push: 1}, {Start: 4, End: 8, Push: -1}, {Start: 0, End: 8, Push: 3}}}
	all := pieces(x, markup.Read(x.Text))
	var got []string
	for _, p := range all {
		got = append(got, p.Text+p.Push)
	}
	if want := "not+4.00| +3.00|good+2.00"; strings.Join(got, "|") != want {
		t.Errorf("the pieces are %q, want %s", got, want)
	}
}

// TestTicks: on any range there are two to eight, inside it, in order.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e6, 1e6).Draw(t, "low")
		low, high := span(Floats{low, low + rapid.Float64Range(0, 1e6).Draw(t, "width")})
		all := axis{low, high, 0, 100}.ticks(0, rapid.Bool().Draw(t, "percent"))
		if len(all) < 2 || len(all) > 8 {
			t.Fatalf("%v to %v has the ticks %v", low, high, all)
		}
		seen := map[string]bool{}
		for _, k := range all {
			if seen[k.Label] {
				t.Fatalf("%v to %v has the ticks %v", low, high, all)
			}
			seen[k.Label] = true
		}
	})
}

func TestFormat(t *testing.T) {
	for got, want := range map[string]string{
		thousands(1234567): "1,234,567", thousands(-999): "-999", thousands(0): "0", count(12.5): "12.5",
		number(0.123456): "0.1235", number(12.3456): "12.35", number(-0.5): minus + "0.5000", number(1e-9): "1.000e" + minus + "09",
		number(math.NaN()): "not a number", duration(0.0123): "12 ms", duration(74.2): "1 min 14 s", duration(7380): "2 h 3 min",
	} {
		if strings.ReplaceAll(got, space, " ") != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
