package markup

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRead(t *testing.T) {
	for raw, want := range map[string]string{
		"": "", "plain": "plain", "two\nlines\n\n\n\nand more": "two\nlines\n\n\n\nand more",
		"Fine.<br /><br />It ends.":                   "Fine.\n\nIt ends.",
		"a<br>b<BR/>c<br  / >d< br / >e</br>f<br":     "a\nb\nc\nd\ne\nf\n",
		"a<br />\nb<br>\r\nc":                         "a\nb\nc",
		"a<br><br><br><br><br>b":                      "a\n\nb",
		"<p>One.</p>\n<p class=\"x\">Two.</p>":        "One.\nTwo.\n",
		"<div><ul><li>a</li><li>b</li></ul></div>":    "a\nb\n",
		"won<b>der</b>ful <a href='/x?y=1'>link</a>":  "wonderful link",
		"<td>1</td><td>2</td>":                        " 1  2 ",
		"caf&eacute; &amp; bar&nbsp;&#8211; &#x2603;": "café & bar\u00a0– ☃",
		"&lt;br /&gt;twice&amp;quot;":                 "twice\"",
		"a<!-- <b>no</b> -->b<!DOCTYPE html>c":        "abc",
		"<img src=x onerror=alert(3)>x":               "x",
		"<script>alert(1)</script>":                   "alert(1)",
		// What is no markup.
		"1 < 2 and 3 > 2, a <b, a<b && c>d":                    "1 < 2 and 3 > 2, a <b, a<b && c>d",
		"vector<string> of <ann@example.com> <3 <name> <http:": "vector<string> of <ann@example.com> <3 <name> <http:",
		"AT&T R&D; &unknown; ?a=1&copy=2 &":                    "AT&T R&D; &unknown; ?a=1&copy=2 &",
	} {
		if got := Read(raw).Shown; got != want {
			t.Errorf("%q reads %q, want %q", raw, got, want)
		}
	}
}

func TestWord(t *testing.T) {
	const raw = "A fine film.<br /><br />caf&eacute; &lt;i&gt;so&nbsp;so<hr>"
	shown := Read(raw)
	for word, want := range map[string]string{
		"fine": "fine", "br": "line break", "film.<br />": "film.\n", "caf": "caf", "eacute": "é", "caf&eacute;": "café",
		"lt": "markup", "i&gt": "markup", "nbsp": "space", "so&nbsp;so": "so\u00a0so", "hr": "line break",
	} {
		at := strings.Index(raw, word)
		if got := shown.Word(at, at+len(word)); got != want {
			t.Errorf("%q is called %q, want %q", word, got, want)
		}
	}
}

// Whatever the text, spans stay in their order and inside of what is shown, letters
// outside of markup are kept, and what is shown holds no more markup.
func TestSpans(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		parts := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]string{
			"<br />", "<p>", "</p>", "&eacute;", "&lt;", "b&gt;", "&amp;", "<", ">", "<b", " ", "\n", "\r\n", "é", "film", "<!--", "-->", "&", ";", "#39;",
		}), rapid.String())).Draw(r, "parts")
		raw := strings.Join(parts, "")
		text := Read(raw)
		last := 0
		for i := range len(raw) + 1 {
			lo, hi := text.Span(i, len(raw))
			if lo < last || lo > hi || hi != len(text.Shown) {
				r.Fatalf("%q reads %q: the bytes from %d are those from %d to %d", raw, text.Shown, i, lo, hi)
			}
			for k := i; k <= min(i+9, len(raw)); k++ {
				_ = text.Word(i, k)
			}
			last = lo
		}
		if utf8.ValidString(raw) && !utf8.ValidString(text.Shown) {
			r.Fatalf("%q reads %q, which is cut within a letter", raw, text.Shown)
		}
		if strings.Count(raw, "amp;") < mostPasses-1 && Read(text.Shown).Marked() {
			r.Fatalf("%q reads %q, with markup", raw, text.Shown)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("a<br />&amp;lt;b&gt;<p x=\"", 1, 5)
	f.Fuzz(func(t *testing.T, raw string, start, end int) {
		text := Read(raw)
		if start < 0 || end < start || end > len(raw) {
			return
		}
		if lo, hi := text.Span(start, end); lo < 0 || lo > hi || hi > len(text.Shown) {
			t.Fatalf("%q reads %q: bytes %d to %d are %d to %d", raw, text.Shown, start, end, lo, hi)
		}
		_ = text.Word(start, end)
	})
}
