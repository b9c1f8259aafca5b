package datasets

import (
	"context"
	"os"
	"time"
)

// lockRetry is how often a waiting process looks again.
const lockRetry = 200 * time.Millisecond

// lockFile waits until this process alone holds path, calling waiting once if that
// is not at once. The system releases the lock of a process that dies.
func lockFile(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for tries := 0; !tryLock(f); tries++ {
		if tries == 0 {
			waiting()
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(lockRetry):
		}
	}
	return func() { f.Close() }, nil
}
