package report

import (
	"math"
	"strconv"
)

// fewClasses are shown in full; tables of more are smaller, and fold on a phone.
const fewClasses = 6

// matrix is a confusion matrix as a table.
type matrix struct {
	Classes []string
	Rows    []matrixRow
	Wide    bool // many classes: numbers only
}

type matrixRow struct {
	Class string
	Cells []matrixCell
}

type matrixCell struct {
	Count string
	Share string // of the row's samples, as a per cent
	Tint  string // the same from 0 to 1
	Hit   bool   // on the diagonal
	Empty bool
}

func newMatrix(e Experiment, classes []string) *matrix {
	if len(e.Confusion) == 0 {
		return nil
	}
	m := &matrix{Classes: classes, Wide: len(classes) > fewClasses}
	for i, row := range e.Confusion {
		sum := 0.
		for _, v := range row {
			sum += v
		}
		r := matrixRow{Class: classes[i]}
		for j, v := range row {
			share := 0.
			if sum > 0 {
				share = v / sum
			}
			r.Cells = append(r.Cells, matrixCell{
				Count: count(v), Share: percent(share), Tint: strconv.FormatFloat(share, 'f', 3, 64),
				Hit: i == j, Empty: v == 0,
			})
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

// fit is how predicted numbers lie to the true ones.
type fit struct {
	ID, Name string
	Color    int
	XTicks   []tick
	YTicks   []tick
	Dots     string // a path of dots
	Diagonal string
	Bars     []bar
	BarTicks []tick
	MostTick []tick
	Zero     string // x of no error
	Text     string
}

// bar is of a histogram.
type bar struct{ X, Y, Width, Height, Label string }

// most is the number of dots that are drawn: more are a blot, and a large page.
const most = 2000

// newFit returns nil without predictions.
func newFit(s series) *fit {
	all := s.Predictions
	if len(all) == 0 {
		return nil
	}
	f := &fit{ID: s.ID(), Name: s.Name, Color: s.Color()}
	var values, residuals Floats
	for _, p := range all {
		values = append(values, p.True, p.Predicted)
		residuals = append(residuals, p.Predicted-p.True)
	}
	low, high := span(values) // one range for both axes, so that the diagonal is one
	x, y := axis{low, high, plotLeft, plotRight}, axis{low, high, plotBottom, plotTop}
	f.XTicks, f.YTicks = x.ticks(0, false), y.ticks(0, false)
	f.Diagonal = path(line{X: Floats{low, high}, Y: Floats{low, high}}, x, y)
	stride := (len(all) + most - 1) / most
	for i := 0; i < len(all); i += stride {
		f.Dots += "M" + pixel(x.at(all[i].True)) + "," + pixel(y.at(all[i].Predicted)) + "h0"
	}
	f.histogram(residuals)
	f.Text = fitText(all)
	return f
}

// histogram counts residuals in as many equal bins as the square root of their
// number, 5 to 30.
func (f *fit) histogram(residuals Floats) {
	low, high := span(residuals)
	bins := min(max(int(math.Sqrt(float64(len(residuals)))), 5), 30)
	counts := make(Floats, bins)
	for _, r := range residuals {
		counts[min(int((r-low)/(high-low)*float64(bins)), bins-1)]++
	}
	top := 0.
	for _, c := range counts {
		top = max(top, c)
	}
	x, y := axis{low, high, plotLeft, plotRight}, axis{0, 1.05 * top, plotBottom, plotTop}
	width := (high - low) / float64(bins)
	for i, c := range counts {
		from, to := low+float64(i)*width, low+float64(i+1)*width
		f.Bars = append(f.Bars, bar{
			X: pixel(x.at(from) + 0.5), Width: pixel(x.at(to) - x.at(from) - 1),
			Y: pixel(y.at(c)), Height: pixel(plotBottom - y.at(c)),
			Label: number(from) + " to " + number(to) + ": " + count(c),
		})
	}
	f.BarTicks, f.MostTick = x.ticks(0, false), y.ticks(1, false)
	if low <= 0 && 0 <= high {
		f.Zero = pixel(x.at(0))
	}
}

// fitText tells the mean error, the mean absolute error and R²:
//
//	R² = 1 − Σ(y−t)² / Σ(t−t̄)²
func fitText(all []Prediction) string {
	n := float64(len(all))
	var mean, bias, absolute, squares, spread float64
	for _, p := range all {
		mean += p.True / n
	}
	for _, p := range all {
		e := p.Predicted - p.True
		bias += e / n
		absolute += math.Abs(e) / n
		squares += e * e
		spread += (p.True - mean) * (p.True - mean)
	}
	text := "mean error " + number(bias) + ", mean absolute error " + number(absolute)
	if spread > 0 {
		text += ", R² " + number(1-squares/spread)
	}
	return text
}
