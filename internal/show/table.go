package show

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Table writes rows under a head, each cell in one line. The columns from the given one on,
// counted from 0, stand at the right, but for their heads. A row may be shorter than the head.
func Table(head []any, rows [][]any, right int) string {
	lines := [][]string{cells(head, len(head))}
	widths := make([]int, len(head))
	for _, row := range rows {
		lines = append(lines, cells(row, len(head)))
	}
	for _, line := range lines {
		for c, cell := range line {
			widths[c] = max(widths[c], columns(cell))
		}
	}
	var b strings.Builder
	rule := func(left, middle, right string) {
		for c, w := range widths {
			b.WriteString(left + strings.Repeat("─", w+2))
			left = middle
			if c == len(widths)-1 {
				b.WriteString(right)
			}
		}
	}
	rule("┌", "┬", "┐\n")
	for i, line := range lines {
		for c, cell := range line {
			before, after := 0, widths[c]-columns(cell)
			if i > 0 && c >= right {
				before, after = after, before
			}
			b.WriteString("│ " + strings.Repeat(" ", before) + cell + strings.Repeat(" ", after) + " ")
		}
		b.WriteString("│\n")
		if i == 0 {
			rule("├", "┼", "┤\n")
		}
	}
	rule("└", "┴", "┘")
	return b.String()
}

// cells are n values as they are printed.
func cells(row []any, n int) []string {
	line := make([]string, n)
	for c, v := range row {
		line[c] = OneLine(fmt.Sprint(v))
	}
	return line
}

// columns is how wide a terminal shows a text: characters of East Asia have two columns
// (Unicode Standard Annex #11), those that are put on others none.
func columns(text string) (n int) {
	for _, c := range text {
		switch kind := width.LookupRune(c).Kind(); {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
