//go:build !unix

package safefile

const nonblocking = 0
