package choice

import (
	"fmt"
	"strings"
	"testing"
)

// TestFlag: what a flag takes it prints, and what it refuses leaves it as it was.
func TestFlag(t *testing.T) {
	fruit := Table[int]{{Name: "apple", Help: "of a tree"}, {Name: "fig"}, {Name: "grape"}}
	long := func(name string) bool { return len(name) > 5 }
	for _, c := range []struct {
		value     string
		many      bool
		known     func(string) bool
		set, want string // want is the error
	}{
		{value: "fig", set: "apple"},
		{value: "fig", set: "Apple", want: "want apple, fig or grape"},
		{value: "fig", set: "apple,grape", want: "want apple, fig or grape"},
		{value: "fig", set: "", want: "want apple, fig or grape"},
		{value: "", set: ""},
		{value: "fig", many: true, set: "grape, apple"},
		{value: "fig", many: true, set: "grape,plum", want: `of which "plum" is unknown, want one or more of apple, fig, grape`},
		{value: "fig", many: true, set: "grape,", want: `of which "" is unknown, want one or more of apple, fig, grape`},
		{value: "fig", many: true, set: "fig,fig", want: "which names fig twice, want each at most once"},
		{value: "", known: long, set: "cherry"},
		{value: "", known: long, set: "kiwi", want: "want a name such as apple, fig or grape"},
	} {
		var value string
		f := NewFlag(&value, c.value, fruit.All())
		f.Many, f.Known = c.many, c.known
		err := f.Set(c.set)
		if got := strings.TrimPrefix(fmt.Sprint(err), "<nil>"); got != c.want {
			t.Errorf("%q: error %q, want %q", c.set, got, c.want)
		}
		want := c.set
		if c.want != "" {
			want = c.value
		}
		if value != want || f.String() != want {
			t.Errorf("set to %q it is %q and prints %q, want %q", c.set, value, f, want)
		}
		list := map[bool]string{false: "apple, fig or grape", true: "apple, fig, grape"}[c.many]
		if f.List() != list {
			t.Errorf("the list is %q, want %q", f.List(), list)
		}
	}
}
