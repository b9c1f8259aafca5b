package metrics

import (
	"strings"
	"testing"
)

// observe updates a matrix with a pair of the true and the predicted class each, of
// so many classes.
func observe(m *ConfusionMatrix, classes int, weight float32, pairs ...[2]int) {
	for _, p := range pairs {
		y := make([]float32, classes)
		y[p[1]] = 1
		m.Update(y, []float32{float32(p[0])}, []float32{weight})
	}
}

func TestConfusionTable(t *testing.T) {
	m := &ConfusionMatrix{}
	observe(m, 3, 1, [2]int{0, 0}, [2]int{0, 0}, [2]int{0, 2}, [2]int{1, 1}, [2]int{2, 0})
	observe(m, 3, 2.5, [2]int{2, 2})
	observe(m, 3, 1e7, [2]int{1, 1})
	for _, c := range []struct {
		names []string
		want  []string
	}{
		{[]string{"good", "dull", "정말 좋아요"}, []string{
			`true \ predicted    good      dull  정말 좋아요`,
			`            good       2         0       1`,
			`            dull       0  10000001       0`,
			`          정말 좋아요       1         0    2.50`,
		}},
		{[]string{"a class with a long name"}, []string{
			`        true \ predicted  a class with a long name         1       2`,
			`a class with a long name                         2         0       1`,
			`                       1                         0  10000001       0`,
			`                       2                         1         0    2.50`,
		}},
	} {
		if got := m.Table(c.names...); got != strings.Join(c.want, "\n")+"\n" {
			t.Errorf("of %q it is\n%s", c.names, got)
		}
	}
}

// TestConfusionTableOfNothing: before any update there are no classes.
func TestConfusionTableOfNothing(t *testing.T) {
	if got := (&ConfusionMatrix{}).Table("a", "b"); got != "true \\ predicted\n" {
		t.Errorf("it is %q", got)
	}
}

// TestConfusionTableOfManyClasses lists the ten most frequent mistakes, the first class
// first where two are as frequent.
func TestConfusionTableOfManyClasses(t *testing.T) {
	const classes = 12
	m := &ConfusionMatrix{}
	for class := range classes {
		for range class {
			observe(m, classes, 1, [2]int{class, (class + 1) % classes})
		}
		observe(m, classes, 1, [2]int{class, class})
	}
	observe(m, classes, 1, [2]int{3, 7}, [2]int{3, 7}, [2]int{3, 7}) // as often as 3 is taken for 4
	names := strings.Split("a b c d e f g h i j k", " ")
	want := `Most frequent mistakes:
    11  11 predicted as a
    10  k predicted as 11
     9  j predicted as k
     8  i predicted as j
     7  h predicted as i
     6  g predicted as h
     5  f predicted as g
     4  e predicted as f
     3  d predicted as e
     3  d predicted as h
`
	if got := m.Table(names...); got != want {
		t.Errorf("it is\n%s", got)
	}
	if names[len(names)-1] != "k" || len(names) != 11 {
		t.Errorf("the caller's names are now %q", names)
	}
}
