package show

import (
	"slices"
	"testing"
)

// TestQuoted: a list of labels is read as so many, whatever is in them.
func TestQuoted(t *testing.T) {
	labels := []string{"good", "not, so good", `"fine"`, " padded", "", "a;b", "two\nlines", "정말 좋아요"}
	want := []string{"good", `"not, so good"`, `"\"fine\""`, `" padded"`, `""`, `"a;b"`, `"two\nlines"`, "정말 좋아요"}
	if got := Quoted(labels...); !slices.Equal(got, want) {
		t.Errorf("it is %q, want %q", got, want)
	}
	if got := List([]string{"yes, please", "no"}); got != `"yes, please", no` {
		t.Errorf("the list is %s", got)
	}
}

// TestOneLineOrder: what turns the order of a line is shown, marks of scripts stay.
func TestOneLineOrder(t *testing.T) {
	if got, want := OneLine("good\u202edoog\u2066x\u2069 \u200fא 👨\u200d👩"), "good\uFFFDdoog\uFFFDx\uFFFD \u200fא 👨\u200d👩"; got != want {
		t.Errorf("it is %q, want %q", got, want)
	}
}

// TestOneLine: nothing in a text moves the cursor of a terminal.
func TestOneLine(t *testing.T) {
	if got, want := OneLine("a\n\tb\x00\x1b[31m\u009b영화"), "a  b\ufffd\ufffd[31m\ufffd영화"; got != want {
		t.Errorf("on a terminal a text is %q, want %q", got, want)
	}
}

// TestShortened: a text is one line of single spaces, cut after so many characters.
func TestShortened(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc…"}, {" a\n b ", 5, "a b"}, {"한국어로", 3, "한국어…"}, {"a\u202eb", 9, "a\ufffdb"}} {
		if got := Shortened(c.text, c.most); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}
