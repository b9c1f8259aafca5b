package train

import (
	"runtime"
	"testing"
	"time"

	"github.com/pkg/errors"
)

// TestTeam gives many rounds to teams of several sizes, quick ones and ones
// with pauses long enough for the helpers to fall asleep.
func TestTeam(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		was := runtime.GOMAXPROCS(procs)
		team := newTeam(3)
		for round := range 400 {
			if round%100 == 0 {
				time.Sleep(2 * time.Millisecond)
			}
			var got [5]int
			n := 1 + round%5
			if err := team.do(n, func(i int) error { got[i] += i + 1; return nil }); err != nil {
				t.Fatal(err)
			}
			for i := range got {
				want := 0
				if i < n {
					want = i + 1
				}
				if got[i] != want {
					t.Fatalf("%d processors, round %d: task %d ran wrongly: %v", procs, round, i, got)
				}
			}
		}
		want := errors.New("task 2")
		if err := team.do(4, func(i int) error {
			if i == 2 {
				return want
			}
			return nil
		}); err != want {
			t.Errorf("error is %v, want %v", err, want)
		}
		if err := team.do(3, func(int) error { return nil }); err != nil {
			t.Errorf("the round after an error: %v", err)
		}
		team.stop()
		runtime.GOMAXPROCS(was)
	}
}
