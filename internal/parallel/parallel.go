// Package parallel runs a function for many numbers on all processors, and keeps apart what
// runs at the same time: Lock those that read and change a model's weights, Calls those of
// what can be closed.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Do runs f(0) to f(n−1), as many at a time as there are processors, and returns when all
// are done.
func Do(n int, f func(i int)) {
	if n == 1 {
		f(0)
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
				f(i)
			}
		})
	}
	wg.Wait()
}

// Rows runs f on the ranges of up to size rows that n rows are divided into.
func Rows(n, size int, f func(from, to int)) {
	Do((n+size-1)/size, func(i int) { f(i*size, min((i+1)*size, n)) })
}
