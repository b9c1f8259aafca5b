package filelock

import (
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// try is that of flock.go. A lock here also keeps others from reading and writing what is
// locked, so it is of a byte that no file has. Windows locks no folders: two trainings in
// one are not told apart.
func try(f *os.File) bool {
	beyond := &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32}
	how := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	return windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, beyond) != windows.ERROR_LOCK_VIOLATION
}
