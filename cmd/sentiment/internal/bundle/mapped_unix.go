//go:build unix

package bundle

import (
	"os"
	"syscall"
)

// mapped returns n bytes of a file, private to the caller and until the program's end.
func mapped(f *os.File, at int64, n int) ([]byte, error) {
	skip := int(at % int64(os.Getpagesize()))
	data, err := syscall.Mmap(int(f.Fd()), at-int64(skip), skip+n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	return data[skip:][:n:n], nil
}
