package bench

import (
	"fmt"
	"runtime"
	"testing"

	"unroll/nn"
)

// BenchmarkBranches runs a training step of 32 sequences of 100 steps through the two
// directions of a Bidirectional LSTM(64), on one processor and on two.
func BenchmarkBranches(b *testing.B) {
	const steps = 100
	w := OnFeatures(64, nn.Bidirectional{Layer: nn.LSTM{Units: 64}})
	for _, procs := range []int{1, 2} {
		b.Run(fmt.Sprintf("model=bilstm64/procs=%d", procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			run(b, compile(b, w, model(b, w, steps), nn.Train, nn.Fused, Batch, steps, true))
		})
	}
}
