package kernel

import "unsafe"

// offset returns the address n elements after p, or nil if p is nil.
func offset(p *float32, n int) *float32 {
	if p == nil {
		return nil
	}
	return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*n))
}
