//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

// The families of kernels. Those in assembly give the same bits as each other.
const (
	portable = iota
	avx2
	avx512
)

// level is the family in use. Only tests change it.
var level = detect()

func detect() int {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW:
		return avx512
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return avx2
	}
	return portable
}

// Each function below runs the assembly and reports whether there is one. The
// slices are not empty and long enough.

func tanh32(y, x []float32) bool {
	switch level {
	case avx512:
		tanhAVX512(&y[0], &x[0], len(y))
	case avx2:
		tanhAVX2(&y[0], &x[0], len(y))
	}
	return level != portable
}

func sigmoid32(y, x []float32) bool {
	switch level {
	case avx512:
		sigmoidAVX512(&y[0], &x[0], len(y))
	case avx2:
		sigmoidAVX2(&y[0], &x[0], len(y))
	}
	return level != portable
}

func exp32(y, x []float32) bool {
	switch level {
	case avx512:
		expAVX512(&y[0], &x[0], len(y))
	case avx2:
		expAVX2(&y[0], &x[0], len(y))
	}
	return level != portable
}

func tanhGrad32(dx, y, dy []float32) bool {
	switch level {
	case avx512:
		tanhGradAVX512(&dx[0], &y[0], &dy[0], len(dx))
	case avx2:
		tanhGradAVX2(&dx[0], &y[0], &dy[0], len(dx))
	}
	return level != portable
}

func add32(z, x, y []float32) bool {
	switch level {
	case avx512:
		addAVX512(&z[0], &x[0], &y[0], len(z))
	case avx2:
		addAVX2(&z[0], &x[0], &y[0], len(z))
	}
	return level != portable
}

func mul32(z, x, y []float32) bool {
	switch level {
	case avx512:
		mulAVX512(&z[0], &x[0], &y[0], len(z))
	case avx2:
		mulAVX2(&z[0], &x[0], &y[0], len(z))
	}
	return level != portable
}

func affine32(y []float32, a float32, x []float32, c float32) bool {
	switch level {
	case avx512:
		affineAVX512(&y[0], &x[0], len(y), a, c)
	case avx2:
		affineAVX2(&y[0], &x[0], len(y), a, c)
	}
	return level != portable
}

func axpy32(y []float32, a float32, x []float32) bool {
	switch level {
	case avx512:
		axpyAVX512(&y[0], &x[0], len(y), a)
	case avx2:
		axpyAVX2(&y[0], &x[0], len(y), a)
	}
	return level != portable
}

// dot32 returns the inner product of the first 32·⌊len(x)/32⌋ values.
func dot32(x, y []float32) (float32, bool) {
	switch level {
	case avx512:
		return dotAVX512(&x[0], &y[0], len(x)/32), true
	case avx2:
		return dotAVX2(&x[0], &y[0], len(x)/32), true
	}
	return 0, false
}

func gather32(y, table []float32, ids []int32, cols int) bool {
	switch level {
	case avx512:
		gatherRowsAVX512(&y[0], &table[0], &ids[0], len(ids), cols)
	case avx2:
		gatherRowsAVX2(&y[0], &table[0], &ids[0], len(ids), cols)
	}
	return level != portable
}

func scatterAdd32(table, y []float32, ids []int32, cols int) bool {
	switch level {
	case avx512:
		scatterAddRowsAVX512(&y[0], &table[0], &ids[0], len(ids), cols)
	case avx2:
		scatterAddRowsAVX2(&y[0], &table[0], &ids[0], len(ids), cols)
	}
	return level != portable
}

func colSums32(y, x []float32) bool {
	switch level {
	case avx512:
		colSumsAVX512(&y[0], &x[0], len(x)/len(y), len(y))
	case avx2:
		colSumsAVX2(&y[0], &x[0], len(x)/len(y), len(y))
	}
	return level != portable
}

func lstm32(gates, c0, c, tanhC, h []float32, units int) bool {
	switch level {
	case avx512:
		lstmAVX512(&gates[0], &c0[0], &c[0], &tanhC[0], &h[0], len(c)/units, units)
	case avx2:
		lstmAVX2(&gates[0], &c0[0], &c[0], &tanhC[0], &h[0], len(c)/units, units)
	}
	return level != portable
}

func lstmGrad32(dgates, gates, c0, tanhC, dh, dc []float32, units int) bool {
	switch level {
	case avx512:
		lstmGradAVX512(&dgates[0], &gates[0], &c0[0], &tanhC[0], &dh[0], &dc[0], len(dh)/units, units)
	case avx2:
		lstmGradAVX2(&dgates[0], &gates[0], &c0[0], &tanhC[0], &dh[0], &dc[0], len(dh)/units, units)
	}
	return level != portable
}

func gru32(gates, a, h0, h []float32, units int) bool {
	switch level {
	case avx512:
		gruAVX512(&gates[0], &a[0], &h0[0], &h[0], len(h)/units, units)
	case avx2:
		gruAVX2(&gates[0], &a[0], &h0[0], &h[0], len(h)/units, units)
	}
	return level != portable
}

func gruGrad32(dgates, da, gates, a, h0, dh []float32, units int) bool {
	switch level {
	case avx512:
		gruGradAVX512(&dgates[0], &da[0], &gates[0], &a[0], &h0[0], &dh[0], len(dh)/units, units)
	case avx2:
		gruGradAVX2(&dgates[0], &da[0], &gates[0], &a[0], &h0[0], &dh[0], len(dh)/units, units)
	}
	return level != portable
}

// panelWidth is the number of columns that a call of gemmPanel takes; 0 where
// there is no assembly.
func panelWidth() int {
	switch level {
	case avx512:
		return 32
	case avx2:
		return 16
	}
	return 0
}

// gemmPanel computes C = C0 + A·B for at most panelWidth columns; C0 is 0 if
// nil. A is [m, k] with the strides rsa and csa, B [k, cols] with rows ldb
// apart, C and C0 [m, cols] with rows ldc apart, all in elements.
func gemmPanel(m, k int, a *float32, rsa, csa int, b *float32, ldb int, c0, c *float32, ldc, cols int) {
	switch {
	case cols <= 8:
		gemm8AVX2(m, k, a, 4*rsa, 4*csa, b, 4*ldb, c0, c, 4*ldc, cols)
	case level == avx2:
		gemm16AVX2(m, k, a, 4*rsa, 4*csa, b, 4*ldb, c0, c, 4*ldc, cols)
	case cols <= 16:
		gemm16AVX512(m, k, a, 4*rsa, 4*csa, b, 4*ldb, c0, c, 4*ldc, cols)
	default:
		gemm32AVX512(m, k, a, 4*rsa, 4*csa, b, 4*ldb, c0, c, 4*ldc, cols)
	}
}

// transposed writes dst[cols, w], the transpose of the first w rows of src, of cols values
// that are lds apart, as far as blocks of 8 go: it returns how many rows and columns it took.
func transposed(dst []float32, w int, src []float32, lds, cols int) (rows, took int) {
	if level == portable || w < 8 || cols < 8 {
		return 0, 0
	}
	rows, took = w&^7, cols&^7
	for i := 0; i < rows; i += 8 {
		transpose8(&dst[i], 4*w, &src[i*lds], 4*lds, took/8)
	}
	return rows, took
}
