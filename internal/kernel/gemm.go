package kernel

import "sync"

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) if acc is set, where op
// transposes its argument if the flag before it is set. C is [m, n] and k is
// the length of the sums; A is [m, k], or [k, m] if ta; B is [k, n], or [n, k]
// if tb. Each element of C is one sum over k, in order – from the last to the
// first if ta. A product with a transposed left factor is the gradient of a
// weight, k runs over the steps, and backpropagation meets the last one first:
// whether it sums step by step or all at once, the bits are the same.
func Gemm[T Float](ta, tb bool, m, n, k int, a, b, c []T, acc bool) {
	c = c[:m*n]
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !acc {
			clear(c)
		}
		return
	}
	a, b = a[:m*k], b[:k*n]
	if fast(c) {
		gemm32(ta, tb, m, n, k, f32(a), f32(b), f32(c), acc)
		return
	}
	if !acc {
		clear(c)
	}
	gemmPortable(ta, tb, m, n, k, a, b, c)
}

func gemmPortable[T Float](ta, tb bool, m, n, k int, a, b, c []T) {
	rsa, csa := strides(ta, m, k)
	rsb, csb := strides(tb, k, n)
	for i := range m {
		ci := c[i*n : (i+1)*n]
		for p := range k {
			if ta {
				p = k - 1 - p
			}
			x := a[i*rsa+p*csa]
			if !tb {
				for j, y := range b[p*n : (p+1)*n] {
					ci[j] += x * y
				}
				continue
			}
			for j := range ci {
				ci[j] += x * b[p*rsb+j*csb]
			}
		}
	}
}

// strides returns the distances between rows and between columns of op(X),
// [rows, cols].
func strides(transposed bool, rows, cols int) (rs, cs int) {
	if transposed {
		return 1, rows
	}
	return cols, 1
}

// The blocks of large products: a block of B, blockK rows of all columns, is
// packed into panels that stay in the second cache; blockM rows of A are used
// for one panel after the other.
const (
	blockK = 192
	blockM = 192
)

var scratch = sync.Pool{New: func() any { return new([]float32) }}

func gemm32(ta, tb bool, m, n, k int, a, b, c []float32, acc bool) {
	width := panelWidth()
	rsa, csa := strides(ta, m, k)
	ldb, first := n, 0 // the first row of the sum, and the way to the next
	if ta {
		csa, ldb, first = -csa, -n, k-1
	}
	c0 := &c[0]
	if !acc {
		c0 = nil
	}
	// A narrow B is a panel itself, and packing a small one costs more than it
	// saves.
	if !tb && (n <= width || m <= 8) {
		for j := 0; j < n; j += width {
			gemmPanel(m, k, &a[first*abs(csa)], rsa, csa, &b[first*n+j], ldb, offset(c0, j), &c[j], n, min(width, n-j))
		}
		return
	}
	buf := scratch.Get().(*[]float32)
	defer scratch.Put(buf)
	for done := 0; done < k; done += blockK {
		kb := min(blockK, k-done)
		p, top := done, done // the block's rows of B are p to p+kb, the sum starts at top
		if ta {
			p, top = k-done-kb, k-done-1
		}
		if need := kb * n; cap(*buf) < need {
			*buf = make([]float32, need)
		}
		packed := (*buf)[:kb*n]
		pack(packed, b, tb, k, n, p, kb, width)
		for i := 0; i < m; i += blockM {
			mb := min(blockM, m-i)
			for j := 0; j < n; j += width {
				w := min(width, n-j)
				row, ld := &packed[j*kb], w
				if ta {
					row, ld = &packed[j*kb+(kb-1)*w], -w
				}
				gemmPanel(mb, kb, &a[i*rsa+top*abs(csa)], rsa, csa, row, ld, offset(c0, i*n+j), &c[i*n+j], n, w)
			}
		}
		c0 = &c[0]
	}
}

func abs(n int) int { return max(n, -n) }

// pack writes rows p to p+kb of op(B) [k, n] as panels of width columns, one
// after the other, the last one as wide as what is left.
func pack(dst, b []float32, tb bool, k, n, p, kb, width int) {
	for j := 0; j < n; j += width {
		w := min(width, n-j)
		panel := dst[j*kb : j*kb+kb*w]
		if !tb {
			for q := range kb {
				copy(panel[q*w:(q+1)*w], b[(p+q)*n+j:])
			}
			continue
		}
		i, q := transposed(panel, w, b[j*k+p:], k, kb)
		for r := range w {
			from := q // of the rows that were transposed what is left
			if r >= i {
				from = 0
			}
			row := b[(j+r)*k+p:][:kb]
			for q := from; q < kb; q++ {
				panel[q*w+r] = row[q]
			}
		}
	}
}

// Pack writes op(B) [k, n] to dst, of the same size, in the order in which
// MulPacked reads it: for a right factor of many products.
func Pack[T Float](dst []T, tb bool, k, n int, b []T) {
	dst, b = dst[:k*n], b[:k*n]
	if fast(b) {
		pack(f32(dst), f32(b), tb, k, n, 0, k, panelWidth())
		return
	}
	rs, cs := strides(tb, k, n)
	for i := range k {
		for j := range n {
			dst[i*n+j] = b[i*rs+j*cs]
		}
	}
}

// MulPacked computes C = C0 + A·B for A [m, k] and B [k, n] as Pack wrote it.
// C0 is 0 if nil and may be C.
func MulPacked[T Float](m, n, k int, a, packed, c0, c []T) {
	a, packed, c = a[:m*k], packed[:k*n], c[:m*n]
	if c0 != nil {
		c0 = c0[:m*n]
	}
	if fast(c) && k > 0 {
		a, b, c, width := f32(a), f32(packed), f32(c), panelWidth()
		var first *float32
		if c0 != nil {
			first = &f32(c0)[0]
		}
		for j := 0; j < n; j += width {
			w := min(width, n-j)
			gemmPanel(m, k, &a[0], k, 1, &b[j*k], w, offset(first, j), &c[j], n, w)
		}
		return
	}
	if c0 == nil {
		clear(c)
	} else {
		copy(c, c0)
	}
	gemmPortable(false, false, m, n, k, a, packed, c)
}
