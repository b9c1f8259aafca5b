package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows writes the kernels on rows of a matrix.
func (v isa) rows() {
	v.byID("gatherRows", "(y, table *float32, ids *int32, n, cols int)",
		"copies row ids[i] of table to row i of y for n ids.", func(y, row Mem, m mask) {
			x := v.vec()
			v.load(row, x, m)
			v.store(x, y, m)
		})
	v.byID("scatterAddRows", "(y, table *float32, ids *int32, n, cols int)",
		"adds row i of y to row ids[i] of table for n ids, in order.", func(y, row Mem, m mask) {
			x, t := v.vec(), v.vec()
			v.load(y, x, m)
			v.load(row, t, m)
			VADDPS(x, t, t)
			v.store(t, row, m)
		})
	v.colSums()
}

// byID writes a loop over rows that ids name in a table, beside rows of y.
func (v isa) byID(name, signature, doc string, chunk func(y, row Mem, m mask)) {
	v.text(name, signature, doc)
	y := Load(Param("y"), GP64()).(reg.GPVirtual)
	table := Load(Param("table"), GP64())
	ids := Load(Param("ids"), GP64())
	n := Load(Param("n"), GP64())
	cols := Load(Param("cols"), GP64()).(reg.GPVirtual)
	whole, stride, rest := GP64(), GP64(), GP64()
	MOVQ(cols, whole)
	ANDQ(Imm(uint64(v.lanes-1)), cols)
	SUBQ(cols, whole) // columns in whole vectors
	LEAQ(Mem{Base: whole}.Idx(cols, 1), stride)
	SHLQ(Imm(2), stride) // bytes of a row
	MOVQ(cols, rest)
	m := v.tail(cols)

	Label("row")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	row, j := GP64(), GP64()
	MOVLQSX(Mem{Base: ids}, row)
	IMULQ(stride, row)
	ADDQ(table, row)
	XORQ(j, j)
	Label("column")
	CMPQ(j, whole)
	JGE(LabelRef("tail"))
	chunk(Mem{Base: y}.Idx(j, 4), Mem{Base: row}.Idx(j, 4), nil)
	ADDQ(Imm(uint64(v.lanes)), j)
	JMP(LabelRef("column"))
	Label("tail")
	TESTQ(rest, rest)
	JZ(LabelRef("next"))
	chunk(Mem{Base: y}.Idx(j, 4), Mem{Base: row}.Idx(j, 4), m)
	Label("next")
	ADDQ(stride, y)
	ADDQ(Imm(4), ids)
	DECQ(n)
	JMP(LabelRef("row"))
	Label("done")
	VZEROUPPER()
	RET()
}

// colSums keeps a vector of sums in a register while it goes down the rows.
func (v isa) colSums() {
	v.text("colSums", "(y, x *float32, rows, cols int)", "adds each row of x to y, in order.")
	y := Load(Param("y"), GP64())
	x := Load(Param("x"), GP64())
	rows := Load(Param("rows"), GP64())
	cols := Load(Param("cols"), GP64()).(reg.GPVirtual)
	stride := GP64()
	MOVQ(cols, stride)
	SHLQ(Imm(2), stride)
	down := func(label string, m mask) {
		sum, t := v.vec(), v.vec()
		at, left := GP64(), GP64()
		v.load(Mem{Base: y}, sum, m)
		MOVQ(x, at)
		MOVQ(rows, left)
		Label(label)
		TESTQ(left, left)
		JZ(LabelRef(label + "_end"))
		v.load(Mem{Base: at}, t, m)
		VADDPS(t, sum, sum)
		ADDQ(stride, at)
		DECQ(left)
		JMP(LabelRef(label))
		Label(label + "_end")
		v.store(sum, Mem{Base: y}, m)
	}
	Label("column")
	CMPQ(cols, Imm(uint64(v.lanes)))
	JL(LabelRef("tail"))
	down("down", nil)
	ADDQ(Imm(uint64(4*v.lanes)), y)
	ADDQ(Imm(uint64(4*v.lanes)), x)
	SUBQ(Imm(uint64(v.lanes)), cols)
	JMP(LabelRef("column"))
	Label("tail")
	TESTQ(cols, cols)
	JZ(LabelRef("done"))
	down("last", v.tail(cols))
	Label("done")
	VZEROUPPER()
	RET()
}

// dot sums in 32 lanes and then in a tree of halves. It takes whole blocks of
// 32; what is left is the caller's.
func (v isa) dot() {
	v.text("dot", "(x, y *float32, blocks int) float32", "returns the inner product of x and y, blocks of 32 values long.")
	x := Load(Param("x"), GP64())
	y := Load(Param("y"), GP64())
	blocks := Load(Param("blocks"), GP64())
	sums := make([]reg.VecVirtual, 32/v.lanes)
	for i := range sums {
		sums[i] = v.zero()
	}
	Label("loop")
	TESTQ(blocks, blocks)
	JZ(LabelRef("reduce"))
	for i, s := range sums {
		t := v.vec()
		VMOVUPS(Mem{Base: x, Disp: 4 * v.lanes * i}, t)
		VFMADD231PS(Mem{Base: y, Disp: 4 * v.lanes * i}, t, s)
	}
	ADDQ(Imm(128), x)
	ADDQ(Imm(128), y)
	DECQ(blocks)
	JMP(LabelRef("loop"))
	Label("reduce")
	half := YMM()
	var low reg.VecVirtual
	if v.wide() {
		VADDPS(sums[1], sums[0], sums[0])
		VEXTRACTF64X4(Imm(1), sums[0], half)
		low = YMM()
		VEXTRACTF64X4(Imm(0), sums[0], low)
	} else {
		VADDPS(sums[2], sums[0], sums[0])
		VADDPS(sums[3], sums[1], sums[1])
		low, half = sums[0], sums[1]
	}
	VADDPS(half, low, low)
	q, r := XMM(), XMM()
	VEXTRACTF128(Imm(1), low, q)
	VADDPS(low.AsX(), q, q)
	VPERMILPS(Imm(0b1110), q, r)
	VADDPS(r, q, q)
	VPERMILPS(Imm(0b01), q, r)
	VADDSS(r, q, q)
	Store(q, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
