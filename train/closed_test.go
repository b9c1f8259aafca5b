package train_test

import (
	"errors"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// closing is a callback that holds something until it is closed.
type closing struct {
	fail   train.EventKind // the event at which it fails
	err    error           // of Close
	closed int
}

func (c *closing) Handle(e *train.Event) error {
	if e.Kind == c.fail {
		return errFails
	}
	return nil
}

func (c *closing) Close() error { c.closed++; return c.err }

var errFails, errClose = errors.New("it fails"), errors.New("it does not close")

// TestCallbacksAreClosed: a callback is closed once, whether Fit ends well or at any of its
// events, and what Close returns is told unless something was wrong before.
func TestCallbacksAreClosed(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Features: [][]float32{{1}, {2}}, Targets: []float32{1, 2}}
	for _, c := range []struct {
		fail      train.EventKind
		err, want error
	}{
		{-1, nil, nil}, {-1, errClose, errClose}, {train.TrainBegin, nil, errFails}, {train.BatchEnd, errClose, errFails}, {train.EpochEnd, nil, errFails}, {train.TrainEnd, errClose, errFails},
	} {
		first, second := &closing{fail: -1}, &closing{fail: c.fail, err: c.err}
		_, err := tr.Fit(t.Context(), d, train.FitConfig{Callbacks: []train.Callback{first, second}})
		if !errors.Is(err, c.want) || first.closed != 1 || second.closed != 1 {
			t.Errorf("%+v: error %v, closed %d and %d times", c, err, first.closed, second.closed)
		}
	}
}
