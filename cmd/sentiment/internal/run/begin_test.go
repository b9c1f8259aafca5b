package run

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDatedFolders that would have one name.
func TestDatedFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir(RunsDir, 0o755); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	var mu sync.Mutex
	made := map[string]bool{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			dir, err := datedFolder(now)
			mu.Lock()
			defer mu.Unlock()
			if made[dir] || err != nil || !strings.HasPrefix(filepath.Base(dir), "2026-02-03T04-05-06") {
				t.Errorf("%s, made before: %t, error %v", dir, made[dir], err)
			}
			made[dir] = true
		})
	}
	all.Wait()
}
