package run

import (
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/train"
)

func madeUp(epochs int, slope float64) *train.History {
	h := &train.History{}
	for i := range epochs {
		y := 0.5 + slope*float64(i)/float64(epochs)
		h.Epochs = append(h.Epochs, train.Epoch{Logs: train.Logs{"loss": y, "val_loss": y + 0.05, "accuracy": y, "val_accuracy": y + 0.05}})
	}
	return h
}

func TestPlots(t *testing.T) {
	for _, epochs := range []int{1, 2} {
		dir := t.TempDir()
		if err := plotHistory(dir, "test", "accuracy", madeUp(epochs, 0.3)); err != nil {
			t.Fatalf("%d epochs: %v", epochs, err)
		}
		for _, what := range []string{"loss", "accuracy"} {
			f, err := os.Open(filepath.Join(dir, what+".png"))
			if err != nil {
				t.Fatal(err)
			}
			image, err := png.DecodeConfig(f)
			f.Close()
			if err != nil || image.Width < 900 || image.Height < 600 {
				t.Errorf("%s: %d×%d (%v)", what, image.Width, image.Height, err)
			}
		}
	}
}

// TestLegendHasRoom: no curve reaches the upper fifth, where the legend is.
func TestLegendHasRoom(t *testing.T) {
	for _, epochs := range []int{1, 2, 20, 1000} {
		for _, slope := range []float64{0, 0.4, -0.4} {
			h := madeUp(epochs, slope)
			p, err := curves("test", "loss", h)
			if err != nil {
				t.Fatal(err)
			}
			top := max(slices.Max(h.Values("loss")), slices.Max(h.Values("val_loss")))
			if free := (p.Y.Max - top) / (p.Y.Max - p.Y.Min); free < 0.2 {
				t.Errorf("%d epochs, slope %g: %.0f %% of the height are free", epochs, slope, 100*free)
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		least, low, high float64
		want             string
	}{
		{1, 0.5, 1.5, "1"},
		{1, 0.5, 2.5, "1 2"},
		{1, 0.5, 20.5, "5 10 15 20"},
		{1, 0.5, 100.5, "20 40 60 80 100"},
		{1e-6, 0.478, 0.73, "0.50 0.55 0.60 0.65 0.70"},
		{1e-6, 0.6935, 0.6965, "0.6935 0.6940 0.6945 0.6950 0.6955 0.6960 0.6965"},
		{1e-6, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
	} {
		var labels []string
		for _, tick := range (ticks{c.least}).Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("from %g to %g: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}
