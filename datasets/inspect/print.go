package inspect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"unroll/datasets"
	"unroll/internal/show"
)

// The widths of a printed report, in columns of a terminal.
const (
	lineWidth = 80
	idWidth   = 36
	barWidth  = 40
)

// maxClasses is how many classes a printed report lists.
const maxClasses = 20

// String returns the report for people, in lines of at most 80 columns.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d texts\n%s%s", r.Texts, r.classes(), r.several())
	l := r.Lengths
	fmt.Fprintf(&b, "\nTokens per text: mean %.1f, min %d, quartiles %d, %d, %d, 95 %% %d, 99 %% %d\n",
		l.Mean, l.Min, l.Q1, l.Median, l.Q3, l.P95, l.P99)
	if r.Longest.Tokens > 0 {
		fmt.Fprintf(&b, "The longest has %d: %s\n", r.Longest.Tokens, cut(r.Longest.ID, idWidth))
	}
	most := 1
	for _, bin := range l.Histogram {
		most = max(most, bin.Texts)
	}
	for _, bin := range l.Histogram {
		bar := strings.Repeat("#", (bin.Texts*barWidth+most-1)/most)
		fmt.Fprintf(&b, "%8d to %-8d %-*s %d\n", bin.From, bin.To, barWidth, bar, bin.Texts)
	}

	fmt.Fprintf(&b, "\nVocabulary: %d words in %d tokens\n", r.Vocabulary, r.Tokens)
	for _, c := range r.Coverage {
		fmt.Fprintf(&b, "  the most frequent %6d make up %5.1f %%\n", c.Words, 100*c.Share)
	}
	line := "Most frequent:"
	for _, w := range r.Frequent {
		word := " " + cut(w.Word, idWidth)
		if text.StringWidthWithoutEscSequences(line+word) > lineWidth {
			break
		}
		line += word
	}
	b.WriteString(line + "\n")
	r.problems(&b)
	return b.String()
}

// classNames are the labels of counts in the order of classes; none goes first.
func classNames(counts map[string]int) []string {
	labels := maps.Clone(counts)
	delete(labels, "")
	names := datasets.ClassNames(labels)
	if len(labels) < len(counts) {
		names = slices.Insert(names, 0, "")
	}
	return names
}

// classes tables the number of texts by class and part, the largest class first and
// those of one size in the order of classes.
func (r *Report) classes() string {
	t := pretty.NewWriter()
	t.SetStyle(pretty.StyleLight)
	t.Style().Format = pretty.FormatOptions{Header: text.FormatDefault, Footer: text.FormatDefault}
	t.Style().Size.WidthMax = lineWidth
	head, foot := pretty.Row{"class"}, pretty.Row{"all"}
	if r.Several {
		head, foot = pretty.Row{"label"}, pretty.Row{"texts"}
	}
	sum := map[string]int{}
	right := []pretty.ColumnConfig{}
	for i, p := range r.Parts {
		head, foot = append(head, cut(cmp.Or(p.Name, "texts"), 12)), append(foot, p.Texts)
		right = append(right, pretty.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
		for class, n := range p.Classes {
			sum[class] += n
		}
	}
	t.SetColumnConfigs(right)
	t.AppendHeader(head)
	byCount := classNames(sum)
	slices.SortStableFunc(byCount, func(a, b string) int { return cmp.Compare(sum[b], sum[a]) })
	for _, class := range byCount[:min(maxClasses, len(byCount))] {
		row := pretty.Row{cut(cmp.Or(class, "no label"), idWidth)}
		for _, p := range r.Parts {
			row = append(row, p.Classes[class])
		}
		t.AppendRow(row)
	}
	if more := len(byCount) - maxClasses; more > 0 {
		t.AppendRow(pretty.Row{fmt.Sprintf("%d more %s", more, map[bool]string{false: "classes", true: "labels"}[r.Several])})
	}
	t.AppendFooter(foot)
	return t.Render() + "\n"
}

// several tells how many labels the texts have, if they may have any number.
func (r *Report) several() string {
	if !r.Several {
		return ""
	}
	sum := 0
	var list []string
	for _, l := range r.Labels {
		sum += l.Labels * l.Texts
		name := "no label"
		if l.Labels > 0 {
			name = show.Plural(l.Labels, "label")
		}
		list = append(list, fmt.Sprintf("%s %d", name, l.Texts))
	}
	line := fmt.Sprintf("Labels per text: mean %.2f; texts with %s", float64(sum)/float64(max(r.Texts, 1)), strings.Join(list, ", "))
	return "\n" + text.WrapSoft(line, lineWidth) + "\n"
}

// problems writes what a person should see to before training.
func (r *Report) problems(b *strings.Builder) {
	b.WriteString("\n")
	start := b.Len()
	for _, p := range r.Parts {
		if d := p.Duplicates; d.Folded > 0 {
			fmt.Fprintf(b, "%s repeats %d texts, %d after folding case and space\n", cut(cmp.Or(p.Name, "It"), 20), d.Exact, d.Folded)
			listPairs(b, d.First)
		}
	}
	for _, l := range r.Leaks {
		fmt.Fprintf(b, "%s and %s share %d texts, %d after folding case and space\n", cut(cmp.Or(l.Parts[0], "no part"), 15), cut(cmp.Or(l.Parts[1], "no part"), 15), l.Exact, l.Folded)
		listPairs(b, l.First)
	}
	if n := r.Conflicts.Texts; n > 0 {
		fmt.Fprintf(b, "%d texts have several labels\n", n)
		for _, c := range r.Conflicts.First {
			listPairs(b, []Pair{c.Pair})
			fmt.Fprintf(b, "    labels %s and %s\n", cut(c.Labels[0], 30), cut(c.Labels[1], 30))
		}
	}
	for _, bad := range r.Bad {
		line := show.Plural(bad.Rows, "bad row") + " skipped: " + bad.Reason
		for line := range strings.Lines(text.WrapSoft(cut(line, 3*lineWidth), lineWidth)) {
			b.WriteString(strings.TrimSpace(line) + "\n")
		}
		for _, place := range bad.First {
			fmt.Fprintf(b, "  %s\n", cut(place, lineWidth-2))
		}
	}
	r.strangers(b)
	if n := r.Empty.Texts; n > 0 {
		fmt.Fprintf(b, "%d texts hold no word\n", n)
		for _, id := range r.Empty.First {
			fmt.Fprintf(b, "  %s\n", cut(id, lineWidth-2))
		}
	}
	if b.Len() == start {
		b.WriteString("No text is empty, and none occurs twice.\n")
	}
}

// strangers names the labels that no text to train on has.
func (r *Report) strangers(b *strings.Builder) {
	i := slices.IndexFunc(r.Parts, func(p Part) bool { return p.Name == "train" || p.Name == "" })
	if i < 0 {
		return
	}
	for _, p := range r.Parts {
		for _, class := range classNames(p.Classes) {
			if class != "" && r.Parts[i].Classes[class] == 0 {
				fmt.Fprintf(b, "%s has %s with the label %s, not in the training data\n", cut(p.Name, 15), show.Plural(p.Classes[class], "text"), cut(class, 15))
			}
		}
	}
}

func listPairs(b *strings.Builder, list []Pair) {
	for _, p := range list {
		sign := "≈"
		if p.Exact {
			sign = "="
		}
		fmt.Fprintf(b, "  %s %s %s\n", cut(p.First, idWidth), sign, cut(p.Again, idWidth))
	}
}

// cut is s in one line of at most a width.
func cut(s string, width int) string { return text.Snip(show.OneLine(s), width, "~") }
