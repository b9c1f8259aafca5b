package report

import (
	"math"
	"strings"
)

// The part of a chart that holds the lines, in the units of its view box, which
// is 520 by 320: charts.html has the same numbers.
const (
	plotLeft, plotRight = 58, 508
	plotTop, plotBottom = 14, 278
)

// chart is a drawing of lines with a crosshair.
type chart struct {
	ID, Title, Group string // charts of a Group share the crosshair
	XName, YName     string
	XTicks, YTicks   []tick
	Lines            []line
	Diagonal         string // of a ROC chart
	Spec             chartSpec
}

// chartSpec is what the script needs to draw the chart again.
type chartSpec struct {
	Group   string     `json:"group"`
	XName   string     `json:"xname"`
	X       [2]float64 `json:"x"`
	Y       [2]float64 `json:"y"`
	Plot    [4]float64 `json:"plot"` // left, right, top, bottom
	Step    float64    `json:"step"` // of the crosshair
	Percent bool       `json:"percent"`
	Fixed   bool       `json:"fixed"` // the range does not follow the lines that are shown
	Lines   []line     `json:"lines"`
}

// line is a curve of a series.
type line struct {
	Series int    `json:"series"`
	Part   string `json:"part"` // train or val
	Name   string `json:"name"`
	X      Floats `json:"x,omitempty"` // 1, 2, 3, … if none
	Y      Floats `json:"y"`

	Path  string `json:"-"`
	Marks []mark `json:"-"`
}

// mark is a symbol on a line.
type mark struct {
	Kind  string // best or kept
	Index int    // of the point
	Place string // "x,y"
}

func (l line) x(i int) float64 {
	if l.X != nil {
		return l.X[i]
	}
	return float64(i + 1)
}

// draw fills in what follows from the lines and the ranges of c.Spec.
func (c *chart) draw() {
	s := &c.Spec
	s.Group, s.XName, s.Lines = c.Group, c.XName, c.Lines
	s.Plot = [4]float64{plotLeft, plotRight, plotTop, plotBottom}
	x := axis{s.X[0], s.X[1], plotLeft, plotRight}
	y := axis{s.Y[0], s.Y[1], plotBottom, plotTop}
	c.XTicks = x.ticks(s.xLeast(), false)
	c.YTicks = y.ticks(0, s.Percent)
	for i := range c.Lines {
		l := &c.Lines[i]
		l.Path = path(*l, x, y)
		for m := range l.Marks {
			mark := &l.Marks[m]
			mark.Place = pixel(x.at(l.x(mark.Index))) + "," + pixel(y.at(l.Y[mark.Index]))
		}
	}
}

func (s chartSpec) xLeast() float64 {
	if s.Step == 1 {
		return 1 // there is no half epoch
	}
	return 0
}

// path leaves a gap where a value is not finite.
func path(l line, x, y axis) string {
	var b strings.Builder
	pen := "M"
	for i, v := range l.Y {
		if !Number(v).finite() {
			pen = "M"
			continue
		}
		b.WriteString(pen + pixel(x.at(l.x(i))) + "," + pixel(y.at(v)))
		pen = "L"
	}
	return b.String()
}

// curves are the charts of the loss and of the score by epoch; none without
// epochs.
func (v *view) curves(all []series) []*chart {
	loss := &chart{ID: "loss", Title: "Loss", YName: "loss"}
	score := &chart{ID: "score", Title: title(v.Score.Label()), YName: v.Score.Label()}
	epochs := 0
	for _, s := range all {
		c := s.Curves
		epochs = max(epochs, len(c.Loss))
		loss.add(s, c.Loss, c.ValLoss, true)
		score.add(s, c.Score, c.ValScore, v.Score.Lower)
	}
	if epochs == 0 {
		return nil
	}
	score.Spec.Percent = v.Score.Percent
	for _, c := range []*chart{loss, score} {
		c.Group, c.XName, c.Spec.Step = "epochs", "epoch", 1
		c.Spec.X = [2]float64{1, float64(epochs)}
		if epochs == 1 {
			c.Spec.X = [2]float64{0.5, 1.5}
		}
		var values []Floats
		for _, l := range c.Lines {
			values = append(values, l.Y)
		}
		c.Spec.Y[0], c.Spec.Y[1] = span(values...)
		c.draw()
	}
	return []*chart{loss, score}
}

// add draws training below validation, so that the line that counts is on top.
func (c *chart) add(s series, training, validation Floats, lower bool) {
	for _, l := range []line{
		{Series: s.Index, Part: "train", Name: s.Name + ", training", Y: training},
		{Series: s.Index, Part: "val", Name: s.Name + ", validation", Y: validation},
	} {
		if len(l.Y) == 0 {
			continue
		}
		if l.Part == "val" || len(validation) == 0 {
			l.Marks = marks(l.Y, s.epoch(), lower)
		}
		c.Lines = append(c.Lines, l)
	}
}

// marks are the best value and that of the weights.
func marks(values Floats, epoch int, lower bool) (all []mark) {
	if b := best(values, lower); b >= 0 {
		all = append(all, mark{Kind: "best", Index: b})
	}
	if Number(values[epoch]).finite() {
		all = append(all, mark{Kind: "kept", Index: epoch})
	}
	return all
}

// epoch is the place in the curves of the weights' epoch, −1 without any.
func (e Experiment) epoch() int {
	if e.Epoch > 0 {
		return e.Epoch - 1
	}
	return len(e.Curves.Loss) - 1
}

// best returns the index of the first best finite value, −1 of none.
func best(values Floats, lower bool) int {
	at := -1
	for i, v := range values {
		if !Number(v).finite() {
			continue
		}
		if at < 0 || lower && v < values[at] || !lower && v > values[at] {
			at = i
		}
	}
	return at
}

// roc is the chart of all ROC curves, nil without one.
func (v *view) roc(all []series) *chart {
	c := &chart{ID: "roc", Title: "ROC", Group: "roc", XName: "false positive rate", YName: "true positive rate"}
	for _, s := range all {
		if s.ROC == nil || len(s.ROC.Points) == 0 {
			continue
		}
		l := line{Series: s.Index, Part: "val", Name: s.Name}
		l.X, l.Y = thin(s.ROC.Points)
		c.Lines = append(c.Lines, l)
	}
	if len(c.Lines) == 0 {
		return nil
	}
	c.Spec = chartSpec{X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Step: 0.01, Fixed: true, Percent: true}
	c.draw()
	c.Diagonal = path(line{X: Floats{0, 1}, Y: Floats{0, 1}},
		axis{0, 1, plotLeft, plotRight}, axis{0, 1, plotBottom, plotTop})
	return c
}

// thin keeps the points of a ROC curve that differ by a pixel, so that the page's
// size does not grow with the samples.
func thin(points [][2]float64) (x, y Floats) {
	const pixel = 1. / 400
	for i, p := range points {
		n := len(x)
		if n > 0 && i < len(points)-1 && math.Hypot(p[0]-x[n-1], p[1]-y[n-1]) < pixel {
			continue
		}
		// To a millionth: what is written is what is drawn and read.
		x, y = append(x, math.Round(p[0]*1e6)/1e6), append(y, math.Round(p[1]*1e6)/1e6)
	}
	return x, y
}
