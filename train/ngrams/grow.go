package ngrams

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// unlearned is the logit of a class that has learned nothing, less than that of any other.
const unlearned = -10

// Grow returns a network with more classes than one that Train made, which come after its
// own, and the factor that its weights are multiplied by, where it was factor. The
// probabilities of the old classes are nearly what they were. From the one output w of two
// classes come
//
//	σ(w) = softmax(−w/2, w/2)
//
// and the weights of a new class are zeros, with a bias that gives it nothing. Data.From
// takes what Weights returns of the network.
func Grow(net *nn.Model, factor float64, classes int) (*nn.Model, float64, error) {
	bag, ok := net.Layers()[0].Layer.(nn.EmbeddingBag)
	old := bag.OutputDim
	if ok && old == 1 && bag.Activation == nn.Sigmoid {
		old = 2
	} else if old == 1 {
		ok = false
	}
	if !ok || classes <= old || classes < 3 {
		return nil, 0, errors.Errorf("n-grams: a network of %d classes cannot have %d", old, classes)
	}
	grown, err := Network(bag.InputDim, bag.Split, classes)
	if err != nil {
		return nil, 0, err
	}
	if bag.OutputDim == 1 {
		factor /= 2
	}
	widen := func(path string, fill float64) error {
		from, err := net.Weight("embedding_bag/" + path)
		if err != nil {
			return err
		}
		to, err := grown.Weight("embedding_bag/" + path)
		if err != nil {
			return err
		}
		x := from.Float64s()
		if path == "scale" {
			return to.Set(x)
		}
		y := make([]float64, 0, len(x)/bag.OutputDim*classes)
		for ; len(x) > 0; x = x[bag.OutputDim:] {
			if bag.OutputDim == 1 {
				y = append(y, -x[0]/2, x[0]/2)
			} else {
				y = append(y, x[:bag.OutputDim]...)
			}
			for range classes - old {
				y = append(y, fill)
			}
		}
		return to.Set(y)
	}
	// The margins of the others are seldom below −2, where they say no to a text.
	for path, fill := range map[string]float64{"embeddings": 0, "bias": unlearned - 2*factor, "scale": 0} {
		if err := widen(path, fill); err != nil {
			return nil, 0, errors.WithMessage(err, "n-grams")
		}
	}
	return grown, factor, nil
}
