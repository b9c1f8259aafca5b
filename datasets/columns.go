package datasets

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// The names under which texts and labels are published, most telling first.
var (
	textNames = []string{"text", "review", "review_text", "reviewtext", "review_body", "verified_reviews", "reviews", "sentence", "document", "content",
		"body", "comment", "comment_text", "message", "tweet", "post", "utterance", "description", "title"}
	labelNames = []string{"label", "labels", "sentiment", "class", "class_index", "category", "target", "rating", "stars",
		"star_rating", "score", "polarity", "overall", "topic", "intent"}
)

var underscores = strings.NewReplacer(" ", "_", "-", "_")

// plainName is what names are compared by: Review-Text is review_text.
func plainName(name string) string {
	return underscores.Replace(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))))
}

func plainNames(names []string) []string {
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = plainName(name)
	}
	return plain
}

// wellKnown is the index in names of the first of known that it holds, -1 if none.
func wellKnown(names, known []string) int {
	plain := plainNames(names)
	for _, k := range known {
		if i := slices.Index(plain, k); i >= 0 {
			return i
		}
	}
	return -1
}

// columns says where a row of a table holds what; -1 is nowhere.
type columns struct {
	texts        []int
	label, group int
	others       []int // RecordOptions.Columns
}

// taken are the columns that are found.
func (c columns) taken() []int {
	all := slices.Concat(c.texts, c.others, []int{c.label, c.group})
	return slices.DeleteFunc(all, func(i int) bool { return i < 0 })
}

// columnNamed finds a column by its name, or by its number from 1.
func columnNamed(name string, names []string, width int) (int, error) {
	if i := slices.Index(names, name); i >= 0 {
		return i, nil
	}
	if number, err := strconv.Atoi(name); err == nil && 1 <= number && number <= width {
		return number - 1, nil
	}
	err := errors.Errorf("it has no column %q; it has %s", name, listColumns(names, width))
	if parts := strings.Split(name, ","); len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !slices.Contains(names, p) }) {
		err = errors.Errorf("%v; name each of several columns by itself", err)
	}
	return -1, err
}

// namedColumns finds the columns that the options name. Only the label's may be missing,
// where none is needed.
func (o RecordOptions) namedColumns(names []string, width int) (c columns, err error) {
	c.label, c.group = -1, -1
	for _, want := range []struct {
		name  string
		index *int
	}{{o.LabelColumn, &c.label}, {o.GroupColumn, &c.group}} {
		if want.name == "" {
			continue
		}
		*want.index, err = columnNamed(want.name, names, width)
		if err != nil && (want.index != &c.label || !o.NoLabels) {
			return c, err
		}
	}
	for _, want := range []struct {
		names []string
		to    *[]int
	}{{o.TextColumns, &c.texts}, {o.Columns, &c.others}} {
		for _, name := range want.names {
			i, err := columnNamed(name, names, width)
			switch {
			case err != nil:
				return c, err
			case i == c.label:
				return c, errors.Errorf("the column %q is the label, and cannot be read beside it", name)
			case slices.Contains(*want.to, i):
				return c, errors.Errorf("the column %q is named twice", name)
			}
			*want.to = append(*want.to, i)
		}
	}
	return c, nil
}

// chooseColumns finds the columns by the options, by well-known names, or as what
// is left: of two columns the longer one is the text. rows are the first of the
// table, the first of them its names if header is set.
func (o RecordOptions) chooseColumns(rows [][]string, header bool) (columns, error) {
	width, names := len(rows[0]), []string(nil)
	if header {
		names = rows[0]
	}
	c, err := o.namedColumns(names, width)
	if err != nil {
		return c, err
	}
	free := slices.Clone(names)
	for _, i := range c.taken() {
		if header {
			free[i] = ""
		}
	}
	if len(c.texts) == 0 {
		if i := wellKnown(free, textNames); i >= 0 {
			c.texts = []int{i}
		}
	}
	if c.label < 0 {
		c.label = wellKnown(free, labelNames)
	}
	needText, needLabel := len(c.texts) == 0, c.label < 0 && !o.NoLabels
	taken := c.taken()
	var left, unnamed []int
	for i := range width {
		switch {
		case slices.Contains(taken, i):
		case header && strings.TrimSpace(names[i]) == "":
			unnamed = append(unnamed, i)
		default:
			left = append(left, i)
		}
	}
	if len(left) == 0 || needText && needLabel && len(left) < 2 {
		left = slices.Sorted(slices.Values(slices.Concat(left, unnamed)))
	}
	switch {
	case needText && needLabel && len(left) == 2:
		if length(rows, left[1]) > length(rows, left[0]) {
			slices.Reverse(left)
		}
		c.texts, c.label = left[:1], left[1]
	case needText && !needLabel && len(left) == 1:
		c.texts = left
	case !needText && needLabel && len(left) == 1:
		c.label = left[0]
	case needText:
		return c, errors.Errorf("cannot tell which column holds the text: it has %s; name one", listColumns(names, width))
	case needLabel:
		return c, errors.Errorf("cannot tell which column holds the label: it has %s; name one", listColumns(names, width))
	}
	return c, nil
}

func listColumns(names []string, width int) string {
	if names != nil {
		return quoteAll(names)
	}
	return show.Plural(width, "column") + " without names"
}

// mostListed is how many names an error lists.
const mostListed = 50

// quoteAll lists names, which may hold anything, in one line.
func quoteAll(names []string) string {
	q := make([]string, min(len(names), mostListed))
	for i := range q {
		q[i] = strconv.Quote(names[i])
	}
	if more := len(names) - len(q); more > 0 {
		q = append(q, strconv.Itoa(more)+" more")
	}
	return strings.Join(q, ", ")
}

// length is how many bytes a column holds.
func length(rows [][]string, column int) (n int) {
	for _, r := range rows {
		if column < len(r) {
			n += len(r[column])
		}
	}
	return n
}

// headRows parses the rows at the beginning of a table. If that is not all of it,
// those are left out that begin in the second half, lest they are cut. The error is
// of the first row that is broken; if that is the very first, there are no rows.
func headRows(head []byte, all bool, delimiter rune, quoted bool) (rows [][]string, broken error) {
	if !quoted {
		for line := range bytes.Lines(head) {
			if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
				rows = append(rows, strings.Split(string(line), string(delimiter)))
			}
		}
		return rows, nil
	}
	end := int64(len(head))
	if !all {
		end /= 2
	}
	r := newCSV(bytes.NewReader(head), delimiter)
	r.ReuseRecord = false
	for r.InputOffset() < end {
		fields, err := r.Read()
		switch {
		case err == io.EOF:
			return rows, broken
		case err == nil:
			rows = append(rows, fields)
		case len(rows) == 0:
			return nil, err
		case broken == nil:
			broken = err
		}
	}
	return rows, broken
}

// detectDelimiter is the delimiter that gives most rows as many columns as the
// first row, at least 2; 0 if there is none. What stands between labels is one only if
// nothing else is.
func detectDelimiter(head []byte, all bool, labels string) (best rune) {
	most := 0
	candidates := ",;\t|"
	if len(labels) == 1 && strings.Contains(candidates, labels) {
		candidates = strings.Replace(candidates, labels, "", 1) + labels
	}
	for _, delimiter := range candidates {
		if best != 0 && string(delimiter) == labels {
			break
		}
		rows, _ := headRows(head, all, delimiter, true)
		if len(rows) == 0 || len(rows[0]) < 2 {
			continue
		}
		agree := 0
		for _, r := range rows {
			if len(r) == len(rows[0]) {
				agree++
			}
		}
		if agree > most {
			best, most = delimiter, agree
		}
	}
	return best
}
