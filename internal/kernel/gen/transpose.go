package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the kernel that transposes 8 rows, so many blocks of 8 columns after one
// another. Strides are in bytes. It is for both instruction sets.
//
// Half a row and half of the one four below it share a register, so that a block takes 8
// moves from memory to half a register and 16 shuffles within halves, and none across.
func transpose() {
	TEXT("transpose8", NOSPLIT, "func(dst *float32, ldd int, src *float32, lds int, blocks int)")
	Pragma("noescape")
	Doc("transpose8 writes dst[8*blocks, 8], the transpose of src[8, 8*blocks].")
	dst := Load(Param("dst"), GP64())
	ldd := Load(Param("ldd"), GP64())
	top := Load(Param("src"), GP64()) // rows 0 to 3
	lds := Load(Param("lds"), GP64())
	blocks := Load(Param("blocks"), GP64())
	bottom, lds3, ldd3, low := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: top}.Idx(lds, 4), bottom) // rows 4 to 7
	LEAQ(Mem{Base: lds}.Idx(lds, 2), lds3)
	LEAQ(Mem{Base: ldd}.Idx(ldd, 2), ldd3)
	// at is the place of row i of the four from base on.
	at := func(base reg.Register, i, disp int, ld, ld3 reg.Register) Mem {
		m := Mem{Base: base, Disp: disp}
		switch i {
		case 1:
			return m.Idx(ld, 1)
		case 2:
			return m.Idx(ld, 2)
		case 3:
			return m.Idx(ld3, 1)
		}
		return m
	}
	Label("block")
	TESTQ(blocks, blocks)
	JZ(LabelRef("end"))
	LEAQ(Mem{Base: dst}.Idx(ldd, 4), low)
	for half, to := range []reg.Register{dst, low} {
		r := make([]reg.VecVirtual, 4)
		for i := range r {
			r[i] = YMM()
			VMOVUPS(at(top, i, 16*half, lds, lds3), r[i].AsX())
			VINSERTF128(Imm(1), at(bottom, i, 16*half, lds, lds3), r[i], r[i])
		}
		t := []reg.VecVirtual{YMM(), YMM(), YMM(), YMM()}
		VUNPCKLPS(r[1], r[0], t[0])
		VUNPCKHPS(r[1], r[0], t[1])
		VUNPCKLPS(r[3], r[2], t[2])
		VUNPCKHPS(r[3], r[2], t[3])
		for i := range 4 {
			out := YMM()
			VSHUFPS(Imm([]uint64{0x44, 0xEE}[i%2]), t[2+i/2], t[i/2], out)
			VMOVUPS(out, at(to, i, 0, ldd, ldd3))
		}
	}
	LEAQ(Mem{Base: dst}.Idx(ldd, 8), dst)
	ADDQ(Imm(32), top)
	ADDQ(Imm(32), bottom)
	DECQ(blocks)
	JMP(LabelRef("block"))
	Label("end")
	VZEROUPPER()
	RET()
}
