package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemms writes the panels: the AVX2 ones are 8 and 16 columns wide, the
// AVX-512 ones 16 and 32.
func (v isa) gemms() {
	v.gemm(1)
	v.gemm(2)
}

// gemm writes the kernel for a panel of at most width·lanes columns:
//
//	C[m, cols] = C0[m, cols] + A[m, k]·B[k, cols],  C0 = 0 if nil
//
// It takes rows in tiles whose sums stay in registers; each element of C is
// one chain of fused multiply-adds over k, in order. A has a stride for its
// rows and one for its columns, so it may be a transpose. Strides are in bytes.
func (v isa) gemm(width int) {
	v.text(fmt.Sprintf("gemm%d", width*v.lanes),
		"(m, k int, a *float32, rsa, csa int, b *float32, ldb int, c0, c *float32, ldc, cols int)",
		"computes C = C0 + A*B for a panel of cols columns.")
	p := panel{isa: v, width: width}
	p.m = Load(Param("m"), GP64())
	p.a = Load(Param("a"), GP64())
	p.rsa = Load(Param("rsa"), GP64())
	p.csa = Load(Param("csa"), GP64())
	p.ldb = Load(Param("ldb"), GP64())
	p.c = Load(Param("c"), GP64())
	p.ldc = Load(Param("ldc"), GP64())
	// C0 is kept as its distance from C, and whether it is there.
	p.c0 = Load(Param("c0"), GP64())
	cols := Load(Param("cols"), GP64()).(reg.GPVirtual)
	rows := 8
	if !v.wide() && width == 2 {
		rows = 4 // 16 registers hold no more sums
	}
	// AVX2's masked moves are slow, so a whole panel does without them.
	if !v.wide() {
		CMPQ(cols, Imm(uint64(width*v.lanes)))
		JNE(LabelRef("masked"))
		whole := p
		whole.label = "whole"
		whole.masks = make([]mask, width)
		for r := rows; r > 0; r /= 2 {
			whole.tiles(r)
		}
		VZEROUPPER()
		RET()
		Label("masked")
	}
	for i := range width {
		n, zero := GP64(), GP64()
		MOVQ(cols, n)
		SUBQ(Imm(uint64(i*v.lanes)), n)
		XORQ(zero, zero)
		CMPQ(n, zero)
		CMOVQLT(zero, n)
		if i < width-1 {
			full := GP64()
			MOVQ(U64(v.lanes), full)
			CMPQ(n, full)
			CMOVQGT(full, n)
		}
		p.masks = append(p.masks, v.tail(n))
	}
	for r := rows; r > 0; r /= 2 {
		p.tiles(r)
	}
	VZEROUPPER()
	RET()
}

type panel struct {
	isa
	width                           int
	m, a, rsa, csa, ldb, c0, c, ldc reg.Register
	masks                           []mask
	label                           string
}

// tiles takes as many tiles of the given rows as are left.
func (p panel) tiles(rows int) {
	label := func(s string) string { return fmt.Sprintf("%s%s%d", p.label, s, rows) }
	Label(label("rows"))
	CMPQ(p.m, Imm(uint64(rows)))
	JL(LabelRef(label("end")))

	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		for range p.width {
			sums[i] = append(sums[i], p.vec())
		}
	}
	TESTQ(p.c0, p.c0)
	JZ(LabelRef(label("zero")))
	at := GP64()
	MOVQ(p.c0, at)
	for i := range sums {
		for j, s := range sums[i] {
			p.load(Mem{Base: at, Disp: 4 * p.lanes * j}, s, p.masks[j])
		}
		if i < rows-1 {
			ADDQ(p.ldc, at)
		}
	}
	ADDQ(p.ldc, at)
	MOVQ(at, p.c0)
	JMP(LabelRef(label("sum")))
	Label(label("zero"))
	for i := range sums {
		for _, s := range sums[i] {
			VXORPS(s, s, s)
		}
	}

	Label(label("sum"))
	a, a4, b, k := GP64(), GP64(), GP64(), GP64()
	MOVQ(p.a, a)
	if rows > 4 {
		LEAQ(Mem{Base: p.a}.Idx(p.rsa, 4), a4)
	}
	rsa3 := GP64()
	if rows > 2 {
		LEAQ(Mem{Base: p.rsa}.Idx(p.rsa, 2), rsa3)
	}
	Load(Param("b"), b)
	Load(Param("k"), k)
	// row returns the address of A's element in row i and the present column.
	row := func(i int) Mem {
		base := Mem{Base: a}
		if i >= 4 {
			base = Mem{Base: a4}
		}
		switch i % 4 {
		case 1:
			return base.Idx(p.rsa, 1)
		case 2:
			return base.Idx(p.rsa, 2)
		case 3:
			return base.Idx(rsa3, 1)
		}
		return base
	}
	Label(label("k"))
	TESTQ(k, k)
	JZ(LabelRef(label("store")))
	bs := make([]reg.VecVirtual, p.width)
	for j := range bs {
		bs[j] = p.vec()
		p.load(Mem{Base: b, Disp: 4 * p.lanes * j}, bs[j], p.masks[j])
	}
	for i := range sums {
		x := p.vec()
		VBROADCASTSS(row(i), x)
		for j, s := range sums[i] {
			VFMADD231PS(bs[j], x, s)
		}
	}
	ADDQ(p.csa, a)
	if rows > 4 {
		ADDQ(p.csa, a4)
	}
	ADDQ(p.ldb, b)
	DECQ(k)
	JMP(LabelRef(label("k")))

	Label(label("store"))
	for i := range sums {
		for j, s := range sums[i] {
			p.store(s, Mem{Base: p.c, Disp: 4 * p.lanes * j}, p.masks[j])
		}
		ADDQ(p.ldc, p.c)
	}
	next := GP64()
	MOVQ(p.rsa, next)
	if rows > 1 {
		SHLQ(Imm(uint64(bits.TrailingZeros(uint(rows)))), next)
	}
	ADDQ(next, p.a)
	SUBQ(Imm(uint64(rows)), p.m)
	JMP(LabelRef(label("rows")))
	Label(label("end"))
}
