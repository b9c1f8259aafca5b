package train_test

import (
	"context"
	"testing"

	"github.com/pkg/errors"

	"unroll/train"
	"unroll/train/internal/traintest"
)

// TestNodeUnwatched: what nobody asked for is an error, and nothing is there yet before
// the first update.
func TestNodeUnwatched(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	stop := errors.New("stop")
	_, err := tr.Fit(context.Background(), traintest.WordOrder(20, 1), train.FitConfig{Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.TrainBegin {
			if values, gradient, err := e.Node("dense"); values != nil || gradient != nil || err != nil {
				t.Errorf("at the beginning: %v, %v, %v", values, gradient, err)
			}
		}
		if e.Kind != train.BatchEnd {
			return nil
		}
		if values, gradient, err := e.Node("dense/bias"); len(values) != 1 || len(gradient) != 1 || err != nil {
			t.Errorf("a weight is %v, %v, %v", values, gradient, err)
		}
		if _, _, err := e.Node("dense"); err == nil || err.Error() != `the model has no weight "dense", and no callback watches a layer of this name` {
			t.Errorf("the error is %v", err)
		}
		return stop
	})}})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
}
