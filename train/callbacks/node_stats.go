package callbacks

import (
	"math"

	"github.com/pkg/errors"

	"unroll/train"
)

// NodeStats adds statistics of what inner layers put out, and of weights, to the logs of
// each epoch, so that the History and loggers have them. They are those of the epoch's
// last update; what the model learns does not change by it. Place it before the callbacks
// that write or watch them. Of a node "lstm" the logs are
//
//	lstm/mean, lstm/std, lstm/min, lstm/max
//	lstm/zeros                               the share of elements that are 0
//	lstm/gradient_norm                       √Σ (∂loss/∂element)²
//
// A layer whose zeros go to 1 is dead; a norm that falls or grows from layer to layer
// tells of gradients that vanish or explode. gradient_norm is left out where the loss is
// not computed from the node itself, see train.Event.Node: of an Embedding take the weight,
// "embedding/embeddings". All are left out where a run is resumed after the epoch's last
// update.
type NodeStats struct {
	// Names are those of layers, "lstm" or "encoder/gru", of one of several outputs or
	// calls, "lstm[0][1]", or of weights, "lstm/kernel".
	Names []string
}

// statistics are the logs of a node, behind its name.
var statistics = []string{"/mean", "/std", "/min", "/max", "/zeros", "/gradient_norm"}

// Watched implements train.Watcher.
func (s NodeStats) Watched() []string { return s.Names }

// LogNames implements train.LogAdder.
func (s NodeStats) LogNames() (names []string) {
	for _, name := range s.Names {
		for _, what := range statistics {
			names = append(names, name+what)
		}
	}
	return names
}

// Handle implements train.Callback. A name that the model does not have is an error
// before the first update.
func (s NodeStats) Handle(e *train.Event) error {
	switch e.Kind {
	case train.TrainBegin:
		if len(s.Names) == 0 {
			return errors.New("node_stats: no Names")
		}
	case train.EpochEnd:
		for _, name := range s.Names {
			values, gradient, err := e.Node(name)
			if err != nil {
				return errors.WithMessage(err, "node_stats")
			}
			if values != nil {
				describe(e.Logs, name, values)
			}
			if gradient != nil {
				e.Logs[name+"/gradient_norm"] = math.Sqrt(mean(gradient, square) * float64(len(gradient)))
			}
		}
	}
	return nil
}

func describe(logs train.Logs, name string, x []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	zeros := 0
	for _, v := range x {
		low, high = math.Min(low, v), math.Max(high, v)
		if v == 0 {
			zeros++
		}
	}
	m := mean(x, func(v float64) float64 { return v })
	logs[name+"/mean"] = m
	logs[name+"/std"] = math.Sqrt(mean(x, func(v float64) float64 { return square(v - m) }))
	logs[name+"/min"], logs[name+"/max"] = low, high
	logs[name+"/zeros"] = float64(zeros) / float64(len(x))
}

func mean(x []float64, f func(float64) float64) (sum float64) {
	for _, v := range x {
		sum += f(v)
	}
	return sum / float64(len(x))
}

func square(v float64) float64 { return v * v }
