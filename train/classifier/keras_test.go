package classifier

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// fromKeras are encoders as files of Keras make them.
var fromKeras = map[string]string{
	"Tokenizer": `{"class_name": "Tokenizer", "config": {"num_words": 8, "oov_token": "<OOV>",
	 "word_index": "{\"<OOV>\": 1, \"a\": 2, \"wonderful\": 3, \"dull\": 4, \"film\": 5, \"story\": 6, \"actors\": 7, \"boring\": 8}"}}`,
	"without unknown words": `{"a": 1, "wonderful": 2, "dull": 3, "film": 4, "story": 5, "actors": 6, "boring": 7, "fine": 8}`,
	"with a start":          `{"<PAD>": 0, "<START>": 1, "<UNK>": 2, "a": 4, "wonderful": 5, "dull": 6, "film": 7, "boring": 8}`,
	"characters":            `{"class_name": "Tokenizer", "config": {"char_level": true, "oov_token": "?", "word_index": {"?": 1, "a": 2, "d": 3, "w": 4, "f": 5, "l": 6}}}`,
	"TextVectorization": `{"class_name": "TextVectorization", "config": {"standardize": "lower_and_strip_punctuation", "split": "whitespace",
	 "output_sequence_length": 9, "vocabulary": ["", "[UNK]", "a", "wonderful", "dull", "film", "story", "boring"]}}`,
}

// TestKeras: a model with an encoder from Keras is trained, saved, loaded, classifies and
// explains like any other, whatever pads its texts and stands before them.
func TestKeras(t *testing.T) {
	of := tasks["two classes"]
	for name, file := range fromKeras {
		for i, change := range []func(*text.EncoderConfig){
			func(c *text.EncoderConfig) { c.Padding, c.Truncating = text.Post, text.Post },
			func(c *text.EncoderConfig) { c.Value = 1 },
			func(c *text.EncoderConfig) { c.NumWords = 8 }, // and a network of any length
		} {
			read, err := kerastext.ReadFrom(strings.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			c := read.Config
			c.MaxLen = 9
			change(&c)
			e, err := read.Encoder(c)
			if err != nil {
				t.Fatal(err)
			}
			steps := 9
			if i == 2 {
				steps = nn.Any
			}
			net, err := nn.Sequential{Input: nn.Tokens(steps), Layers: []nn.Layer{
				nn.Embedding{InputDim: 9, OutputDim: 4}, nn.SimpleRNN{Units: 4}, of.Head(),
			}, Seed: 1}.Build()
			if err != nil {
				t.Fatal(err)
			}
			m, err := New("keras", net, e, of.Task)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			defer m.Close()
			config := of.Config()
			config.Optimizer = &optimizers.Adam{LearningRate: 0.05}
			trainer, err := train.Compile(net, config)
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Close()
			encoded, err := m.encode(rows(texts), false)
			if err != nil {
				t.Fatal(err)
			}
			d := m.data(encoded...)
			for _, y := range of.targets {
				d.Targets = append(d.Targets, of.Target(y))
			}
			if _, err := trainer.Fit(t.Context(), d, train.FitConfig{Epochs: 20, BatchSize: 2, Seed: 1}); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "model")
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer loaded.Close()
			checkKeras(t, name, m, loaded)
		}
	}
}

func checkKeras(t *testing.T, name string, m, loaded *Model) {
	t.Helper()
	all := append(slices.Clone(texts), "", "…?", "A WONDERFUL, wonderful surprise of a film with a very dull and boring end!", "quite")
	answers, err := m.Explain(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loaded.Explain(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answers, again); diff != "" {
		t.Errorf("%s: loaded it answers otherwise (-saved +loaded):\n%s", name, diff)
	}
	padded := train.Data{}
	for _, s := range all { // as a program that pads by itself
		padded.Tokens = append(padded.Tokens, m.Encoder().Encode(s))
	}
	y, err := m.trainer.Predict(context.Background(), padded, len(all))
	if err != nil {
		t.Fatal(err)
	}
	none := answers[len(texts)].Probabilities[1].Probability
	for i, a := range answers {
		p := a.Probabilities[1].Probability
		if math.Abs(p-float64(y[i])) > 1e-6 {
			t.Errorf("%s: %q is %v, of padded ids %v", name, all[i], p, y[i])
		}
		x := a.Explanation
		if math.Abs(x.Baseline-math.Log(none/(1-none))) > 1e-4 {
			t.Errorf("%s: explanations start at %v, no text is %v", name, x.Baseline, math.Log(none/(1-none)))
		}
		sum := x.Baseline
		for _, w := range x.Words {
			if sum += w.Push; w.Start >= w.End {
				t.Errorf("%s: a word of nothing in %q", name, all[i])
			}
		}
		if logit := math.Log(p / (1 - p)); math.Abs(sum-logit) > 0.05 {
			t.Errorf("%s: the words of %q sum up to %v, the logit is %v", name, all[i], sum, logit)
		}
	}
	if n := answers[len(all)-1].KnownWords; n != m.Encoder().KnownWords("quite") || name != "characters" && n != 0 {
		t.Errorf("%s: %d words of %q are known", name, n, "quite")
	}
	if v := m.Embedding(); name != "characters" {
		found, err := v.Find("Film")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range v.Nearest(found, 20) {
			if strings.ContainsAny(w.Word, "<[") {
				t.Errorf("%s: %q is taken for a word", name, w.Word)
			}
		}
		if _, err := v.Find("quite"); err == nil {
			t.Errorf("%s: an unknown word is found", name)
		}
	}
}

// TestTooFewRows: an encoder whose ids the embedding does not have.
func TestTooFewRows(t *testing.T) {
	e, err := text.LearnEncoder(text.Of("a b c d e"), text.EncoderConfig{MaxLen: 8})
	if err != nil {
		t.Fatal(err)
	}
	of := tasks["two classes"]
	net, err := nn.Sequential{Input: nn.Tokens(8), Layers: []nn.Layer{nn.Embedding{InputDim: 8, OutputDim: 2}, nn.SimpleRNN{Units: 2}, of.Head()}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New("small", net, e, of.Task); err == nil || err.Error() != "small: the encoder gives ids up to 8, the network's embedding has 8 rows" {
		t.Errorf("error %v", err)
	}
}
