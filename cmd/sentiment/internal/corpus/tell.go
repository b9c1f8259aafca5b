package corpus

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/show"
)

// teller says what the reading of texts passes over: the first bad rows one by
// one, and all of them by reason at the end.
type teller struct {
	out     io.Writer
	count   func(*datasets.BadRow) // in place of telling, if not nil
	named   int                    // rows told of
	reasons map[string]int         // rows by reason
	likely  map[string]int         // rows that are not UTF-8, by what they may be
}

// mostNamed is how many bad rows are told of one by one.
const mostNamed = 10

func (t *teller) bad(b *datasets.BadRow) {
	var e *datasets.EncodingError
	if errors.As(b.Reason, &e) {
		if t.likely == nil {
			t.likely = map[string]int{}
		}
		t.likely[e.Likely]++
	}
	if t.count != nil {
		t.count(b)
		return
	}
	if t.reasons == nil {
		t.reasons = map[string]int{}
	}
	t.reasons[b.Reason.Error()]++
	if t.named++; t.named <= mostNamed {
		fmt.Fprintf(t.out, "skipped: %s\n", show.OneLine(b.Error()))
	}
}

func (t *teller) note(line string) { fmt.Fprintln(t.out, show.OneLine(line)) }

func (t *teller) end() {
	t.total()
	if len(t.likely) == 0 {
		return
	}
	rows, most := 0, ""
	for _, encoding := range slices.Sorted(maps.Keys(t.likely)) {
		rows += t.likely[encoding]
		if t.likely[encoding] > t.likely[most] {
			most = encoding
		}
	}
	they := "they are"
	if rows == 1 {
		they = "it is"
	}
	fmt.Fprintf(t.out, "%s skipped because %s not UTF-8: %s\n", show.Plural(rows, "row"), they, tryEncoding(most))
}

// total says how many bad rows there were, if not all were told of.
func (t *teller) total() {
	if t.named <= mostNamed {
		return
	}
	reasons := slices.SortedFunc(maps.Keys(t.reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.reasons[b], t.reasons[a]), cmp.Compare(a, b))
	})
	var list []string
	for i, reason := range reasons {
		if i == 5 {
			list = append(list, fmt.Sprintf("%d more reasons", len(reasons)-i))
			break
		}
		list = append(list, fmt.Sprintf("%s: %s", show.Thousands(t.reasons[reason]), show.OneLine(reason)))
	}
	fmt.Fprintf(t.out, "skipped: %s bad rows in total (%s)\n", show.Thousands(t.named), strings.Join(list, "; "))
}

// Offer adds to an error of texts that are not UTF-8 what to type.
func Offer(err error) error {
	var e *datasets.EncodingError
	if !errors.As(err, &e) {
		return err
	}
	return errors.Errorf("%v: %s", err, tryEncoding(e.Likely))
}

func tryEncoding(likely string) string {
	return "try --encoding " + likely + ", or give the right one"
}
