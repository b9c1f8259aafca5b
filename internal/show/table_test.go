package show

import "testing"

func TestTable(t *testing.T) {
	got := Table([]any{"word", "count", "of"}, [][]any{{"영화", 12, 0.5}, {"cafe\u0301", "3"}, {"a\nb", "1,234,567", ""}, {}}, 1)
	const want = `┌──────┬───────────┬─────┐
│ word │ count     │ of  │
├──────┼───────────┼─────┤
│ 영화 │        12 │ 0.5 │
│ ` + "cafe\u0301" + ` │         3 │     │
│ a b  │ 1,234,567 │     │
│      │           │     │
└──────┴───────────┴─────┘`
	if got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}
