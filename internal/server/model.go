package server

import (
	"context"
	"time"
)

// The values of ModelInfo.Task.
const (
	Classes = "classes" // a prediction is a class and its probability
	Number  = "number"  // a prediction is a number
)

// Model is one loaded model. Its methods may be called concurrently, but Close
// is called once and after all other calls have returned.
type Model interface {
	// Info describes the model. It is asked once, after loading.
	Info() ModelInfo
	// Predict returns one prediction for each text. A text without a known word
	// gets one too. It may return early with an error when ctx ends, which
	// happens if nobody waits for any of the texts any more.
	Predict(ctx context.Context, texts []string) ([]Prediction, error)
	// Explain is Predict with Prediction.Explanation.
	Explain(ctx context.Context, texts []string) ([]Prediction, error)
	// History returns the curves of the training, one entry for each epoch, by
	// name: epoch, loss, val_loss and so on. It is asked once, after loading.
	History() []map[string]float64
	// Close frees what the model holds.
	Close() error
}

// Loader reads the models from where they are kept, the default one first. If
// it fails, it leaves no model open.
type Loader func(ctx context.Context) ([]Model, error)

// ModelInfo is what GET /v1/models says of a model.
type ModelInfo struct {
	Name       string   `json:"name"`              // not empty, unique among the loaded
	Default    bool     `json:"default"`           // set by the server: the first model
	Task       string   `json:"task"`              // Classes or Number
	Classes    []string `json:"classes,omitempty"` // by number; for Classes alone
	Parameters int      `json:"parameters"`        // trainable or not
	Layers     []string `json:"layers"`            // name and kind: "embedding (Embedding)"
	MaxWords   int      `json:"max_words"`         // of a text that the model reads; 0 is all
	// Loaded is when the model was read. It is set by the server if zero.
	Loaded time.Time `json:"loaded"`
	// Validation and Test are the metrics of the model by name, if measured.
	Validation Metrics `json:"validation,omitempty"`
	Test       Metrics `json:"test,omitempty"`
}

// Prediction is the answer for one text.
type Prediction struct {
	// Label is the most probable class and Probability its probability, in
	// [0, 1]; Probabilities has all classes in the model's order. They are used
	// if the model's task is Classes.
	Label         string
	Probability   float64
	Probabilities []ClassProbability
	// Value is the prediction if the model's task is Number.
	Value float64
	// KnownWords is the number of the text's words that the model saw.
	KnownWords int
	// Explanation is nil unless asked for.
	Explanation *Explanation
}

// ClassProbability is the probability of a class, in [0, 1].
type ClassProbability struct {
	Class       string
	Probability float64
}

// Explanation divides a prediction among the words of its text.
type Explanation struct {
	Class    string      // the class explained: the second of two; "" if the task is Number
	Baseline float64     // the output for no text, where the pushes start: a logit for Classes
	NoText   *Prediction // the model's answer to no text, which Baseline is of
	Warning  string      // of an answer to no text that says much; "" without
	Words    []Word      // in the order of the text
	Gap      float64     // |Σ pushes + Baseline − the output|, what they leave unexplained
}

// Word is a word of a text and its push, in logits towards the class explained,
// or in the units of the value.
type Word struct {
	Start, End int // bytes of the text in UTF-8: text[Start:End]
	Push       float64
}
