package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// space does not break, minus is as wide as a plus.
const (
	space = "\u00a0"
	minus = "\u2212"
)

// thousands writes 12,345.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// count writes a number of samples, which weights may make a fraction.
func count(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return thousands(int(v))
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// Text writes a value of the score.
func (m Measure) Text(v float64) string {
	if m.Percent && Number(v).finite() {
		return percent(v)
	}
	return number(v)
}

// distance writes by how much two values differ.
func (m Measure) distance(v float64) string {
	if m.Percent {
		return fmt.Sprintf("%.1f points", 100*math.Abs(v))
	}
	return number(math.Abs(v))
}

// Label is the score's name in words.
func (m Measure) Label() string {
	if m.Name == "" {
		return "score"
	}
	return strings.ReplaceAll(m.Name, "_", " ")
}

// percent rounds halves up, as the script does.
func percent(v float64) string {
	return strconv.FormatFloat(math.Floor(1000*v+0.5)/10, 'f', 1, 64) + space + "%"
}

// number writes four digits.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "not a number"
	case math.IsInf(v, 0):
		return "infinite"
	case v == 0:
		return "0"
	case math.Abs(v) < 1e-4 || math.Abs(v) >= 1e6:
		return strings.ReplaceAll(strconv.FormatFloat(v, 'e', 3, 64), "-", minus)
	}
	digits := max(0, 3-int(math.Floor(math.Log10(math.Abs(v)))))
	return strings.ReplaceAll(strconv.FormatFloat(v, 'f', min(digits, 4), 64), "-", minus)
}

// signed writes a push.
func signed(v float64) string {
	return strings.ReplaceAll(fmt.Sprintf("%+.2f", v), "-", minus)
}

// duration writes seconds in the largest units that tell something.
func duration(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case seconds < 1:
		return fmt.Sprintf("%.0f%sms", 1000*seconds, space)
	case seconds < 60:
		return fmt.Sprintf("%.1f%ss", seconds, space)
	case d < time.Hour:
		return fmt.Sprintf("%d%smin %d%ss", int(d.Minutes()), space, int(d.Seconds())%60, space)
	default:
		return fmt.Sprintf("%d%sh %d%smin", int(d.Hours()), space, int(d.Minutes())%60, space)
	}
}
