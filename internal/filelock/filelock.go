// Package filelock keeps other processes out of a file or a folder. The system
// releases the lock of a process that dies.
package filelock

import (
	"context"
	"os"
	"time"
)

// retry is how often a waiting process looks again.
const retry = 200 * time.Millisecond

// Wait waits until this process alone holds the file at path, which it makes if
// there is none. It calls waiting once if that is not at once.
func Wait(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for tries := 0; !try(f); tries++ {
		if tries == 0 {
			waiting()
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(retry):
		}
	}
	return func() { f.Close() }, nil
}

// Try locks the folder dir, and returns nil if it is locked already. It leaves no
// file behind.
func Try(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if !try(f) {
		f.Close()
		return nil, nil
	}
	return func() { f.Close() }, nil
}
