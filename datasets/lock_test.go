package datasets

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/pkg/errors"
)

func needLocks(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO FILE LOCKS HERE: that one download waits for another is not tested; see lock_other.go")
	}
}

func TestLockFile(t *testing.T) {
	needLocks(t)
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lockFile(t.Context(), path, func() { t.Error("waits for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waited := 0
	_, err = lockFile(ctx, path, func() { waited++; cancel() })
	if !errors.Is(err, context.Canceled) || waited != 1 {
		t.Errorf("a second lock: error %v, told %d times", err, waited)
	}
	unlock()
	unlock, err = lockFile(t.Context(), path, func() { t.Error("waits for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
