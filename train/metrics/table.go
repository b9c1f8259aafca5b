package metrics

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mostShown is the number of classes up to which a matrix fits on a screen.
const mostShown = 10

// Table writes the matrix, [classes, classes], under the given names; a class without
// one has its index. A row is a class, and a column what was predicted. Of more than ten
// classes it lists the ten most frequent mistakes instead. A weight that is not whole
// has two decimals. Rows that were given no class are left out.
func (m *ConfusionMatrix) Table(names ...string) string {
	for i := len(names); i < len(m.counts); i++ {
		names = append(names[:i:i], strconv.Itoa(i))
	}
	var b strings.Builder
	if len(m.counts) > mostShown {
		b.WriteString("Most frequent mistakes:\n")
		for _, e := range m.mistakes() {
			fmt.Fprintf(&b, "%6s  %s predicted as %s\n", plain(e.weight), names[e.class], names[e.given])
		}
		return b.String()
	}
	const corner = `true \ predicted`
	first, widths := len(corner), make([]int, len(m.counts))
	for j := range m.counts {
		first = max(first, utf8.RuneCountInString(names[j]))
		widths[j] = max(6, utf8.RuneCountInString(names[j]))
		for _, row := range m.counts {
			widths[j] = max(widths[j], len(plain(row[j])))
		}
	}
	fmt.Fprintf(&b, "%*s", first, corner)
	for j, width := range widths {
		fmt.Fprintf(&b, "  %*s", width, names[j])
	}
	b.WriteByte('\n')
	for i, row := range m.counts {
		fmt.Fprintf(&b, "%*s", first, names[i])
		for j, weight := range row {
			fmt.Fprintf(&b, "  %*s", widths[j], plain(weight))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// mistake is the weight of a class that is taken for another.
type mistake struct {
	weight       float64
	class, given int
}

// mistakes returns the most frequent ones, by falling weight.
func (m *ConfusionMatrix) mistakes() []mistake {
	var all []mistake
	for i, row := range m.counts {
		for j, weight := range row {
			if i != j && weight > 0 {
				all = append(all, mistake{weight, i, j})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mistake) int { return cmp.Compare(b.weight, a.weight) })
	return all[:min(len(all), mostShown)]
}

// plain writes a sum of weights: 3, or 2.50.
func plain(weight float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(weight, 'f', 2, 64), ".00")
}
