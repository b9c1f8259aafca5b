package callbacks

import (
	"math"

	"github.com/pkg/errors"

	"unroll/train"
)

// TerminateOnNaN ends the training with an error when the loss is not finite,
// and names the first node of the last update's graph whose value was not.
// Keras: TerminateOnNaN, which stops as if nothing were wrong.
type TerminateOnNaN struct{}

// Handle implements train.Callback.
func (TerminateOnNaN) Handle(e *train.Event) error {
	if e.Kind != train.BatchEnd {
		return nil
	}
	if loss := e.Logs["loss"]; !math.IsNaN(loss) && !math.IsInf(loss, 0) {
		return nil
	}
	if where, ok := e.NonFinite(); ok {
		return errors.Errorf("terminate_on_nan: the loss is %v: %s", e.Logs["loss"], where)
	}
	return errors.Errorf("terminate_on_nan: the loss is %v", e.Logs["loss"])
}
