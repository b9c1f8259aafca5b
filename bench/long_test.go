package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// longRun names the run that this process is started for, if it is.
const longRun = "UNROLL_LONG_RUN"

// BenchmarkLong trains LSTMs on one batch of long sequences of 16 features, of whose
// outputs the last alone is used, with and without Remat in turns. Each run is a
// process of its own, of which the figures are the largest resident memory and the
// median time of a step. Run it with -benchtime 1x.
func BenchmarkLong(b *testing.B) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip("SKIPPED, NO /proc/self/status HERE: the largest resident memory is not measured")
	}
	figures := regexp.MustCompile(`peak-MB (\S+) ms/step (\S+)`)
	for _, units := range []int{128, 256} {
		for _, steps := range []int{5_000, 50_000} {
			for _, remat := range []bool{false, true} {
				if steps > 5_000 && !remat {
					fmt.Printf("# skipped: T=%d without Remat takes %d GB\n", steps, units/8)
					continue
				}
				b.Run(fmt.Sprintf("units=%d/T=%d/remat=%t", units, steps, remat), func(b *testing.B) {
					for b.Loop() {
						c := exec.Command(os.Args[0])
						c.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %t", longRun, units, steps, remat))
						out, err := c.CombinedOutput()
						m := figures.FindSubmatch(out)
						if err != nil || m == nil {
							b.Fatalf("%v: %s", err, out)
						}
						for i, unit := range []string{"peak-MB", "ms/step"} {
							x, err := strconv.ParseFloat(string(m[1+i]), 64)
							if err != nil {
								b.Fatal(err)
							}
							b.ReportMetric(x, unit)
						}
					}
				})
			}
		}
	}
}

// TestMain is a run of BenchmarkLong where the environment says so.
func TestMain(m *testing.M) {
	run := os.Getenv(longRun)
	if run == "" {
		os.Exit(m.Run())
	}
	if err := long(run); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// long trains as a run says, "UNITS STEPS REMAT", and prints what it took.
func long(run string) error {
	var units, steps int
	var remat bool
	if _, err := fmt.Sscan(run, &units, &steps, &remat); err != nil {
		return err
	}
	const features = 16
	m, err := nn.Sequential{Input: nn.Features(steps, features), Layers: []nn.Layer{nn.LSTM{Units: units, Remat: remat}, nn.Dense{Units: 1}}, Seed: 1}.Build()
	if err != nil {
		return err
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{FromLogits: true}})
	if err != nil {
		return err
	}
	defer tr.Close()
	data := train.Data{Targets: Targets(Batch)}
	x := Normal(Batch * steps * features)
	for i := range Batch {
		data.Features = append(data.Features, x[i*steps*features:(i+1)*steps*features])
	}
	var took []time.Duration
	var began time.Time
	_, err = tr.Fit(context.Background(), data, train.FitConfig{Epochs: 5, Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
		switch e.Kind {
		case train.EpochBegin:
			began = time.Now()
		case train.BatchEnd:
			took = append(took, time.Since(began))
		}
		return nil
	})}})
	if err != nil {
		return err
	}
	took = took[1:] // the first compiles
	slices.Sort(took)
	peak, err := largestResident()
	if err != nil {
		return err
	}
	fmt.Printf("peak-MB %.1f ms/step %.1f\n", peak, took[len(took)/2].Seconds()*1e3)
	return nil
}

// largestResident returns the largest resident memory of this process so far, in MB.
func largestResident() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, line, found := bytes.Cut(status, []byte("VmHWM:"))
	if !found {
		return 0, errors.New("/proc/self/status has no VmHWM")
	}
	kB, err := strconv.ParseFloat(string(bytes.Fields(line)[0]), 64)
	return kB * 1024 / 1e6, err
}
