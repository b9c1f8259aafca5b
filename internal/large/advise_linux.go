package large

import (
	"os"
	"syscall"
	"unsafe"
)

// advise asks for large pages. A system that has none says no, and gives others.
func advise(b []byte) {
	const hugePage = 14 // MADV_HUGEPAGE
	page := uintptr(os.Getpagesize())
	skip := -uintptr(unsafe.Pointer(&b[0])) & (page - 1)
	_ = syscall.Madvise(b[skip:], hugePage)
}
