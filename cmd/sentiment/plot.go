package main

import (
	"image/color"
	"io"
	"math"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"unroll/internal/safefile"
	"unroll/train"
)

// plotHistory draws loss.png and accuracy.png, each on the training and the
// validation reviews.
func plotHistory(dir, name string, h *train.History) error {
	for _, what := range []string{"loss", "accuracy"} {
		p, err := curves(name, what, h)
		if err != nil {
			return errors.Wrapf(err, "plot %s", what)
		}
		image := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(16*vg.Centimeter, 11*vg.Centimeter), vgimg.UseDPI(150))}
		const margin = 4 * vg.Millimeter
		p.Draw(draw.Crop(draw.New(image), margin, -margin, margin, -margin))
		err = safefile.Write(filepath.Join(dir, what+".png"), func(w io.Writer) error {
			_, err := image.WriteTo(w)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	blue   = color.RGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}
	orange = color.RGBA{R: 0xd9, G: 0x5f, B: 0x02, A: 0xff}
	pale   = color.Gray{Y: 0xe4}
)

func curves(name, what string, h *train.History) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = name + ": " + what
	p.Title.Padding = vg.Points(8)
	p.X.Label.Text = "epoch"
	p.Y.Label.Text = what
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{1}, ticks{1e-6}
	p.Legend.Top = true
	p.Legend.Left = what == "accuracy" // where neither curve goes
	p.Legend.Padding = vg.Points(2)
	for _, style := range []*font.Font{&p.Title.TextStyle.Font, &p.Legend.TextStyle.Font, &p.X.Label.TextStyle.Font,
		&p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font} {
		style.Variant = "Sans"
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = pale, pale
	p.Add(grid)
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range []struct {
		log   string
		color color.Color
		glyph draw.GlyphDrawer
	}{{what, blue, draw.CircleGlyph{}}, {"val_" + what, orange, draw.SquareGlyph{}}} {
		var xy plotter.XYs
		for i, v := range h.Values(c.log) {
			xy = append(xy, plotter.XY{X: float64(i + 1), Y: v})
			low, high = min(low, v), max(high, v)
		}
		line, points, err := plotter.NewLinePoints(xy)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = c.color, vg.Points(1.5)
		points.Color, points.Shape, points.Radius = c.color, c.glyph, vg.Points(2.2)
		p.Add(line, points)
		p.Legend.Add(c.log, line, points)
	}
	// Room above the curves for the legend, and beside the first point.
	margin := max(high-low, 1e-3)
	p.Y.Min, p.Y.Max = low-0.05*margin, high+0.3*margin
	p.X.Min, p.X.Max = 0.5, float64(len(h.Epochs))+0.5
	return p, nil
}

// ticks labels multiples of 1, 2 or 5 times a power of ten, no finer than
// least, about six of them.
type ticks struct{ least float64 }

// Ticks implements plot.Ticker.
func (t ticks) Ticks(low, high float64) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/6)))
	for _, m := range []float64{1, 2, 5, 10} {
		if (high-low)/(m*step) <= 7 {
			step *= m
			break
		}
	}
	step = max(step, t.least)
	digits := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
	var out []plot.Tick
	for i := math.Ceil(low / step); i*step <= high; i++ {
		out = append(out, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'f', digits, 64)})
	}
	return out
}
