package datasets

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// labelsOf reads a table of standard input and writes the labels of each row, joined by
// a bar, with "=" before the one label of a row that states no more.
func labelsOf(t *testing.T, in string, o RecordOptions) (rows, notes []string, err error) {
	t.Helper()
	o.Stdin = strings.NewReader(in)
	o.Note = func(line string) { notes = append(notes, line) }
	for r, e := range Records(context.Background(), []string{"-"}, o) {
		switch {
		case e != nil:
			return rows, notes, e
		case r.Labels == nil:
			rows = append(rows, "="+r.Label)
		default:
			rows = append(rows, strings.Join(r.Labels, "|"))
		}
	}
	return rows, notes, nil
}

// TestSeveralLabels: each format states several labels in its own way; white space is
// removed, empty and repeated labels are left out and told of, and none is valid.
func TestSeveralLabels(t *testing.T) {
	split := RecordOptions{LabelDelimiter: ";"}
	for _, c := range []struct {
		name, in string
		o        RecordOptions
		want     []string
		notes    string
	}{
		{"csv", "text,labels\na,x; y\nb,\nc,y\n", split, []string{"x|y", "", "y"}, ""},
		{"csv without a delimiter", "text,labels\na,x; y\nc,y\n", RecordOptions{}, []string{"=x; y", "=y"}, ""},
		{"dropped", "text,labels\na,x;;y;\nb,\" ; x;x \"\nc,x;x;x\n", split, []string{"x|y", "x", "x"},
			"standard input: 3 empty labels left out, the first in row 2 (line 2)\nstandard input: 3 times a text has a label that it has already, the first in row 3 (line 3)"},
		{"comma", "text,labels\na,\"x,y\"\nb,x\n", RecordOptions{LabelDelimiter: ","}, []string{"x|y", "x"}, ""},
		{"no column", "good day\tx;y\nbad day\tx;z\n", RecordOptions{LabelDelimiter: ";", Header: "no"}, []string{"x|y", "x|z"}, ""},
		{"several characters", "text,labels\na,x | y || z\n", RecordOptions{LabelDelimiter: "||"}, []string{"x | y|z"}, ""},
		{"spaces", "text,labels\na,  x   y \n", RecordOptions{LabelDelimiter: " "}, []string{"x|y"}, ""},
		{"json", `{"text":"a","labels":["x"," y "]}` + "\n" + `{"text":"b","labels":[]}` + "\n" + `{"text":"c","labels":"x"}` + "\n" + `{"text":"d","labels":[1,1.0,true]}`, RecordOptions{},
			[]string{"x|y", "", "=x", "1|true"}, "standard input: 1 time a text has a label that it has already, the first in line 4"},
		{"json strings", `{"text":"a","labels":"x;y"}` + "\n" + `{"text":"b","labels":["x;y"]}` + "\n" + `{"text":"c","labels":""}`, split, []string{"x|y", "x;y", ""}, ""},
		{"json, a scalar goes before a list", `{"text":"a","labels":["x","y"],"class":"z"}`, RecordOptions{}, []string{"=z"}, ""},
		{"fastText", "__label__x __label__y a b\n__label__y\tc\n__label__x __label__x d\n", RecordOptions{}, []string{"x|y", "=y", "x"},
			"standard input: 1 time a text has a label that it has already, the first in line 3"},
		{"fastText has no column", "__label__x a\n", split, []string{"=x"}, "standard input: the label delimiter has no effect: the file has no label column"},
	} {
		got, notes, err := labelsOf(t, c.in, c.o)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil || strings.Join(notes, "\n") != c.notes {
			t.Errorf("%s: error %v, notes %q, (-want +got):\n%s", c.name, err, notes, diff)
		}
	}
}

func TestSeveralLabelsRefused(t *testing.T) {
	for _, c := range []struct {
		in   string
		o    RecordOptions
		want string
	}{
		{`{"text":"a","labels":[["x"]]}`, RecordOptions{LabelColumn: "labels"}, "standard input: line 1: the field labels is a list of something else than labels"},
		{`{"text":"a","labels":null}`, RecordOptions{LabelDelimiter: ";", LabelColumn: "labels"}, "standard input: line 1: the label is missing"},
		{"__label__x a __label__y b\n", RecordOptions{}, "standard input: line 1: the label y is not at the beginning"},
		{"text,labels\na,x\x00;y\n", RecordOptions{LabelDelimiter: ";"}, "standard input: row 2 (line 2): it holds a NUL byte"},
		{"a", RecordOptions{LabelDelimiter: "\n"}, `"\n" cannot stand between labels`},
		{"a", RecordOptions{LabelDelimiter: ";", Delimiter: ';'}, `";" cannot be the delimiter of both columns and labels`},
	} {
		if _, _, err := labelsOf(t, c.in, c.o); err == nil || err.Error() != c.want {
			t.Errorf("%q: error %v, want %q", c.in, err, c.want)
		}
	}
}
