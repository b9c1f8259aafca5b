package nn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"unroll/internal/show"
)

// Summary returns the table that Keras 2 prints: a row for each layer with its
// name and type, output shape and number of parameters, then the totals. Input
// encodings such as OneHot are not rows. Of a Functional model the inputs are
// rows too, and a fourth column says what each layer reads: name[call][output].
func (m *Model) Summary() string {
	graph := m.kind == kindFunctional
	name, ends := "sequential", []int{29, 55, 65}
	head := []string{"Layer (type)", "Output Shape", "Param #"}
	if graph {
		name, ends = "model", []int{32, 53, 65, 98}
		head = append(head, "Connected to")
	}
	total := ends[len(ends)-1]
	rule := func(c string) string { return strings.Repeat(c, total) + "\n" }

	var b strings.Builder
	b.WriteString("Model: \"" + name + "\"\n" + rule("_"))
	printRow(&b, ends, head)
	b.WriteString(rule("="))
	for _, cells := range m.table(graph) {
		printRow(&b, ends, cells)
		b.WriteString(strings.Repeat(" ", total) + "\n")
	}
	b.WriteString(rule("="))
	fixed := size(m.weights.of(frozen, state, memory))
	fmt.Fprintf(&b, "Total params: %s\nTrainable params: %s\nNon-trainable params: %s\n%s",
		show.Thousands(m.Params()+fixed), show.Thousands(m.Params()), show.Thousands(fixed), rule("_"))
	return b.String()
}

// printRow writes a row whose columns end at the given places. A cell that is
// longer than its column goes on in the next line, a list after each of its
// elements. This is Keras's way to the blank.
func printRow(b *strings.Builder, ends []int, cells []string) {
	left := slices.Clone(cells)
	for strings.Join(left, "") != "" {
		line, start := " ", 0
		for col, end := range ends {
			space := 2
			if col == len(ends)-1 {
				space = 0
			}
			fit := left[col][:min(end-start-space, len(left[col]))]
			for _, stop := range []string{"),", "',"} {
				if at := strings.Index(fit, stop); at >= 0 {
					fit = fit[:at+len(stop)]
				}
			}
			left[col] = left[col][len(fit):]
			line = fmt.Sprintf("%-*s", end, line+fit+strings.Repeat(" ", space))
			start = end
		}
		b.WriteString(line + "\n")
	}
}

// table returns the rows.
func (m *Model) table(graph bool) [][]string {
	var table [][]string
	seen := map[int]bool{}
	if graph {
		for _, in := range m.inputs {
			table = append(table, []string{in.Name + " (InputLayer)", "[" + in.Shape.String() + "]", "0", "[]"})
		}
	}
	for i, c := range m.calls {
		r := m.rows[c.layer]
		layer, _ := bare(r.layer)
		if _, ok := layer.(interface{ Encoding() }); ok && !graph || seen[c.layer] {
			continue
		}
		seen[c.layer] = true
		shapes := make([]string, len(m.shapes[i]))
		for k, s := range m.shapes[i] {
			shapes[k] = s.String()
		}
		shape := shapes[0]
		if len(shapes) > 1 {
			shape = "[" + strings.Join(shapes, ", ") + "]"
		}
		cells := []string{fmt.Sprintf("%s (%s)", r.name, typeOf(r.layer)), shape, strconv.Itoa(size(r.weights))}
		if graph {
			cells = append(cells, m.connected(c.layer))
		}
		table = append(table, cells)
	}
	return table
}

// connected lists what all calls of a layer read.
func (m *Model) connected(layer int) string {
	var from []string
	for _, c := range m.calls {
		if c.layer != layer {
			continue
		}
		for _, r := range c.in {
			from = append(from, "'"+m.nameOf(r)+"'")
		}
	}
	return "[" + strings.Join(from, ", ") + "]"
}

// nameOf names a value as Keras does: layer[call][output].
func (m *Model) nameOf(r ref) string {
	if r.call < 0 {
		return m.inputs[^r.call].Name + "[0][0]"
	}
	layer, n := m.calls[r.call].layer, 0
	for _, c := range m.calls[:r.call] {
		if c.layer == layer {
			n++
		}
	}
	return fmt.Sprintf("%s[%d][%d]", m.rows[layer].name, n, r.out)
}
