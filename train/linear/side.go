package linear

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// side runs f(0) to f(n−1) on all processors.
func side(n int, f func(i int)) {
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

// each runs f on the ranges that rows are divided into, on all processors.
func each(rows int, f func(from, to int)) {
	const block = 256
	side((rows+block-1)/block, func(i int) { f(i*block, min((i+1)*block, rows)) })
}
