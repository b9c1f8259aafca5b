package report

import (
	"encoding/json"
	"math"
	"time"

	"unroll/internal/answer"
)

// Version counts the changes of Report, of which a program reads the older ones.
const Version = 1

// Report is what a page tells of one run, or of several to compare. All of it
// survives a round trip through JSON.
type Report struct {
	Version int `json:"version"`

	Title string  `json:"title"`
	Score Measure `json:"score"` // by which all runs are judged
	Runs  []Run   `json:"runs"`

	Comparisons []Comparison `json:"comparisons,omitempty"`
}

// Measure is a score.
type Measure struct {
	Name    string `json:"name"`            // Keras's: accuracy, mean_absolute_error
	Percent bool   `json:"percent"`         // 0.75 is written 75.0 %: a share of the samples
	Lower   bool   `json:"lower,omitempty"` // less is better
}

// Run is one call of the program.
type Run struct {
	Name        string       `json:"name"`   // tells runs apart: the folder's
	Data        string       `json:"data"`   // what the texts are called
	Source      string       `json:"source"` // a line on where they are from and how many
	When        time.Time    `json:"when"`
	Seconds     float64      `json:"seconds"` // that it took
	Command     string       `json:"command"` // that does it again
	Seed        uint64       `json:"seed"`
	Settings    []Setting    `json:"settings"`
	Versions    []Setting    `json:"versions"`          // of the program, Go, kernels, the processor
	Classes     []string     `json:"classes,omitempty"` // names; none for numbers
	Experiments []Experiment `json:"experiments"`
}

// Setting is a name with its value.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Experiment is one model of a run. What tells of single predictions, from
// Confusion on, is of the test samples if there is a Test, else of the
// validation samples. What is empty is left out of the page.
type Experiment struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Baseline    bool    `json:"baseline,omitempty"` // what the others have to beat
	Parameters  int     `json:"parameters"`
	Layers      []Layer `json:"layers,omitempty"`
	Diagram     string  `json:"diagram,omitempty"` // an SVG file, shown as a picture
	Trials      []Trial `json:"trials,omitempty"`  // of its settings, in their order

	LearningCurve *LearningCurve `json:"learning_curve,omitempty"`

	Curves     Curves      `json:"curves"`
	Epoch      int         `json:"epoch,omitempty"`      // after which the weights are that all else is of, from 1; 0: the last
	Validation *Evaluation `json:"validation,omitempty"` // of these weights
	Test       *Evaluation `json:"test,omitempty"`

	Confusion   [][]float64  `json:"confusion,omitempty"` // [class, class that was given] samples
	PerClass    []ClassScore `json:"per_class,omitempty"`
	ROC         *ROC         `json:"roc,omitempty"`         // of two classes
	Trust       *Trust       `json:"trust,omitempty"`       // of classes
	Outcomes    *Outcomes    `json:"outcomes,omitempty"`    // of classes
	Predictions []Prediction `json:"predictions,omitempty"` // of numbers

	NoText string    `json:"no_text,omitempty"` // what it predicts for no text, from where words push
	Wrong  []Example `json:"wrong,omitempty"`   // the surest of those that are wrong, worst first
	Unsure []Example `json:"unsure,omitempty"`  // the least sure
}

// Trial is a setting that was tried on texts that were held out.
type Trial struct {
	Setting string `json:"setting"`
	Samples int    `json:"samples"` // that it was trained on
	Score   Number `json:"score"`   // the accuracy, or of numbers R²
	Chosen  bool   `json:"chosen,omitempty"`
}

// LearningCurve is how a model does with fewer samples, and what to make of it.
type LearningCurve struct {
	Points []Trial `json:"points"`
	Advice string  `json:"advice"` // whether more samples would help
}

// Layer is a row of a model's summary.
type Layer struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Shape  string `json:"shape"` // of the output
	Params int    `json:"params"`
}

// Curves hold a value for each epoch, [epochs]. The two of the validation samples
// are both empty without them, Seconds may be.
type Curves struct {
	Loss     Floats `json:"loss"`
	Score    Floats `json:"score"`
	ValLoss  Floats `json:"val_loss,omitempty"`
	ValScore Floats `json:"val_score,omitempty"`
	Seconds  Floats `json:"seconds,omitempty"`
}

// Evaluation is what a model reaches on a part of the samples.
type Evaluation struct {
	Loss    Number `json:"loss"`
	Score   Number `json:"score"`
	Samples int    `json:"samples"`
}

// ClassScore is how one class does. scikit-learn: classification_report.
type ClassScore struct {
	Name      string  `json:"name"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   float64 `json:"support"` // samples
}

// ROC is the share of the second class that is found, by the share of the first
// that is taken for it.
type ROC struct {
	Points [][2]float64 `json:"points"` // false and true positive rate, both rising from 0 to 1
	AUC    Number       `json:"auc"`
}

// Prediction is of a number.
type Prediction struct {
	True      float64 `json:"true"`
	Predicted float64 `json:"predicted"`
}

// Example is a text and what was made of it.
type Example struct {
	Text        string `json:"text"` // as it is in the data; HTML in it is shown as line breaks and characters
	True        string `json:"true"` // the class's name, or the number
	Predicted   string `json:"predicted"`
	Probability Number `json:"probability,omitempty"` // of what was predicted; 0 for numbers
	// Explained is the label that words push towards, where several may be predicted.
	Explained string `json:"explained,omitempty"`
	// Words push towards what was predicted, of numbers upwards; less than 0 away.
	Words   []answer.Word       `json:"words,omitempty"`
	Columns []answer.ColumnPush `json:"columns,omitempty"` // what stands beside the text
}

// Number is a number that may not be finite, as of a training that diverged.
// In JSON that is null, which is read as NaN.
type Number float64

func (n Number) finite() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.finite() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// Floats are Numbers in the type that a history gives.
type Floats []float64

// MarshalJSON implements json.Marshaler.
func (f Floats) MarshalJSON() ([]byte, error) {
	numbers := make([]Number, len(f))
	for i, v := range f {
		numbers[i] = Number(v)
	}
	return json.Marshal(numbers)
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Floats) UnmarshalJSON(b []byte) error {
	var numbers []Number
	if err := json.Unmarshal(b, &numbers); err != nil {
		return err
	}
	*f = nil
	for _, n := range numbers {
		*f = append(*f, float64(n))
	}
	return nil
}
