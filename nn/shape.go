package nn

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

// Any is a size that is known only when a program is compiled: the number of
// steps of a sequence model that takes sequences of any length.
const Any = -1

// Shape is the shape of one sample, without the batch: [features],
// [time, features], or [time] for word ids.
type Shape []int

// String writes the shape as Keras does, with the batch in front:
// "(None, 100, 32)".
func (s Shape) String() string {
	var b strings.Builder
	b.WriteString("(None")
	for _, n := range s {
		if n == Any {
			b.WriteString(", None")
		} else {
			fmt.Fprintf(&b, ", %d", n)
		}
	}
	if len(s) == 0 {
		b.WriteString(",")
	}
	return b.String() + ")"
}

// Eq reports whether the shapes are the same.
func (s Shape) Eq(t Shape) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		if s[i] != t[i] {
			return false
		}
	}
	return true
}

// fits reports whether a value of shape t may stand where s is declared: its
// number of steps may be Any.
func (s Shape) fits(t Shape) bool {
	if len(s) > 0 && len(t) > 0 && s[0] == Any {
		s = append(Shape{t[0]}, s[1:]...)
	}
	return s.Eq(t)
}

// Input says what a model takes.
type Input struct {
	// Name is that by which data is given to the input, where a model has
	// several.
	Name string `json:"name,omitempty"`
	// Kind is "tokens" for sequences of word ids, "bag" for ids of which the order does
	// not count, "weighted_bag" for those that come with weights, "features" for floats.
	Kind string `json:"kind"`
	// Shape is that of one sample.
	Shape Shape `json:"shape"`
}

const (
	tokens      = "tokens"
	bag         = "bag"
	weightedBag = "weighted_bag"
	features    = "features"
)

// Tokens is an input of word ids, [batch, steps]; steps may be Any.
func Tokens(steps int) Input { return Input{Kind: tokens, Shape: Shape{steps}} }

// Bag is an input of ids, [batch, Any], as many of a sample as there are: the order does
// not count, nothing is padded, and nothing is cut. EmbeddingBag takes it.
func Bag() Input { return Input{Kind: bag, Shape: Shape{Any}} }

// WeightedBag is a Bag in which each id comes with a weight.
func WeightedBag() Input { return Input{Kind: weightedBag, Shape: Shape{Any}} }

// Features is an input of floats, [batch, features] or [batch, time, features];
// time may be Any.
func Features(shape ...int) Input { return Input{Kind: features, Shape: shape} }

// IDs reports whether the input is word ids, in order or in bags.
func (in Input) IDs() bool { return in.Kind == tokens || in.Bagged() }

// Bagged reports whether the input is bags of ids.
func (in Input) Bagged() bool { return in.Kind == bag || in.Kind == weightedBag }

// Weighted reports whether ids come with weights.
func (in Input) Weighted() bool { return in.Kind == weightedBag }

// Steps returns the length of the input's sequences: Any if it is open, 0 if
// the input is no sequence.
func (in Input) Steps() int {
	if in.IDs() || len(in.Shape) == 2 {
		return in.Shape[0]
	}
	return 0
}

// Width returns the number of values of one step, or of a sample that is no
// sequence.
func (in Input) Width() int {
	if in.IDs() {
		return 1
	}
	return in.Shape[len(in.Shape)-1]
}

// unset reports whether nothing is said of the input.
func (in Input) unset() bool { return in.Kind == "" && in.Shape == nil }

func (in Input) check() error {
	shape := []int(in.Shape)
	switch {
	case !in.IDs() && in.Kind != features:
		return errors.Errorf("input: kind %q, want %q, %q, %q or %q", in.Kind, tokens, bag, weightedBag, features)
	case in.Bagged() && !in.Shape.Eq(Shape{Any}):
		return errors.Errorf("input: a bag of shape %v, want [Any]", shape)
	case in.IDs() && len(shape) != 1:
		return errors.Errorf("input: word ids of shape %v, want [steps]", shape)
	case !in.IDs() && len(shape) != 1 && len(shape) != 2:
		return errors.Errorf("input: features of shape %v, want [features] or [time, features]", shape)
	}
	for i, n := range shape {
		steps := i == 0 && in.Steps() != 0
		if n < 1 && !(steps && n == Any) {
			return errors.Errorf("input: %s of shape %v: size %d is %d, want at least 1", in.Kind, shape, i, n)
		}
	}
	return nil
}
