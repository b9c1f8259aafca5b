package nn

import (
	"fmt"
	"strings"
)

// Summary returns the table that Keras 2 prints: a row for each layer with its
// name and type, output shape and number of parameters, then the totals. Input
// encodings such as OneHot are not rows.
func (m *Model) Summary() string {
	head := [3]string{"Layer (type)", "Output Shape", "Param #"}
	var table [][3]string
	width := 29
	for _, r := range m.rows {
		if _, ok := r.layer.(interface{ Encoding() }); ok {
			continue
		}
		n := 0
		for _, w := range r.weights {
			n += w.value.Shape().TotalSize()
		}
		cells := [3]string{fmt.Sprintf("%s (%s)", r.name, typeName(r.layer)), r.out.String(), itoa(n)}
		width = max(width, len(cells[0])+3)
		table = append(table, cells)
	}
	line := func(c [3]string) string { return fmt.Sprintf(" %-*s%-26s%-10s\n", width-1, c[0], c[1], c[2]) }
	total := width + 36
	rule := func(c string) string { return strings.Repeat(c, total) + "\n" }

	var b strings.Builder
	b.WriteString("Model: \"sequential\"\n" + rule("_") + line(head) + rule("="))
	for _, cells := range table {
		b.WriteString(line(cells) + strings.Repeat(" ", total) + "\n")
	}
	b.WriteString(rule("="))
	n := Thousands(m.Params())
	fmt.Fprintf(&b, "Total params: %s\nTrainable params: %s\nNon-trainable params: 0\n%s", n, n, rule("_"))
	return b.String()
}

// Thousands writes n with commas between groups of three digits: 32,337.
func Thousands(n int) string {
	s := itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
