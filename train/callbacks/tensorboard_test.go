package callbacks_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"unroll/internal/tfevents/tfeventstest"
	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// series is what was written of a kind: the points of each tag, in order.
type series map[string][]point

type point struct {
	Step   int64
	Values []float64
}

// readSeries returns all that is in the files of a folder.
func readSeries(t *testing.T, dir string) (scalars, histograms series, graphs [][]tfeventstest.Node) {
	t.Helper()
	scalars, histograms = series{}, series{}
	for _, path := range tfeventstest.Files(t, dir) {
		for i, e := range tfeventstest.Read(t, path) {
			if want := map[bool]string{true: "brain.Event:2"}[i == 0]; e.Version != want {
				t.Errorf("%s: event %d is of version %q, want %q", path, i, e.Version, want)
			}
			if e.Graph != nil {
				graphs = append(graphs, e.Graph)
			}
			for _, v := range e.Values {
				into := map[string]series{"scalars": scalars, "histograms": histograms}[v.Plugin]
				into[v.Tag] = append(into[v.Tag], point{e.Step, v.Content})
			}
		}
	}
	return scalars, histograms, graphs
}

// points returns the values at steps of first, first+every and so on, as they
// are in a file.
func points(first, every int64, values []float64) (p []point) {
	for i, v := range values {
		p = append(p, point{first + int64(i)*every, []float64{float64(float32(v))}})
	}
	return p
}

func TestTensorBoardScalars(t *testing.T) {
	dir := t.TempDir()
	tr := traintest.Trainer(t, 1)
	val := traintest.WordOrder(20, 2)
	var losses []float64
	batches := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.BatchEnd && e.Step%3 == 0 {
			losses = append(losses, e.Logs["loss"])
		}
		if e.Kind == train.EpochEnd && e.Epoch == 2 {
			return e.SetLearningRate(0.125) // after TensorBoard's turn
		}
		return nil
	})
	h, err := tr.Fit(context.Background(), traintest.WordOrder(80, 1), train.FitConfig{
		Epochs: 3, BatchSize: 20, Validation: &val, ValidationEvery: 2,
		Callbacks: []train.Callback{&callbacks.TensorBoard{Dir: dir, UpdateEvery: 3}, batches},
	})
	if err != nil {
		t.Fatal(err)
	}
	scalars, histograms, graphs := readSeries(t, filepath.Join(dir, "train"))
	accuracies := scalars["batch_accuracy"]
	delete(scalars, "batch_accuracy")
	want := series{
		"epoch_loss":          points(0, 1, h.Values("loss")),
		"epoch_accuracy":      points(0, 1, h.Values("accuracy")),
		"epoch_learning_rate": points(0, 1, []float64{0.01, 0.01, 0.125}),
		"batch_loss":          points(3, 3, losses),
	}
	if diff := cmp.Diff(want, scalars); diff != "" {
		t.Error("train: " + diff)
	}
	if len(accuracies) != 4 || len(histograms)+len(graphs) > 0 {
		t.Errorf("%d accuracies of 12 updates, want 4; %d histograms and %d graphs, want none", len(accuracies), len(histograms), len(graphs))
	}
	scalars, _, _ = readSeries(t, filepath.Join(dir, "validation"))
	logs := h.Epochs[1].Logs
	want = series{
		"epoch_loss":                        points(1, 1, []float64{logs["val_loss"]}),
		"epoch_accuracy":                    points(1, 1, []float64{logs["val_accuracy"]}),
		"evaluation_loss_vs_iterations":     points(8, 1, []float64{logs["val_loss"]}),
		"evaluation_accuracy_vs_iterations": points(8, 1, []float64{logs["val_accuracy"]}),
	}
	if diff := cmp.Diff(want, scalars); diff != "" {
		t.Error("validation: " + diff)
	}
}

// spread returns the least and the greatest value and the number of values.
func spread(x []float64) []float64 {
	return []float64{slices.Min(x), slices.Max(x), float64(len(x))}
}

// ofBuckets returns the same of a histogram's rows [left, right, count].
func ofBuckets(rows []float64) []float64 {
	n := 0.0
	for i := 2; i < len(rows); i += 3 {
		n += rows[i]
	}
	return []float64{rows[0], rows[len(rows)-2], n}
}

// TestTensorBoardHistograms: those of the weights are of the weights after the
// epoch, and those of the gradients are of what plain SGD took off in the last
// update, Δw = −lr·g, whoever shared the batch.
func TestTensorBoardHistograms(t *testing.T) {
	for _, shards := range []int{1, 3} {
		dir := t.TempDir()
		m, err := nn.Sequential{Input: nn.Tokens(6), Seed: 1, Layers: []nn.Layer{
			nn.Embedding{InputDim: 10, OutputDim: 4}, nn.SimpleRNN{Units: 5}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
		}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: nn.BinaryCrossentropy{}, Shards: shards})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		after := [][][]float64{traintest.Weights(m)} // by updates
		_, err = tr.Fit(context.Background(), traintest.WordOrder(40, 1), train.FitConfig{
			Epochs: 4, BatchSize: 20, Callbacks: []train.Callback{&callbacks.TensorBoard{Dir: dir, HistogramEvery: 3}, train.CallbackFunc(func(e *train.Event) error {
				if e.Kind == train.BatchEnd {
					after = append(after, traintest.Weights(m))
				}
				return nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, histograms, _ := readSeries(t, filepath.Join(dir, "train"))
		if want := 2 * len(m.Weights()); len(histograms) != want {
			t.Errorf("%d series of histograms, want %d", len(histograms), want)
		}
		near := cmpopts.EquateApprox(1e-3, 1e-6)
		for i, w := range m.Weights() {
			var values, gradients []point
			for _, epoch := range []int{0, 3} {
				before, now := after[2*epoch+1][i], after[2*epoch+2][i]
				g := make([]float64, len(now))
				for j := range g {
					g[j] = (before[j] - now[j]) / 0.5
				}
				values = append(values, point{int64(epoch), spread(now)})
				gradients = append(gradients, point{int64(epoch), spread(g)})
			}
			for tag, want := range map[string][]point{w.Name() + "/histogram": values, w.Name() + "/gradient": gradients} {
				var got []point
				for _, p := range histograms[tag] {
					if len(p.Values) == 3 { // one value lies in the middle of its bucket
						p.Values[0], p.Values[1] = p.Values[0]+0.5, p.Values[1]-0.5
					}
					got = append(got, point{p.Step, ofBuckets(p.Values)})
				}
				if diff := cmp.Diff(want, got, near); diff != "" {
					t.Errorf("%d shards: %s: %s", shards, tag, diff)
				}
			}
		}
	}
}
