package terminal

import (
	"testing"

	"unroll/internal/answer"
)

// TestMarked: words are coloured by their pushes, the strong ones bold.
func TestMarked(t *testing.T) {
	e := answer.Explanation{Words: []answer.Word{{Start: 2, End: 6, Push: 1}, {Start: 7, End: 10, Push: -0.2}, {Start: 11, End: 12, Push: 0.01}}}
	if got, want := marked("A fine\nold x", &e), "A \x1b[1;38;5;33mfine\x1b[0m \x1b[38;5;208mold\x1b[0m x"; got != want {
		t.Errorf("marked as %q, want %q", got, want)
	}
}
