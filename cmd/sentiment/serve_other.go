//go:build !unix

package main

// privately does nothing: there are no permissions that new files would get.
func privately() (end func()) { return func() {} }
