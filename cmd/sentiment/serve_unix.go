//go:build unix

package main

import "syscall"

// privately makes new files this user's alone, a socket from its first moment, until
// the function that it returns is called.
func privately() (end func()) {
	before := syscall.Umask(0o177)
	return func() { syscall.Umask(before) }
}
