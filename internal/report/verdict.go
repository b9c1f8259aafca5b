package report

import (
	"fmt"
	"math"
)

// verdict is the answer of a page: a sentence, and what qualifies it.
type verdict struct {
	Winner  string // in Lead, to be set off
	Lead    string // goes on after Winner
	Remarks []string
	Part    string // of the samples, that decides: test or validation
}

// ranked returns the part of the samples that decides between all, the test
// samples if each was evaluated on them, and fills in the series' Final,
// of that part.
func ranked(all []series) string {
	test := true
	for _, s := range all {
		test = test && s.Test != nil
	}
	for i := range all {
		s := &all[i]
		switch {
		case test:
			s.Final = s.Test
		case s.Validation != nil:
			s.Final = s.Validation
		case len(s.Curves.ValScore) > 0:
			n := s.epoch()
			s.Final = &Evaluation{Loss: Number(s.Curves.ValLoss[n]), Score: Number(s.Curves.ValScore[n])}
		}
	}
	if test {
		return "test"
	}
	return "validation"
}

// winner returns the best of those of all for which ok holds, nil if there is
// none with a finite score.
func (v *view) winner(all []series, ok func(series) bool) *series {
	var w *series
	for i := range all {
		s := &all[i]
		if s.Final == nil || !s.Final.Score.finite() || !ok(*s) {
			continue
		}
		if w == nil || v.ahead(s, w) > 0 {
			w = s
		}
	}
	return w
}

// ahead returns by how much a is better than b.
func (v *view) ahead(a, b *series) float64 {
	if v.Score.Lower {
		return float64(b.Final.Score - a.Final.Score)
	}
	return float64(a.Final.Score - b.Final.Score)
}

// judge words the verdict.
func (v *view) judge(all []series, part string) verdict {
	out := verdict{Part: part}
	w := v.winner(all, func(series) bool { return true })
	if w == nil {
		out.Lead = "No experiment was evaluated, or none reached a finite score."
		return out
	}
	w.Best = len(all) > 1
	score := v.Score.Text(float64(w.Final.Score))
	out.Winner = w.Name
	out.Lead = fmt.Sprintf(" reaches %s %s on the %s samples.", score, v.Score.Label(), part)
	if len(all) > 1 {
		out.Lead = fmt.Sprintf(" is best, with %s %s on the %s samples.", score, v.Score.Label(), part)
	}
	// Against the best of each kind of the others.
	for _, baseline := range []bool{false, true} {
		o := v.winner(all, func(s series) bool { return s.Index != w.Index && s.Baseline == baseline })
		if o == nil {
			continue
		}
		name := o.Name
		if baseline {
			name = "the baseline " + name
		} else if w.Baseline {
			out.Remarks = append(out.Remarks, "It is the baseline: no other experiment beats it.")
		}
		out.Remarks = append(out.Remarks, v.against(w, o, name))
	}
	if chance, class := w.guess(); chance > 0 && v.Score.Name == "accuracy" {
		out.Remarks = append(out.Remarks, fmt.Sprintf("Always predicting “%s” would reach %s.", class, percent(chance)))
	}
	return out
}

// against words by how much w is ahead of o, and whether chance would do that.
func (v *view) against(w, o *series, name string) string {
	d := v.ahead(w, o)
	if d == 0 {
		return fmt.Sprintf("It is level with %s.", name)
	}
	text := fmt.Sprintf("It is %s ahead of %s", v.Score.distance(d), name)
	a, known := w.variance(v.Score)
	b, both := o.variance(v.Score)
	if known && both && len(v.Comparisons) == 0 && d < z*math.Sqrt(a+b) {
		return text + ", which may be chance with so few samples."
	}
	return text + "."
}

// z is the normal distribution's 97.5 % point: 95 % are within −z to z.
const z = 1.959964

// variance is that of a share of n samples,
//
//	p(1−p)/n
//
// which is not known if the score is no share or the samples are not. For two models on
// the same samples the sum of both is more than their difference's, so the
// verdict errs on the careful side.
func (s series) variance(m Measure) (variance float64, known bool) {
	p := float64(s.Final.Score)
	if !m.Percent || s.Final.Samples == 0 {
		return 0, false
	}
	return p * (1 - p) / float64(s.Final.Samples), true
}

// wilson returns the 95 % interval of a share p of n samples:
//
//	(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
//
// Wilson, Probable inference, the law of succession, and statistical inference,
// 1927.
func wilson(p, n float64) (low, high float64) {
	center := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (center - half) / (1 + z*z/n), (center + half) / (1 + z*z/n)
}

// guess returns the share of the most frequent class, and its name.
func (s series) guess() (share float64, class string) {
	var all, most float64
	for i, row := range s.Confusion {
		sum := 0.
		for _, v := range row {
			sum += v
		}
		all += sum
		if sum > most {
			most, class = sum, s.run.Classes[i]
		}
	}
	if all == 0 {
		return 0, ""
	}
	return most / all, class
}
