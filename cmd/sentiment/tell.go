package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/show"
)

// skip is how many bad rows are passed over. It implements pflag.Value.
type skip int

// String returns the number, or all.
func (s *skip) String() string {
	if *s == datasets.SkipAll {
		return "all"
	}
	return strconv.Itoa(int(*s))
}

// Set takes a number, or all.
func (s *skip) Set(value string) error {
	if value == "all" {
		*s = datasets.SkipAll
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return errors.New("want a number, or all")
	}
	*s = skip(n)
	return nil
}

// Type names the flag's type.
func (s *skip) Type() string { return "rows" }

// MarshalJSON implements json.Marshaler.
func (s skip) MarshalJSON() ([]byte, error) {
	if s == datasets.SkipAll {
		return []byte(`"all"`), nil
	}
	return json.Marshal(int(s))
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *skip) UnmarshalJSON(data []byte) error {
	var n int
	if json.Unmarshal(data, &n) == nil {
		*s = skip(n)
		return nil
	}
	var all string
	if err := json.Unmarshal(data, &all); err != nil || all != "all" {
		return errors.Errorf("skip_bad is %s, want a number or \"all\"", data)
	}
	*s = datasets.SkipAll
	return nil
}

// teller says what the reading of texts passes over: the first bad rows one by
// one, and all of them by reason at the end.
type teller struct {
	out     io.Writer
	count   func(*datasets.BadRow) // in place of telling, if not nil
	named   int                    // rows told of
	reasons map[string]int         // rows by reason
}

// mostNamed is how many bad rows are told of one by one.
const mostNamed = 10

func (t *teller) bad(b *datasets.BadRow) {
	if t.count != nil {
		t.count(b)
		return
	}
	if t.reasons == nil {
		t.reasons = map[string]int{}
	}
	t.reasons[b.Reason.Error()]++
	if t.named++; t.named <= mostNamed {
		fmt.Fprintf(t.out, "passed over: %s\n", oneLine(b.Error()))
	}
}

func (t *teller) note(line string) { fmt.Fprintln(t.out, oneLine(line)) }

func (t *teller) end() {
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
		list = append(list, fmt.Sprintf("%s: %s", show.Thousands(t.reasons[reason]), oneLine(reason)))
	}
	fmt.Fprintf(t.out, "passed over: %s bad rows in all (%s)\n", show.Thousands(t.named), strings.Join(list, "; "))
}

// offer adds to an error of texts that are not UTF-8 what to type.
func offer(err error) error {
	var e *datasets.EncodingError
	if !errors.As(err, &e) {
		return err
	}
	return errors.Errorf("%v: give --encoding %s, or the one it is", err, e.Likely)
}
