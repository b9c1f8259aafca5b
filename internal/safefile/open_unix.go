//go:build unix

package safefile

import "syscall"

// nonblocking lets a pipe be opened that nobody writes to, so that it can be refused.
const nonblocking = syscall.O_NONBLOCK
