package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/internal/textparts"
)

// read returns the texts and columns of a file, or the error that ends them.
func readColumns(t *testing.T, name, content string, o RecordOptions) (texts []string, columns [][]string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for r, err := range Records(t.Context(), []string{path}, o) {
		if err != nil {
			return texts, columns, err
		}
		texts, columns = append(texts, r.Text), append(columns, r.Columns)
	}
	return texts, columns, nil
}

// TestSeveralColumns: texts are joined in the order of the options, and others are read
// beside them, from tables and from JSON.
func TestSeveralColumns(t *testing.T) {
	join := textparts.Join
	texts := []string{join("one", "a b"), "c, d", join("three")}
	columns := [][]string{{"1.5", "north"}, {"", "south"}, {"-2", ""}}
	options := RecordOptions{TextColumns: []string{"title", "the, body"}, LabelColumn: "y", Columns: []string{"price", "region"}}
	for name, content := range map[string]string{
		"a.csv":   "y,\"the, body\",price,title,region\np,a b,1.5,one,north\nq,\"c, d\",,,south\np,,-2,three,\n",
		"a.tsv":   "y\tthe, body\tprice\ttitle\tregion\np\ta b\t1.5\tone\t north\nq\tc, d\t \t\tsouth\np\t\t-2\tthree\t\n",
		"a.jsonl": `{"y":"p","the, body":"a b","title":"one","price":1.5,"region":"north"}` + "\n" + `{"y":"q","the, body":"c, d","title":null,"price":null,"region":"south"}` + "\n" + `{"y":"p","the, body":"","title":"three","price":"-2"}` + "\n",
	} {
		gotTexts, gotColumns, err := readColumns(t, name, content, options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(texts, gotTexts); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(columns, gotColumns); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	options.NoLabels = true
	if texts, _, err := readColumns(t, "new.csv", "title,\"the, body\",price,region\na,b,1,c\n", options); err != nil || len(texts) != 1 {
		t.Errorf("without labels %q, error %v", texts, err)
	}
	paths := RecordOptions{TextColumns: []string{"t.title", "t.bodies.0"}, Columns: []string{"facts.price"}}
	gotTexts, gotColumns, err := readColumns(t, "b.jsonl", `{"label":"x","t":{"title":"one","bodies":["a"]},"facts":{"price":3.0}}`, paths)
	if err != nil || !cmp.Equal(gotTexts, []string{join("one", "a")}) || !cmp.Equal(gotColumns, [][]string{{"3"}}) {
		t.Errorf("%q %q, error %v", gotTexts, gotColumns, err)
	}
}

// TestColumnsThatAreNotThere, or have another role.
func TestColumnsThatAreNotThere(t *testing.T) {
	table := "title,body,price,label\na,b,1,x\n,,2,y\n"
	lines := `{"title":"a","body":"b","price":[1],"label":"x"}` + "\n"
	for _, c := range []struct {
		name, content string
		o             RecordOptions
		want          string
	}{
		{"a.csv", table, RecordOptions{TextColumns: []string{"title", "text"}}, `it has no column "text"; it has "title", "body", "price", "label"`},
		{"a.csv", table, RecordOptions{TextColumns: []string{"title,body"}}, `it has no column "title,body"; it has "title", "body", "price", "label"; name each of several columns by itself`},
		{"a.csv", table, RecordOptions{TextColumns: []string{"title", "1"}}, `the column "1" is named twice`},
		{"a.csv", table, RecordOptions{TextColumns: []string{"body"}, LabelColumn: "label", Columns: []string{"label"}}, `the column "label" is the label`},
		{"a.csv", table, RecordOptions{TextColumns: []string{"body"}, Columns: []string{"weight"}}, `it has no column "weight"`},
		{"a.csv", table, RecordOptions{TextColumns: []string{"title", "body"}}, "row 3 (line 3): the text is empty"},
		{"a.jsonl", lines, RecordOptions{TextColumns: []string{"title", "text"}}, "line 1: it has no field text"},
		{"a.jsonl", lines, RecordOptions{TextColumns: []string{"title", "price"}}, "line 1: the field price is not a string"},
		{"a.jsonl", lines, RecordOptions{TextColumns: []string{"title"}, Columns: []string{"price"}}, "line 1: the field price is neither a string nor a number nor a boolean"},
		{"a.jsonl", lines, RecordOptions{TextColumns: []string{"title"}, LabelColumn: "price", Columns: []string{"price"}}, `the field "price" is the label`},
		{"a.txt", "__label__x a b\n", RecordOptions{Columns: []string{"price"}}, "this format has no columns, but one is named"},
	} {
		if _, _, err := readColumns(t, c.name, c.content, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %q and %q: error %v, want %q", c.name, c.o.TextColumns, c.o.Columns, err, c.want)
		}
	}
}
