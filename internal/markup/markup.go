// Package markup shows texts with HTML in them, as those from the web have it, the
// way people read them.
package markup

import (
	"html"
	"regexp"
	"sort"
	"strings"
)

// Text is a text as it is read: a line break for each <br>, and wherever a paragraph,
// a row or an item begins or ends; nothing for other elements and for comments; the
// character for each reference such as &eacute;. What only looks like markup, such as
// a < b, vector<string> or <ann@example.com>, stays.
type Text struct {
	Shown string

	passes [][]spot // from the text to what is shown
}

// spot is markup, the bytes from start to end, and what is shown for it: n bytes from
// at.
type spot struct{ start, end, at, n int }

// mostPasses is how often a text may have been escaped. &lt;br&gt; is escaped once,
// and mostly by mistake.
const mostPasses = 4

// Read returns the text as it is read.
func Read(raw string) Text {
	t := Text{Shown: raw}
	for range mostPasses {
		shown, spots := pass(t.Shown)
		if len(spots) == 0 {
			break
		}
		t.Shown, t.passes = shown, append(t.passes, spots)
	}
	return t
}

// Marked tells whether the text holds markup.
func (t Text) Marked() bool { return len(t.passes) > 0 }

// Span returns the bytes of Shown that show those of the text from start to end. They
// are none where all of those are inside of markup.
func (t Text) Span(start, end int) (int, int) {
	for _, spots := range t.passes {
		start, end = shift(spots, start), shift(spots, end)
	}
	return start, end
}

// Word names the bytes of the text from start to end for a reader who sees Shown:
// those inside of markup by what is shown for it.
func (t Text) Word(start, end int) string {
	lo, hi := t.Span(start, end)
	if lo < hi || start == end {
		return t.Shown[lo:hi]
	}
	for _, spots := range t.passes {
		i := sort.Search(len(spots), func(i int) bool { return spots[i].end >= end })
		if i < len(spots) && spots[i].start <= start {
			start, end = spots[i].at, spots[i].at+spots[i].n
		} else {
			start, end = shift(spots, start), shift(spots, end)
		}
	}
	switch word := t.Shown[start:end]; {
	case word == "":
		return "markup"
	case strings.Contains(word, "\n"):
		return "line break"
	case strings.TrimSpace(word) == "":
		return "space"
	default:
		return word
	}
}

// shift is where a byte of the text stands in what is shown: one inside of markup,
// after what is shown for it.
func shift(spots []spot, i int) int {
	k := sort.Search(len(spots), func(k int) bool { return spots[k].start >= i })
	if k == 0 {
		return i
	}
	s := spots[k-1]
	return s.at + s.n + max(0, i-s.end)
}

// A tag or a comment with what is known of its syntax, or a character reference. Its
// name is looked up below.
var markup = regexp.MustCompile(`(?is)` +
	`<!--.*?-->|<!doctype\b[^<>]*>|<\?xml\b[^<>]*>` +
	`|<\s*/?\s*(br)\s*/?\s*(?:>|$)` +
	`|</?([a-z][a-z0-9]*)(?:\s+[a-z_:@][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*\s*/?\s*>` +
	`|&(?:#[0-9]+|#x[0-9a-f]+|[a-z][a-z0-9]*);`)

// names are HTML's elements, with what is shown where they begin and end.
var names = map[string]string{}

func init() {
	for shown, list := range map[string]string{
		"\n": `address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption
			figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav noscript ol optgroup
			option p pre section select summary table tbody template textarea tfoot thead title tr ul`,
		" ": "td th",
		"": `a abbr acronym applet area audio b base basefont bdi bdo big button canvas cite code col colgroup data datalist del
			dfn em embed font frame i iframe img input ins kbd label link map mark math meta meter nobr noframes object output
			param picture progress q rp rt ruby s samp script slot small source span strike strong style sub sup svg time track
			tt u var video wbr`,
	} {
		for name := range strings.FieldsSeq(list) {
			names[name] = shown
		}
	}
}

// pass takes off one layer of markup.
func pass(text string) (string, []spot) {
	if !strings.ContainsAny(text, "<&") {
		return text, nil
	}
	var b strings.Builder
	var spots []spot
	done := 0
	for _, m := range markup.FindAllStringSubmatchIndex(text, -1) {
		start, end := m[0], m[1]
		if start < done {
			continue // a line's end that went with the tag before
		}
		shown, br := "", m[2] >= 0
		switch {
		case br:
			shown = "\n"
		case text[start] == '&':
			if shown = html.UnescapeString(text[start:end]); shown == text[start:end] {
				continue
			}
		case m[4] >= 0:
			known := false
			if shown, known = names[strings.ToLower(text[m[4]:m[5]])]; !known {
				continue
			}
		}
		b.WriteString(text[done:start])
		if shown == "\n" && text[start] == '<' {
			// A line of the file that ends here ends once.
			rest := strings.TrimLeft(text[end:], " \t\r")
			if rest, ok := strings.CutPrefix(rest, "\n"); ok {
				end = len(text) - len(rest)
			}
			if so := b.String(); so == "" || strings.HasSuffix(so, "\n\n") || !br && strings.HasSuffix(so, "\n") {
				shown = ""
			}
		}
		spots = append(spots, spot{start, end, b.Len(), len(shown)})
		b.WriteString(shown)
		done = end
	}
	if len(spots) == 0 {
		return text, nil
	}
	b.WriteString(text[done:])
	return b.String(), spots
}
