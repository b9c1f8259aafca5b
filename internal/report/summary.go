package report

// summaryRow is an experiment in the first table.
type summaryRow struct {
	series
	Validation, Epoch, Top, At, Evaluated, Time string
	Interval                                    *interval
}

// interval is a score with its 95 % interval, drawn on the scale of all rows.
type interval struct {
	Text           string
	Low, High, Dot string // x of the drawing
	Chance         string // "" if unknown
}

// intervalWidth is that of its drawing.
const intervalWidth = 180

func (v *view) summary() []summaryRow {
	low, high := v.scale()
	a := axis{low, high, 6, intervalWidth - 6}
	var rows []summaryRow
	for _, s := range v.Series {
		r := summaryRow{series: s, Validation: "–", Epoch: "–", Top: "–", At: "–", Evaluated: "–", Time: "–"}
		c := s.Curves
		if e := s.Experiment.Validation; e != nil {
			r.Validation = v.Score.Text(float64(e.Score))
		} else if len(c.ValScore) > 0 {
			r.Validation = v.Score.Text(c.ValScore[s.epoch()])
		}
		if len(c.Loss) > 0 {
			r.Epoch = thousands(s.epoch() + 1)
		}
		if b := best(c.ValScore, v.Score.Lower); b >= 0 {
			r.Top, r.At = v.Score.Text(c.ValScore[b]), thousands(b+1)
		}
		if s.Test != nil {
			r.Evaluated = v.Score.Text(float64(s.Test.Score))
		}
		if n := len(c.Seconds); n > 0 {
			sum := 0.
			for _, t := range c.Seconds {
				sum += t
			}
			r.Time = duration(sum / float64(n))
		}
		if s.Final != nil && s.Final.Score.finite() {
			p := float64(s.Final.Score)
			l, h := v.bounds(s)
			r.Interval = &interval{Text: v.Score.Text(p), Low: pixel(a.at(l)), High: pixel(a.at(h)), Dot: pixel(a.at(p))}
			if l < h {
				r.Interval.Text = v.Score.Text(l) + " to " + v.Score.Text(h)
			}
			if chance, _ := s.guess(); chance > 0 && v.Score.Name == "accuracy" {
				r.Interval.Chance = pixel(a.at(chance))
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// bounds returns the ends of a final score's interval: the score where none is
// known.
func (v *view) bounds(s series) (low, high float64) {
	p := float64(s.Final.Score)
	if !v.Score.Percent || s.Final.Samples == 0 || p < 0 || p > 1 {
		return p, p
	}
	return wilson(p, float64(s.Final.Samples))
}

// scale returns a range that holds all intervals and what guessing reaches.
func (v *view) scale() (low, high float64) {
	var values Floats
	for _, s := range v.Series {
		if s.Final == nil {
			continue
		}
		l, h := v.bounds(s)
		values = append(values, l, h)
		if chance, _ := s.guess(); chance > 0 && v.Score.Name == "accuracy" {
			values = append(values, chance)
		}
	}
	return span(values)
}

// HasIntervals says whether any row has one to draw: of a score that is no share
// none is known.
func (v *view) HasIntervals() bool {
	if !v.Score.Percent {
		return false
	}
	for _, r := range v.Summary {
		if r.Interval != nil {
			return true
		}
	}
	return false
}

// HasTest says whether any experiment was tested.
func (v *view) HasTest() bool {
	for _, s := range v.Series {
		if s.Test != nil {
			return true
		}
	}
	return false
}

// HasChance says whether any row shows what guessing would reach.
func (v *view) HasChance() bool {
	for _, r := range v.Summary {
		if r.Interval != nil && r.Interval.Chance != "" {
			return true
		}
	}
	return false
}
