//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package datasets

import "os"

// tryLock has no portable way to lock. Two processes that download at once may
// spoil each other's part, which then fails its checksum and is removed.
func tryLock(*os.File) bool { return true }
