// Package answer has the one type for what a model says of a text, and its JSON. The
// classifier gives answers, and the program's lines, the server and the report show
// them.
package answer

import (
	"fmt"
	"strings"
)

// Answer is what a model says of a text: one of its classes, several labels, or a number.
type Answer struct {
	// Label is the most probable class and Probability its probability, in
	// [0, 1]; Probabilities has all classes in the model's order. A model of
	// numbers leaves them empty.
	Label         string
	Probability   float64
	Probabilities []Class
	// Labels are those that are given, in the model's order, of a model that may give
	// several, and not nil then; Label is the most probable one, given or not. Nil of
	// other models.
	Labels []string
	// Unsure says that the label is withheld, as a Rule can do: Label is then "unsure".
	Unsure bool
	// Value is the number, of a model of numbers.
	Value float64
	// KnownWords is the number of the text's words that the model saw.
	KnownWords int
	// Gaps are the values beside the text that the model did without.
	Gaps []Gap
	// Explanation is nil unless asked for.
	Explanation *Explanation
}

// Gap is a value of a column that a model did without: "" if it is missing, and else a
// category that no text had which was trained on.
type Gap struct {
	Column string `json:"column"`
	Value  string `json:"value,omitempty"`
}

// IsNumber reports whether the answer is a number and not a class.
func (a *Answer) IsNumber() bool { return len(a.Probabilities) == 0 }

// Multi reports whether the answer is any number of labels.
func (a *Answer) Multi() bool { return a.Labels != nil }

// None stands for the labels of a text that has none.
const None = "(none)"

// Listed writes labels for people.
func Listed(labels []string) string {
	if len(labels) == 0 {
		return None
	}
	return strings.Join(labels, ", ")
}

// Class is a class and its probability, in [0, 1].
type Class struct {
	Class       string
	Probability float64
}

// Explanation divides an answer among the words of its text, and the columns beside it.
type Explanation struct {
	Class    string       // the class explained: the second of two, else the most probable; "" of a number
	Baseline float64      // the output for no text, where the pushes start: a logit for classes
	NoText   *Answer      // the model's answer to no text, which Baseline is of
	Warning  string       // of an answer to no text that says much; "" without
	Words    []Word       // in the order of the text
	Columns  []ColumnPush // of what stands beside the text, in the model's order
	Gap      float64      // |Σ pushes + Baseline − the output|, what they leave unexplained
}

// Word is a word of a text, of the bytes Start to End: text[Start:End]. Words may
// overlap, as n-grams do. Push is how far it moved the answer: in logits towards the
// class explained, or in the units of the number.
type Word struct {
	Start int     `json:"start"`
	End   int     `json:"end"`
	Push  float64 `json:"push"`
}

// ColumnPush is how far a column beside the text moved the answer, as Word.Push tells of
// words.
type ColumnPush struct {
	Column string  `json:"column"`
	Push   float64 `json:"push"`
}

// strongAnswer is the probability at which an answer to no text is worth a warning.
const strongAnswer = 0.9

// NoTextWarning says of an answer to no text that the model is sure before it reads;
// "" if it is not. Its answers may come from the words all the same: they push it from
// there.
func (a *Answer) NoTextWarning() string {
	if a.IsNumber() || a.Probability < strongAnswer {
		return ""
	}
	return fmt.Sprintf("even without any text the model answers %s (%.2f): explanations start from that answer", a.Label, a.Probability)
}
