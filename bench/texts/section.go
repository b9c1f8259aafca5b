package main

import (
	"fmt"
	"strings"

	"unroll/bench/internal/report"
)

const (
	title = "## Texts\n"

	what = "`make peers-text TEXTS=folder REVIEWS=aclImdb.tar.gz`: accuracy on the test texts, and\n" +
		"the time of the whole program with reading, each alone. `sentiment train` is with its\n" +
		"default for own texts, `--model auto`, and tries settings within that time. fastText\n" +
		"trains 10 or 25 epochs, whichever is better on a fifth of the training texts; the time\n" +
		"of choosing is not counted, and as its threads race, its accuracy differs a little\n" +
		"between runs. scikit-learn's words are runs of letters and digits, and single marks. –\n" +
		"was not run: the characters of the movie reviews take many minutes.\n"
)

// measured holds for each program, in the order of programs, a result on each set, nil
// where it was not run.
type measured struct {
	sets    []set
	results [][]*result
}

// write returns the section: head names the machine, left what was left out.
func write(head string, left []string, m measured) string {
	var b strings.Builder
	b.WriteString(title + "\n" + what + "\n" + head + "\n" + m.table().String())
	for i, line := range append(m.differences(), left...) {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

// table has a row for each program that ran, and one for the best of the others. The
// means are over all sets, and over those on which all ran that are no special case of
// another.
func (m measured) table() *report.Table {
	t := &report.Table{Text: 1, Head: []string{"program"}}
	common := make([]int, 0, len(m.sets))
	every := make([]int, len(m.sets))
	var names []string
	for s, set := range m.sets {
		t.Head = append(t.Head, set.name)
		every[s] = s
		if m.complete(s) {
			common = append(common, s)
			names = append(names, set.name)
		}
	}
	t.Head = append(t.Head, "mean")
	two := len(common) > 0 && len(common) < len(every)
	if two {
		t.Head = append(t.Head, "mean of "+strings.Join(names, ", "))
	}
	row := func(name string, results []*result, cell func(*result) string) {
		cells := []string{name}
		for _, r := range results {
			if r == nil {
				cells = append(cells, "–")
			} else {
				cells = append(cells, cell(r))
			}
		}
		cells = append(cells, mean(results, every))
		if two {
			cells = append(cells, mean(results, common))
		}
		t.Add(cells...)
	}
	best := make([]*result, len(m.sets))
	for p, results := range m.results {
		ran := false
		for s, r := range results {
			ran = ran || r != nil
			if r != nil && !programs[p].ours && (best[s] == nil || r.Accuracy > best[s].Accuracy) {
				best[s] = r
			}
		}
		if ran {
			row(programs[p].name, results, (*result).String)
		}
	}
	row("best of the others", best, func(r *result) string { return fmt.Sprintf("%.4f", r.Accuracy) })
	return t
}

// complete says whether all programs ran on a set, but for ours that run on few.
func (m measured) complete(s int) bool {
	for p, results := range m.results {
		if results[s] == nil && (p == 0 || !programs[p].ours) {
			return false
		}
	}
	return true
}

// mean writes the mean accuracy over sets, "–" where one was not run.
func mean(results []*result, sets []int) string {
	sum := 0.0
	for _, s := range sets {
		if results[s] == nil {
			return "–"
		}
		sum += results[s].Accuracy
	}
	return fmt.Sprintf("%.4f", sum/float64(len(sets)))
}

// differences tells where programs did not count the same number of test texts.
func (m measured) differences() (lines []string) {
	for s, set := range m.sets {
		first := -1
		for p, results := range m.results {
			switch r := results[s]; {
			case r == nil:
			case first < 0:
				first = p
			case r.Texts != m.results[first][s].Texts:
				lines = append(lines, fmt.Sprintf("of %s %s was tested on %d texts and %s on %d",
					set.name, programs[first].name, m.results[first][s].Texts, programs[p].name, r.Texts))
			}
		}
	}
	return lines
}

// replace writes the section in the place of the old one or, where there is none, before
// the section Peers: make results keeps what stands between Engine and Peers.
func replace(results, section string) string {
	before, after := results, ""
	if i := heading(results, title); i >= 0 {
		before, after = results[:i], ""
		if end := heading(results[i+len(title):], "## "); end >= 0 {
			after = results[i+len(title)+end:]
		}
	} else if i := heading(results, "## Peers\n"); i >= 0 {
		before, after = results[:i], results[i:]
	}
	if before != "" {
		before = strings.TrimRight(before, "\n") + "\n\n"
	}
	if after != "" {
		section += "\n"
	}
	return before + section + after
}

// heading returns where a line begins with a prefix, -1 if none does.
func heading(text, prefix string) int {
	if strings.HasPrefix(text, prefix) {
		return 0
	}
	i := strings.Index(text, "\n"+prefix)
	if i < 0 {
		return -1
	}
	return i + 1
}
