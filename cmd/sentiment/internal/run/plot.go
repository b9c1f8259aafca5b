package run

import (
	"fmt"
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
	"gonum.org/v1/plot/vg/vgsvg"

	"unroll/internal/safefile"
	"unroll/train"
)

// plotHistory draws the loss and the score, each on the texts that are trained on
// and on the validation texts.
func plotHistory(dir, name, score string, h *train.History) error {
	for _, what := range []string{"loss", score} {
		p, err := curves(name, what, h)
		if err == nil {
			err = savePlot(p, dir, what)
		}
		if err != nil {
			return errors.Wrapf(err, "plot %s", what)
		}
	}
	return nil
}

type canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

// savePlot draws name.png and name.svg.
func savePlot(p *plot.Plot, dir, name string) error {
	const width, height, margin = 16 * vg.Centimeter, 11 * vg.Centimeter, 4 * vg.Millimeter
	png := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(150))}
	svg := vgsvg.New(width, height)
	for _, image := range []struct {
		extension string
		canvas    canvas
	}{{".png", png}, {".svg", svg}} {
		p.Draw(draw.Crop(draw.New(image.canvas), margin, -margin, margin, -margin))
		err := safefile.Write(filepath.Join(dir, name+image.extension), func(w io.Writer) error {
			_, err := image.canvas.WriteTo(w)
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

// newPlot returns an empty plot in the program's looks.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.Padding = vg.Points(8)
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{1}, ticks{1e-6}
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(2)
	for _, style := range []*font.Font{&p.Title.TextStyle.Font, &p.Legend.TextStyle.Font, &p.X.Label.TextStyle.Font,
		&p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font} {
		style.Variant = "Sans"
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = pale, pale
	p.Add(grid)
	return p
}

func curves(name, what string, h *train.History) (*plot.Plot, error) {
	p := newPlot(name+": "+what, "epoch", what)
	p.Legend.Left = train.AutoMode.Of(what) == train.MaxMode // where neither curve goes
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

// rates draws the losses of a range of learning rates, and the one at which they
// fall most.
func rates(name string, points []train.RatePoint, steepest float64) (*plot.Plot, error) {
	p := newPlot(name+": loss by learning rate", "learning rate", "loss, smoothed")
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Left = true
	var xy, at plotter.XYs
	low, high := math.Inf(1), math.Inf(-1)
	for _, point := range points {
		if math.IsNaN(point.Mean) || math.IsInf(point.Mean, 0) {
			continue // the last one
		}
		xy = append(xy, plotter.XY{X: point.Rate, Y: point.Mean})
		low, high = min(low, point.Mean), max(high, point.Mean)
		if point.Rate == steepest {
			at = plotter.XYs{xy[len(xy)-1]}
		}
	}
	line, err := plotter.NewLine(xy)
	if err != nil {
		return nil, err
	}
	line.Color, line.Width = blue, vg.Points(1.5)
	p.Add(line)
	if at != nil {
		marker, err := plotter.NewScatter(at)
		if err != nil {
			return nil, err
		}
		marker.Color, marker.Shape, marker.Radius = orange, draw.CircleGlyph{}, vg.Points(4)
		p.Add(marker)
		p.Legend.Add(fmt.Sprintf("falls fastest at %.2g", steepest), marker)
	}
	// Where the loss grows it soon grows out of any picture in which one sees it
	// fall.
	fall := max(xy[len(xy)/8].Y-low, 1e-3)
	high = min(high, xy[len(xy)/8].Y+fall)
	p.Y.Min, p.Y.Max = low-0.1*fall, high+0.3*(high-low)
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
