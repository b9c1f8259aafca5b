package classifier

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// TestLearnColumns: of the mean and the deviation of what is there, and the categories.
func TestLearnColumns(t *testing.T) {
	c, err := LearnColumns([]string{"price", "same"}, []string{"region"}, [][]string{{"1", "7", "b"}, {"3", "7", "a"}, {"NA", "7", "b"}, {"", " 7", ""}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Columns{
		Numbers:    []NumberColumn{{"price", Scaling{2, 1}}, {"same", Scaling{Mean: 7}}},
		Categories: []CategoryColumn{{"region", []string{"a", "b"}}},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	for _, of := range []struct {
		values   []string
		features []float32
		gaps     []Gap
	}{
		{[]string{"4", "8", "a"}, []float32{2, 0, 1, 0}, nil},
		{[]string{" null", "7", "c"}, []float32{0, 0, 0, 0}, []Gap{{Column: "price"}, {Column: "region", Value: "c"}}},
		{[]string{"-1e300", "", ""}, []float32{-1000, 0, 0, 0}, []Gap{{Column: "same"}, {Column: "region"}}},
	} {
		features, gaps, err := c.Encode(of.values)
		if err != nil || !cmp.Equal(features, of.features) || !cmp.Equal(gaps, of.gaps) {
			t.Errorf("%q: %v, %v, error %v", of.values, features, gaps, err)
		}
	}
	if _, _, err := c.Encode([]string{"cheap", "1", "a"}); err == nil || err.Error() != `column price: "cheap" is not a number` {
		t.Errorf("error %v", err)
	}
	for want, learn := range map[string]func() (*Columns, error){
		`column n: "x" is not a number`:             func() (*Columns, error) { return LearnColumns([]string{"n"}, nil, [][]string{{"1"}, {"x"}}) },
		"column n: no training text has a number":   func() (*Columns, error) { return LearnColumns([]string{"n"}, nil, [][]string{{""}, {"nan"}}) },
		"column k: no training text has a category": func() (*Columns, error) { return LearnColumns(nil, []string{"k"}, [][]string{{""}}) },
		`column n: "Inf" is not a number`:           func() (*Columns, error) { return LearnColumns([]string{"n"}, nil, [][]string{{"Inf"}}) },
		"column k: 1,001 categories, want at most 1,000": func() (*Columns, error) {
			var rows [][]string
			for i := range 1001 {
				rows = append(rows, []string{strings.Repeat("x", i+1)})
			}
			return LearnColumns(nil, []string{"k"}, rows)
		},
	} {
		if _, err := learn(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// beside trains a model of rows whose label a number and a category decide, not the text.
func beside(t *testing.T, task Task) (*Model, []Row, []float64) {
	t.Helper()
	var list []Row
	var values [][]string
	var y []float64
	for i := range 40 {
		price, region := []string{"1", "9"}[i%2], []string{"north", "south", "east"}[i%3]
		list = append(list, Row{"the same words", map[string]string{"price": price, "region": region}})
		values = append(values, []string{price, region})
		switch {
		case task.Binary():
			y = append(y, float64(i%2))
		case task.Number():
			y = append(y, float64(100*(i%2)))
		default:
			y = append(y, float64(i%3))
		}
	}
	if task.Number() {
		var err error
		if task.Scaling, err = NewScaling(y); err != nil {
			t.Fatal(err)
		}
	}
	c, err := LearnColumns([]string{"price"}, []string{"region"}, values)
	if err != nil {
		t.Fatal(err)
	}
	v, err := text.Count(text.Of("the same words"), text.Config{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := text.NewEncoder(v, text.EncoderConfig{NumWords: 10, MaxLen: 4})
	if err != nil {
		t.Fatal(err)
	}
	f := &nn.Functional{Seed: 1}
	words, columns := f.Input("text", nn.Tokens(4)), f.Input("columns", nn.Features(c.Width()))
	x := f.Call(nn.SimpleRNN{Units: 3}, f.Call(nn.Embedding{InputDim: 10, OutputDim: 2}, words))
	f.Output("label", f.Call(task.Head(), f.Call(nn.Concatenate{}, x, columns)))
	net, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	m, err := New("beside", net, e, task, Beside(c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	config := task.Config()
	config.Optimizer = &optimizers.Adam{LearningRate: 0.05}
	trainer, err := train.Compile(net, config)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	encoded, err := m.encode(list, false)
	if err != nil {
		t.Fatal(err)
	}
	d := m.data(encoded...)
	for _, v := range y {
		d.Targets = append(d.Targets, task.Target(v))
	}
	if _, err := trainer.Fit(t.Context(), d, train.FitConfig{Epochs: 60, BatchSize: 8, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return m, list, y
}

// TestClassifyRows: a model learns of what stands beside a text, is the same when it is
// saved and loaded, and explains itself by columns.
func TestClassifyRows(t *testing.T) {
	for name, task := range map[string]Task{"two": {Classes: []string{"no", "yes"}}, "three": {Classes: []string{"n", "s", "e"}}, "number": {}} {
		t.Run(name, func(t *testing.T) {
			m, list, y := beside(t, task)
			answers, err := m.ExplainRows(t.Context(), list...)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range answers {
				if task.Number() && math.Abs(a.Value-y[i]) > 5 || !task.Number() && a.Label != task.Classes[int(y[i])] || len(a.Gaps) > 0 {
					t.Errorf("row %d: %+v, want %v", i, a, y[i])
				}
				x := a.Explanation
				if len(x.Columns) != 2 || x.Columns[0].Column != "price" || x.Columns[1].Column != "region" || x.Gap > 0.02*m.Task().Unit() {
					t.Fatalf("explained by %+v, gap %v", x.Columns, x.Gap)
				}
				pushes := math.Abs(x.Columns[0].Push) > math.Abs(x.Columns[1].Push)
				if byPrice := name != "three"; pushes != byPrice {
					t.Errorf("row %d: explained by %+v", i, x.Columns)
				}
			}
			dir := filepath.Join(t.TempDir(), "m")
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			again, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			same, err := again.ExplainRows(t.Context(), list...)
			if diff := cmp.Diff(answers, same); diff != "" || err != nil {
				t.Errorf("error %v, loaded: %s", err, diff)
			}
			gone, err := again.Classify(t.Context(), "the same words")
			if err != nil || !cmp.Equal(gone[0].Gaps, []Gap{{Column: "price"}, {Column: "region"}}) {
				t.Errorf("a text alone: %+v, error %v", gone, err)
			}
			if _, err := m.ClassifyRows(t.Context(), Row{"a", map[string]string{"prize": "1"}}); err == nil || err.Error() != `beside: the model takes no column "prize", but price, region` {
				t.Errorf("error %v", err)
			}
			for content, want := range map[string]string{
				"": "no such file", `{"version":1,"numbers":[{"name":"price","mean":1,"deviation":-1}]}`: "damaged",
				`{"version":1,"numbers":[{"name":"price","mean":1,"deviation":1}]}`: "features of the columns",
				`{"version":1,"categories":[{"name":"a","values":["x","x"]}]}`:      "damaged",
			} {
				path := filepath.Join(dir, ColumnsFile)
				if content == "" {
					err = os.Remove(path)
				} else {
					err = jsonfile.Write(path, json.RawMessage(content))
				}
				if err != nil {
					t.Fatal(err)
				}
				if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
					t.Errorf("%s: error %v, want %q", content, err, want)
				}
			}
		})
	}
}

// TestRowsOfAModelWithoutColumns are refused.
func TestRowsOfAModelWithoutColumns(t *testing.T) {
	m, _, _ := beside(t, Task{Classes: []string{"no", "yes"}})
	if _, err := New("m", m.Net(), m.Encoder(), m.Task()); err == nil || !strings.Contains(err.Error(), "2 inputs and 1 outputs, want one of each") {
		t.Errorf("error %v", err)
	}
}
