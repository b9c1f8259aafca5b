// Package large makes slices of many megabytes, which Linux gives in large pages where it
// may: a page costs as much to get whatever its size, and a table that is read here and
// there finds more of its addresses at hand.
package large

import "unsafe"

// least is from where on large pages are asked for; one of them has 2 MB.
const least = 4 << 20

// Make is make([]T, n), for a T without pointers.
func Make[T int32 | uint64 | byte | float32 | float64](n int) []T {
	s := make([]T, n)
	Ask(s)
	return s
}

// Ask asks for large pages for a slice, if it is large. It does so before the slice is
// written to.
func Ask[T int32 | uint64 | byte | float32 | float64](s []T) {
	if size := len(s) * int(unsafe.Sizeof(*new(T))); size >= least {
		advise(unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), size))
	}
}
