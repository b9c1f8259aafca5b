package filelock

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/pkg/errors"
)

func TestWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Wait(t.Context(), path, func() { t.Error("waits for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waited := 0
	_, err = Wait(ctx, path, func() { waited++; cancel() })
	if !errors.Is(err, context.Canceled) || waited != 1 {
		t.Errorf("a second lock: error %v, told %d times", err, waited)
	}
	unlock()
	unlock, err = Wait(t.Context(), path, func() { t.Error("waits for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestTry(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO LOCKS OF FOLDERS HERE: that one training keeps out another is not tested; see lock_windows.go")
	}
	dir := t.TempDir()
	unlock, err := Try(dir)
	if err != nil || unlock == nil {
		t.Fatalf("locked: %t, error %v", unlock != nil, err)
	}
	if again, err := Try(dir); err != nil || again != nil {
		t.Errorf("a second lock: %t, error %v", again != nil, err)
	}
	unlock()
	if unlock, err = Try(dir); err != nil || unlock == nil {
		t.Fatalf("after the first: locked: %t, error %v", unlock != nil, err)
	}
	unlock()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("it leaves %v behind, error %v", entries, err)
	}
	if _, err := Try(filepath.Join(dir, "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no folder: %v", err)
	}
}
