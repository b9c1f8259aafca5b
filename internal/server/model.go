package server

import (
	"context"
	"time"

	"unroll/internal/answer"
)

// The values of ModelInfo.Task.
const (
	Classes = "classes" // a prediction is a class and its probability
	Number  = "number"  // a prediction is a number
	Labels  = "labels"  // a prediction is any number of classes
)

// Model is one loaded model. Its methods may be called concurrently, but Close
// is called once and after all other calls have returned.
type Model interface {
	// Info describes the model. It is asked once, after loading.
	Info() ModelInfo
	// Predict returns one answer for each text. A text without a known word
	// gets one too. It may return early with an error when ctx ends, which
	// happens if nobody waits for any of the texts any more.
	Predict(ctx context.Context, texts []string) ([]answer.Answer, error)
	// Explain is Predict with Answer.Explanation.
	Explain(ctx context.Context, texts []string) ([]answer.Answer, error)
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
	Name       string    `json:"name"`                 // not empty, unique among the loaded
	Default    bool      `json:"default"`              // set by the server: the first model
	Task       string    `json:"task"`                 // Classes, Number or Labels
	Classes    []string  `json:"classes,omitempty"`    // by number; not of Number
	Thresholds []float64 `json:"thresholds,omitempty"` // probabilities above which classes are given; for Labels alone
	Parameters int       `json:"parameters"`           // trainable or not
	Layers     []string  `json:"layers"`               // name and kind: "embedding (Embedding)"
	MaxWords   int       `json:"max_words"`            // of a text that the model reads; 0 is all
	// Loaded is when the model was read. It is set by the server if zero.
	Loaded time.Time `json:"loaded"`
	// Validation and Test are the metrics of the model by name, if measured.
	Validation Metrics `json:"validation,omitempty"`
	Test       Metrics `json:"test,omitempty"`
}
