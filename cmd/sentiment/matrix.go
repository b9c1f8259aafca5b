package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// mostShown is the number of classes up to which a matrix fits on a screen.
const mostShown = 10

// matrixTable writes how many texts of each class, a row, were taken for which,
// a column. Of many classes it lists the ten most frequent mistakes.
func matrixTable(classes []string, counts [][]float64) string {
	var b strings.Builder
	if len(classes) > mostShown {
		b.WriteString("Most frequent mistakes:\n")
		for _, m := range mistakes(classes, counts) {
			fmt.Fprintf(&b, "%6.0f  %s predicted as %s\n", m.n, m.class, m.given)
		}
		return b.String()
	}
	width := len("true \\ predicted")
	for _, c := range classes {
		width = max(width, utf8.RuneCountInString(c))
	}
	fmt.Fprintf(&b, "%*s", width, "true \\ predicted")
	for _, c := range classes {
		fmt.Fprintf(&b, "  %*s", columnOf(c), c)
	}
	b.WriteByte('\n')
	for i, c := range classes {
		fmt.Fprintf(&b, "%*s", width, c)
		for j, given := range classes {
			fmt.Fprintf(&b, "  %*.0f", columnOf(given), counts[i][j])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func columnOf(class string) int { return max(6, utf8.RuneCountInString(class)) }

// mistake is a class that is taken for another.
type mistake struct {
	n            float64
	class, given string
}

// mistakes returns the most frequent ones, by falling frequency.
func mistakes(classes []string, counts [][]float64) []mistake {
	var all []mistake
	for i, row := range counts {
		for j, n := range row {
			if i != j && n > 0 {
				all = append(all, mistake{n, classes[i], classes[j]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mistake) int { return cmp.Compare(b.n, a.n) })
	return all[:min(len(all), mostShown)]
}
