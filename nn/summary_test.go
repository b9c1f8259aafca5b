package nn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines joins lines, which may end in blanks that an editor would remove from
// a raw string.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

var (
	thinRule  = strings.Repeat("_", 65)
	thickRule = strings.Repeat("=", 65)
	blank     = strings.Repeat(" ", 65)
)

// TestSummaries holds the tables that Keras 2.10 prints for both experiments:
// 65 columns, of which the second starts at 29 and the third at 55, and a line
// of blanks after each layer. Keras ends each line where its last column does,
// so lines end in blanks.
func TestSummaries(t *testing.T) {
	cases := []struct {
		name  string
		model Sequential
		want  string
	}{
		{"one_hot", oneHotModel(100, 100, 32), lines(
			`Model: "sequential"`,
			thinRule,
			" Layer (type)                Output Shape              Param #   ",
			thickRule,
			" simple_rnn (SimpleRNN)      (None, 32)                4256      ",
			blank,
			" dense (Dense)               (None, 1)                 33        ",
			blank,
			thickRule,
			"Total params: 4,289",
			"Trainable params: 4,289",
			"Non-trainable params: 0",
			thinRule,
		)},
		{"embedding", embeddingModel(1000, 100, 32, 8), lines(
			`Model: "sequential"`,
			thinRule,
			" Layer (type)                Output Shape              Param #   ",
			thickRule,
			" embedding (Embedding)       (None, 100, 32)           32000     ",
			blank,
			" simple_rnn (SimpleRNN)      (None, 8)                 328       ",
			blank,
			" dense (Dense)               (None, 1)                 9         ",
			blank,
			thickRule,
			"Total params: 32,337",
			"Trainable params: 32,337",
			"Non-trainable params: 0",
			thinRule,
		)},
		{"any_length", embeddingModel(10, Any, 4, 3), lines(
			`Model: "sequential"`,
			thinRule,
			" Layer (type)                Output Shape              Param #   ",
			thickRule,
			" embedding (Embedding)       (None, None, 4)           40        ",
			blank,
			" simple_rnn (SimpleRNN)      (None, 3)                 24        ",
			blank,
			" dense (Dense)               (None, 1)                 4         ",
			blank,
			thickRule,
			"Total params: 68",
			"Trainable params: 68",
			"Non-trainable params: 0",
			thinRule,
		)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := c.model.Build()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, m.Summary()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestParameterCounts states what Keras's summaries say of gated layers:
// gates·units·(features + units + biases).
func TestParameterCounts(t *testing.T) {
	for _, c := range []struct {
		name  string
		model Sequential
		row   string // of the recurrent layer
		total string
	}{
		// 4·8·(32 + 8 + 1) = 1,312 after 32,000 and before 9
		{"lstm", Sequential{Input: Tokens(100), Layers: []Layer{
			Embedding{InputDim: 1000, OutputDim: 32}, LSTM{Units: 8}, Dense{Units: 1, Activation: Sigmoid},
		}}, " lstm (LSTM)                 (None, 8)                 1312 ", "33,321"},
		{"lstm without bias", Sequential{Input: Features(4, 8), Layers: []Layer{LSTM{Units: 32, NoBias: true}}},
			" lstm (LSTM)                 (None, 32)                5120 ", "5,120"},
		// 3·32·(8 + 32 + 2)
		{"gru", Sequential{Input: Features(4, 8), Layers: []Layer{GRU{Units: 32}}},
			" gru (GRU)                   (None, 32)                4032 ", "4,032"},
		// 3·32·(8 + 32 + 1)
		{"gru with its reset before", Sequential{Input: Features(4, 8), Layers: []Layer{GRU{Units: 32, ResetBefore: true, ReturnSequences: true}}},
			" gru (GRU)                   (None, 4, 32)             3936 ", "3,936"},
		{"gru without bias", Sequential{Input: Features(4, 8), Layers: []Layer{GRU{Units: 32, NoBias: true}}},
			" gru (GRU)                   (None, 32)                3840 ", "3,840"},
	} {
		m, err := c.model.Build()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"\n" + c.row, "\nTotal params: " + c.total + "\n"} {
			if got := m.Summary(); !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, got)
			}
		}
	}
}

// TestSummaryWraps: what is longer than its column goes on in the next line, as
// in Keras, also to the blank by which a full cell moves the next one.
func TestSummaryWraps(t *testing.T) {
	m, err := Sequential{Input: Tokens(Any), Layers: []Layer{
		Embedding{InputDim: 20_000, OutputDim: 128}, Bidirectional{Layer: LSTM{Units: 64}}, Dense{Units: 1, Activation: Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	want := lines(
		`Model: "sequential"`,
		thinRule,
		" Layer (type)                Output Shape              Param #   ",
		thickRule,
		" embedding (Embedding)       (None, None, 128)         2560000   ",
		blank,
		" bidirectional (Bidirectiona  (None, 128)              98816     ",
		" l)                                                              ",
		blank,
		" dense (Dense)               (None, 1)                 129       ",
		blank,
		thickRule,
		"Total params: 2,658,945",
		"Trainable params: 2,658,945",
		"Non-trainable params: 0",
		thinRule,
	)
	if diff := cmp.Diff(want, m.Summary()); diff != "" {
		t.Error(diff)
	}
}

// TestFunctionalSummaries: inputs are rows, lists go on below one another, and
// each layer says what it reads.
func TestFunctionalSummaries(t *testing.T) {
	thin, thick, blank := strings.Repeat("_", 98), strings.Repeat("=", 98), strings.Repeat(" ", 98)
	for name, c := range map[string]struct {
		model *Functional
		want  []string
	}{
		"siamese": {siamese(), []string{
			" left (InputLayer)              [(None, 4)]          0           []                               ",
			blank,
			" right (InputLayer)             [(None, None)]       0           []                               ",
			blank,
			" embedding (Embedding)          (None, 4, 3)         36          ['left[0][0]',                   ",
			"                                                                  'right[0][0]']                  ",
			blank,
			" lstm (LSTM)                    (None, 2)            48          ['embedding[0][0]',              ",
			"                                                                  'embedding[1][0]']              ",
			blank,
			" subtract (Subtract)            (None, 2)            0           ['lstm[0][0]',                   ",
			"                                                                  'lstm[1][0]']                   ",
			blank,
			" dense (Dense)                  (None, 1)            3           ['subtract[0][0]']               ",
			blank,
			thick,
			"Total params: 87",
			"Trainable params: 87",
			"Non-trainable params: 0",
		}},
		"translator": {translator(), []string{
			" from (InputLayer)              [(None, 4)]          0           []                               ",
			blank,
			" to (InputLayer)                [(None, 3)]          0           []                               ",
			blank,
			" embedding (Embedding)          (None, 4, 3)         36          ['from[0][0]',                   ",
			"                                                                  'to[0][0]']                     ",
			blank,
			" lstm (LSTM)                    [(None, 2),          48          ['embedding[0][0]']              ",
			"                                 (None, 2),                                                       ",
			"                                 (None, 2)]                                                       ",
			blank,
			" lstm_1 (LSTM)                  (None, 3, 2)         48          ['embedding[1][0]',              ",
			"                                                                  'lstm[0][1]',                   ",
			"                                                                  'lstm[0][2]']                   ",
			blank,
			" dense (Dense)                  (None, 3, 12)        36          ['lstm_1[0][0]']                 ",
			blank,
			thick,
			"Total params: 168",
			"Trainable params: 168",
			"Non-trainable params: 0",
		}},
	} {
		m, err := c.model.Build()
		if err != nil {
			t.Fatal(err)
		}
		head := []string{`Model: "model"`, thin,
			" Layer (type)                   Output Shape         Param #     Connected to                     ", thick}
		want := lines(append(append(head, c.want...), thin)...)
		if diff := cmp.Diff(want, m.Summary()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestNamesAreNumberedByType(t *testing.T) {
	m, err := Sequential{Input: Features(3, 2), Layers: []Layer{
		SimpleRNN{Units: 2, ReturnSequences: true},
		Dense{Units: 2},
		SimpleRNN{Units: 2, ReturnSequences: true},
		&SimpleRNN{Units: 2},
		Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range m.rows {
		got = append(got, r.name)
	}
	want := []string{"simple_rnn", "dense", "simple_rnn_1", "simple_rnn_2", "dense_1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := m.Weight("simple_rnn_2/recurrent_kernel"); err != nil {
		t.Error(err)
	}
}

// TestSnake compares with what Keras's to_snake_case gives.
func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"Dense":                  "dense",
		"SimpleRNN":              "simple_rnn",
		"SimpleRNNCell":          "simple_rnn_cell",
		"RNN":                    "rnn",
		"LSTM":                   "lstm",
		"OneHot":                 "one_hot",
		"GlobalAveragePooling1D": "global_average_pooling1d",
		"BatchNormalization":     "batch_normalization",
	} {
		if got := snake(name); got != want {
			t.Errorf("snake(%s) is %s, want %s", name, got, want)
		}
	}
}
