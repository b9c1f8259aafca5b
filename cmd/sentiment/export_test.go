package main

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/cmd/sentiment/internal/run"
	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train/classifier"
)

// exportedTo exports a model in a format, and returns the folder.
func exportedTo(t *testing.T, model, format string) (dir, printed string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "made", format)
	return dir, succeed(t, "", "export", model, "--format", format, "--out", filepath.Join(dir, "model."+format))
}

// readEncoder reads an exported vocabulary.
func readEncoder(t *testing.T, path string, like text.EncoderConfig) *text.Encoder {
	t.Helper()
	read, err := kerastext.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	c := read.Config
	c.MaxLen, c.Padding, c.Truncating, c.Value, c.Start = like.MaxLen, like.Padding, like.Truncating, like.Value, like.Start
	e, err := read.Encoder(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// checkAnswers holds a network and an encoder to the answers of a model.
func checkAnswers(t *testing.T, want *run.Saved, net *nn.Model, e *text.Encoder) {
	t.Helper()
	got, err := classifier.New("back", net, e, want.Task())
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	texts := []string{"A wonderful film, and a great story!", "dull", "", "the acting is bad; the plot worse", strings.Repeat("good and bad ", 30)}
	a, err := want.Classify(context.Background(), texts...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := got.Classify(context.Background(), texts...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if math.Abs(a[i].Value-b[i].Value) > 1e-6 || len(a[i].Probabilities) != len(b[i].Probabilities) {
			t.Fatalf("%q: %+v, want %+v", texts[i], b[i], a[i])
		}
		for j, p := range a[i].Probabilities {
			if q := b[i].Probabilities[j]; math.Abs(p.Probability-q.Probability) > 1e-6 {
				t.Errorf("%q: %+v, want %+v", texts[i], q, p)
			}
		}
	}
}

// checkIDs holds an encoder to another's ids of any text in ASCII.
func checkIDs(t *testing.T, want, got *text.Encoder) {
	t.Helper()
	words := []string{"A", "the", "wonderful", "DULL", "film,", "don't", "zzz", "bad.Good", "<br />", "\t", "good", "[UNK]"}
	word := rapid.OneOf(rapid.SampledFrom(words), rapid.StringMatching(`[a-zA-Z .,'-]{0,8}`))
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, "words"), " ")
		if a, b := want.Encode(s), got.Encode(s); !slices.Equal(a, b) {
			t.Fatalf("%q is %v, want %v", s, b, a)
		}
	})
}

// checkProgram compiles the program in Python, where there is Python.
func checkProgram(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "predict.py")
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Log("NOT COMPILED: there is no python3 to compile predict.py with")
		return string(source)
	}
	if out, err := exec.Command("python3", "-m", "py_compile", path).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, source)
	}
	return string(source)
}

// exported are the models that other programs have layers for.
func exported() []run.Model {
	return slices.DeleteFunc(slices.Clone(run.Models), func(e run.Model) bool { return e.Grams || e.Sizes.Unpadded })
}

// TestExport: each of the program's models goes to Keras in each format, and comes back
// with its vocabulary to give the same answers.
func TestExport(t *testing.T) {
	trained, all := filepath.Join(t.TempDir(), "run"), exported()
	if raced { // the same code runs for all
		all = all[:2]
	}
	succeed(t, "", tiny(trained, "--model", strings.Join(run.Names(all), ","), "--padding", "post")...)
	for _, of := range all {
		t.Run(of.Name, func(t *testing.T) {
			model := filepath.Join(trained, of.Name)
			m, err := run.Load(model)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			var net *nn.Model
			for _, format := range []string{"keras", "h5", "weights.h5"} {
				dir, printed := exportedTo(t, model, format)
				file := filepath.Join(dir, "model."+format)
				if !strings.HasPrefix(printed, "Exported "+model+":\n  "+file) {
					t.Errorf("%s: it prints\n%s", format, printed)
				}
				if format == "weights.h5" {
					for _, w := range net.Weights() {
						if err := w.Set(make([]float64, len(w.Float64s()))); err != nil {
							t.Fatal(err)
						}
					}
					err = keras.LoadWeights(file, net)
				} else {
					net, err = keras.Load(file)
				}
				if err != nil {
					t.Fatal(err)
				}
				e := readEncoder(t, filepath.Join(dir, "tokenizer.json"), m.Encoder().Config())
				checkAnswers(t, m, net, e)
				checkIDs(t, m.Encoder(), e)
				source := checkProgram(t, dir)
				for _, want := range []string{`here / "model.` + format + `"`, `"negative","positive"`, `maxlen=10, padding="post", truncating="pre")`} {
					if !strings.Contains(source, want) {
						t.Errorf("no %s in\n%s", want, source)
					}
				}
			}
		})
	}
}

// TestExportOfARun: it is the best model's, as that of predict.
func TestExportOfARun(t *testing.T) {
	dirs, err := run.BestFirst(sharedRun(t))
	if err != nil {
		t.Fatal(err)
	}
	_, printed := exportedTo(t, sharedRun(t), "keras")
	if !strings.HasPrefix(printed, "Exported "+dirs[0]+":\n") {
		t.Errorf("it prints\n%s", printed)
	}
}

// TestExportImported: what came from Keras goes back, with an id for unknown words, or a
// TextVectorization.
func TestExportImported(t *testing.T) {
	dir := imported(t)
	m, err := run.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	out, _ := exportedTo(t, dir, "keras")
	checkIDs(t, m.Encoder(), readEncoder(t, filepath.Join(out, "tokenizer.json"), m.Encoder().Config()))
	checkProgram(t, out)

	const file = `{"class_name": "TextVectorization", "config": {"standardize": "lower_and_strip_punctuation", "split": "whitespace", "output_mode": "int", "output_sequence_length": 6, "vocabulary": ["good", "dull"]}}`
	read, err := kerastext.ReadFrom(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	e, err := read.Encoder(read.Config)
	if err != nil {
		t.Fatal(err)
	}
	c, err := classifier.New("vectorized", m.Net(), e, m.Task())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dir = filepath.Join(t.TempDir(), "vectorized")
	if err := run.Import(dir, c, "model.keras"); err != nil {
		t.Fatal(err)
	}
	out, _ = exportedTo(t, dir, "h5")
	checkIDs(t, e, readEncoder(t, filepath.Join(out, "vectorization.json"), e.Config()))
	if source := checkProgram(t, out); !strings.Contains(source, "tf.keras.layers.deserialize") {
		t.Errorf("no layer in\n%s", source)
	}
}

// TestExportHints: where another format holds what one does not, it is named.
func TestExportHints(t *testing.T) {
	m, err := run.Load(filepath.Join(sharedRun(t), "embedding"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	net, err := nn.Sequential{Input: m.Net().Inputs()[0], Layers: []nn.Layer{
		nn.Embedding{InputDim: m.Encoder().Depth(), OutputDim: 2}, nn.LSTM{Units: 2, RecurrentActivation: nn.HardSigmoidKeras2}, m.Task().Head(),
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	c, err := classifier.New("lstm", net, m.Encoder(), m.Task())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dir := filepath.Join(t.TempDir(), "lstm")
	if err := run.Import(dir, c, "model.h5"); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	status, stdout, stderr := command("", "export", dir, "--out", filepath.Join(out, "m.keras"))
	checkFailure(t, status, exitFailure, stdout, stderr, "Keras 3 has no hard_sigmoid of slope 1/5", ": --format h5 can hold it")
	exportedTo(t, dir, "h5")
}

// TestExportTasks: several classes, whatever their names, and numbers.
func TestExportTasks(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		flags []string
		want  []string
	}{
		"classes": {`a,"say ""no"""` + "\nb,<ä>\nc,\\n\n", nil, []string{"import regex", `unicodedata.normalize("NFC", text)`, `labels = ["<ä>","\\n","say \"no\""]`, "p.argmax()"}},
		"numbers": {"a,1000\nb,1002\nc,1007\n", []string{"--regression", "--tokenizer", "keras", "--normalize", "none", "--case", "ascii"}, []string{"tokenizer_from_json", "print(float(y) * ", " + 100"}},
	} {
		t.Run(name, func(t *testing.T) {
			data := writeFile(t, filepath.Join(t.TempDir(), "t.csv"), "text,label\n"+strings.Repeat(c.table, 20))
			trained := filepath.Join(t.TempDir(), "run")
			args := tiny(trained, append([]string{"--data", data, "--model", "bow", "--split", "random"}, c.flags...)...)
			if status, _, stderr := command("", args...); status != exitOK {
				t.Fatal(stderr)
			}
			out, _ := exportedTo(t, trained, "keras")
			source := checkProgram(t, out)
			for _, want := range c.want {
				if !strings.Contains(source, want) {
					t.Errorf("no %s in\n%s", want, source)
				}
			}
		})
	}
}
