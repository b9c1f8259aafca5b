//go:build race

package main

// raced says that the race detector watches, under which a training takes ten
// times as long: tests that repeat one do so fewer times then.
const raced = true
