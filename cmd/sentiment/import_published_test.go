package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportPublished: models that people published are imported with their words, or
// refused by what they are.
func TestImportPublished(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(filepath.Join(shared, "keras")); err != nil {
		t.Skipf("SKIPPED: published models are NOT imported, there is no %s", shared)
	}
	const series, summary = "is no model of texts: it takes numbers of the shape ", "sentiment summary "
	for name, c := range map[string]struct {
		args  []string
		wants []string
	}{
		"simple_rnn-3.13.keras":    {[]string{"--tokenizer", "keras/tokenizer.pkl", "--padding", "post", "--truncating", "post"}, []string{"of Keras 3.13.2\n", "322,625 parameters", "optimizer Adam with learning rate 0.001; loss binary_crossentropy", "200 words; padding post, truncating post\n"}},
		"gru_mask-3.13.keras":      {[]string{"--tokenizer", "keras/tokenizer.pkl"}, []string{"Embedding, GRU, Dropout, Dense; 178,881 parameters", "guessed     num_words 5,000, which the embedding has"}},
		"lstm_imdb-2.0.9.h5":       {[]string{"--tokenizer", "imdb_word_index.json", "--maxlen", "500"}, []string{"HDF5 of a whole model, of Keras 2.0.9\n", "word index of keras.datasets.imdb, 88,584 words", "500 words; padding pre"}},
		"simple_rnn-2.6.h5":        {nil, []string{series + "(None, 1, 7)", summary}},
		"lstm_series-3.8.h5":       {nil, []string{series + "(None, 24, 1)", summary}},
		"lstm_series-3.8.keras":    {nil, []string{series + "(None, 24, 1)", summary}},
		"masking_lstm-3.8.keras":   {nil, []string{series + "(None, 47, 60)", summary}},
		"cnn_lstm.keras":           {nil, []string{series + "(None, 72, 1)", summary}},
		"gru.weights.h5":           {nil, []string{"HDF5 of weights", "keras.LoadWeights", summary}},
		"custom_attention-3.keras": {nil, []string{`layer "attention_layer_3" (4th of 6, after "bidirectional_3"): class AttentionLayer is of the file's author`}},
		"tokenizer.pkl":            {nil, []string{"this is a Python pickle"}},
	} {
		t.Run(name, func(t *testing.T) {
			file, dir := filepath.Join(shared, "keras", name), filepath.Join(t.TempDir(), "mine")
			args := append([]string{"import", file, "--out", dir}, c.args...)
			if c.args == nil {
				status, stdout, stderr := command("", append(args, "--tokenizer", "imdb")...)
				checkFailure(t, status, exitFailure, stdout, stderr, c.wants...)
				return
			}
			args[5] = filepath.Join(shared, args[5])
			got := succeed(t, "", args...)
			for _, w := range c.wants {
				if !strings.Contains(got, w) {
					t.Errorf("want %q in\n%s", w, got)
				}
			}
			good := strings.Repeat("Wonderful film, excellent story, brilliant acting, beautiful music: perfect, loved! ", 60)
			bad := strings.Repeat("Waste of time, worst film ever: boring, awful script, terrible acting, poor! ", 60)
			answers := strings.SplitN(succeed(t, "", "predict", dir, good, bad), "\n", 2)
			if !strings.HasPrefix(answers[0], "positive ") || !strings.HasPrefix(answers[1], "negative ") {
				t.Errorf("predict prints %.40q and %.40q", answers[0], answers[1])
			}
		})
	}
}
