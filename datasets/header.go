package datasets

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// detectHeader tells whether the first row names the columns:
//
//	yes  if one of its fields is a well-known name or the options' column, whatever
//	     stands below
//	yes  if all are numbered names, such as v1 and v2
//	yes  if one is a name that stands above numbers
//	no   if one appears again below, in the same column but another row
//	no   if one is empty, a number, or longer than a name
//
// Empty fields at the end do not count. It errs where none of these decides.
func (o RecordOptions) detectHeader(rows [][]string) (bool, error) {
	first := trimUnnamed(rows[0])
	header := plainNames(first)
	again := func(r []string) bool { return slices.Equal(plainNames(trimUnnamed(r)), header) }
	for _, name := range o.named() {
		if name != "" && !isNumber(name) && slices.Contains(first, name) {
			return true, nil
		}
	}
	if wellKnown(first, textNames) >= 0 || wellKnown(first, labelNames) >= 0 || numberedNames(first) {
		return true, nil
	}
	repeated := false
	for i, name := range first {
		numbers, others := 0, 0
		for _, r := range rows[1:] {
			switch {
			case i >= len(r) || strings.TrimSpace(r[i]) == "" || again(r):
			case isNumber(r[i]):
				numbers++
			default:
				others++
			}
			repeated = repeated || i < len(r) && r[i] == name && !again(r)
		}
		// Here and there something else stands among the numbers.
		if isName(name) && numbers > 0 && 9*others <= numbers {
			return true, nil
		}
	}
	if repeated || slices.ContainsFunc(first, func(s string) bool { return s == "" || isNumber(s) || len(s) > 64 }) {
		return false, nil
	}
	return false, errors.Errorf("cannot tell whether the first row (%s) is a header: say yes or no", quoteAll(first))
}

// trimUnnamed is a header without the columns at its end that have no name.
func trimUnnamed(header []string) []string {
	n := len(header)
	for n > 1 && strings.TrimSpace(header[n-1]) == "" {
		n--
	}
	return header[:n]
}

var numberedName = regexp.MustCompile(`^(\pL[\pL _.:]*)(\d{1,4})$`)

// numberedNames reports whether at least two fields are one name with numbers that
// count up.
func numberedNames(fields []string) bool {
	prefix, last := "", 0
	for i, f := range fields {
		m := numberedName.FindStringSubmatch(f)
		if m == nil {
			return false
		}
		n, _ := strconv.Atoi(m[2])
		if i > 0 && (m[1] != prefix || n != last+1) {
			return false
		}
		prefix, last = m[1], n
	}
	return len(fields) > 1
}

// isName tells the name of a column of numbers from a number, and from what stands
// for a missing one.
func isName(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return s != "" && !isNumber(s) && len(s) <= 64 && !slices.Contains([]string{"na", "n/a", "null", "none", "-", "?", "."}, s)
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}

// repeatedHeader looks at a row below the header. It tells one that repeats it, as
// in files that were put together, by plainName; one with the same names in another order is bad,
// for the columns below are others.
func (t *layout) repeatedHeader(fields []string) (again bool, err error) {
	if !t.header || !slices.Contains(t.plain, plainName(fields[0])) {
		return false, nil
	}
	names := plainNames(trimUnnamed(fields))
	if slices.Equal(names, t.plain) {
		return true, nil
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) == len(names) && slices.Equal(names, t.sorted) {
		return false, errors.Errorf("it is a header with the columns in another order (%s): put the rows below it into a file of their own", quoteAll(fields))
	}
	return false, nil
}
