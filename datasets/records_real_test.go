package datasets

import (
	"os"
	"testing"
)

// Records finds in aclImdb what ReadIMDB does, in whatever order.
func TestRecordsReal(t *testing.T) {
	c := needReal(t)
	want := make(map[string]Review)
	for _, r := range append(append([]Review(nil), c.Train...), c.Test...) {
		want[r.ID] = r
	}
	for r, err := range Records(t.Context(), []string{os.Getenv("UNROLL_IMDB")}, RecordOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		w, ok := want[r.ID]
		if !ok || w.Text != r.Text || (w.Label == 1) != (r.Label == "pos") {
			t.Fatalf("%s: read %+v, want %+v", r.ID, r, w)
		}
		delete(want, r.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d reviews are not found", len(want))
	}
}
