package bench

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// allocations returns what a training step of Fit allocates once programs and
// buffers are made: feeding, forward, backward, optimizer and metric.
func allocations(t *testing.T, w Workload, batch, steps, shards int) (objects, bytes float64) {
	t.Helper()
	const warm, measured = 5, 40
	m, err := w.Model(steps)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{
		Optimizer: &optimizers.Adam{},
		Loss:      w.Loss(),
		Metrics:   []train.Metric{&metrics.BinaryAccuracy{}},
		Execution: nn.Fused,
		Shards:    shards,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var from, to runtime.MemStats
	hook := func(e *train.Event) error {
		if e.Kind == train.BatchEnd && e.Batch == warm {
			runtime.ReadMemStats(&from)
		}
		if e.Kind == train.BatchEnd && e.Batch == warm+measured {
			runtime.ReadMemStats(&to)
		}
		return nil
	}
	n := batch * (warm + measured)
	d := train.Data{Tokens: w.Sequences(n, steps), Targets: Targets(n)}
	if _, err := tr.Fit(context.Background(), d, train.FitConfig{BatchSize: batch, Callbacks: []train.Callback{train.CallbackFunc(hook)}}); err != nil {
		t.Fatal(err)
	}
	return float64(to.Mallocs-from.Mallocs) / measured, float64(to.TotalAlloc-from.TotalAlloc) / measured
}

// TestStepAllocations: a fused training step allocates fewer than 500 objects
// and 64 KiB, and as many for long sequences and large batches as for small.
func TestStepAllocations(t *testing.T) {
	for _, w := range Workloads {
		for _, shards := range []int{0, 1, 2} {
			t.Run(fmt.Sprintf("%s/shards=%d", w.Name, shards), func(t *testing.T) {
				// Without shards it is the program's choice, which grows with
				// the work; the sizes are compared for the same number.
				small, smallBytes := allocations(t, w, 32, 100, shards)
				t.Logf("%.0f objects, %.0f bytes a step", small, smallBytes)
				if small >= 500 || smallBytes >= 64<<10 {
					t.Errorf("a step allocates %.0f objects, %.0f bytes; want fewer than 500, 65536", small, smallBytes)
				}
				if shards == 0 {
					return
				}
				for _, size := range [][2]int{{32, 200}, {64, 100}} {
					large, largeBytes := allocations(t, w, size[0], size[1], shards)
					// The runtime's own goroutines allocate now and then.
					if large > small+5 || largeBytes > smallBytes+1024 {
						t.Errorf("a step of %d sequences of %d words allocates %.1f objects, %.0f bytes; of 32 of 100 words %.1f, %.0f",
							size[0], size[1], large, largeBytes, small, smallBytes)
					}
				}
			})
		}
	}
}
