package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cells writes a loop over the rows of matrices [rows, units] and of gates
// [rows, n·units], which are blocks of units side by side. body sees one
// vector of columns: at(name, block) is its address.
func (v isa) cells(name, signature, doc string, matrices, gates []string, n int, body func(at func(name string, block int) Mem, m mask)) {
	v.text(name, signature, doc)
	ptr := map[string]reg.Register{}
	for _, a := range append(append([]string{}, matrices...), gates...) {
		ptr[a] = Load(Param(a), GP64())
	}
	wide := map[string]bool{}
	for _, a := range gates {
		wide[a] = true
	}
	rows := Load(Param("rows"), GP64())
	units := GP64()
	j := GP64()
	// block returns the address of column j in a block of a row. Blocks lie
	// units apart.
	at := func(name string, block int) Mem {
		base := Mem{Base: ptr[name]}
		if block == 0 {
			return base.Idx(j, 4)
		}
		p := GP64()
		LEAQ(base.Idx(j, 4), p)
		Load(Param("units"), units)
		for range block {
			LEAQ(Mem{Base: p}.Idx(units, 4), p)
		}
		return Mem{Base: p}
	}
	Label("row")
	TESTQ(rows, rows)
	JZ(LabelRef("done"))
	XORQ(j, j)
	Label("column")
	left := GP64()
	Load(Param("units"), left)
	SUBQ(j, left)
	CMPQ(left, Imm(uint64(v.lanes)))
	JL(LabelRef("tail"))
	body(at, nil)
	ADDQ(Imm(uint64(v.lanes)), j)
	JMP(LabelRef("column"))
	Label("tail")
	TESTQ(left, left)
	JZ(LabelRef("next"))
	body(at, v.tail(left))
	Label("next")
	Load(Param("units"), units)
	for _, a := range matrices {
		LEAQ(Mem{Base: ptr[a]}.Idx(units, 4), ptr[a])
	}
	for _, a := range gates {
		for range n {
			LEAQ(Mem{Base: ptr[a]}.Idx(units, 4), ptr[a])
		}
	}
	DECQ(rows)
	JMP(LabelRef("row"))
	Label("done")
	VZEROUPPER()
	RET()
}

func (v isa) read(at Mem, m mask) reg.VecVirtual {
	x := v.vec()
	v.load(at, x, m)
	return x
}

func (v isa) sigma(x reg.VecVirtual) reg.VecVirtual {
	neg := v.vec()
	VXORPS(word(1<<31), x, neg)
	e := v.exp(neg)
	one := v.constant(1)
	VADDPS(one, e, e)
	VDIVPS(e, one, one)
	return one
}

// slope returns 1 − y² or y·(1 − y): the derivative of tanh or of the sigmoid
// by its value.
func (v isa) tanhSlope(y reg.VecVirtual) reg.VecVirtual {
	d := v.constant(1)
	VFNMADD231PS(y, y, d)
	return d
}

func (v isa) sigmaSlope(y reg.VecVirtual) reg.VecVirtual {
	d := v.constant(1)
	VSUBPS(y, d, d)
	VMULPS(y, d, d)
	return d
}

func (v isa) lstms() {
	v.cells("lstm", "(gates, c0, c, tanhC, h *float32, rows, units int)",
		"computes a step of a long short-term memory; see LSTM.",
		[]string{"c0", "c", "tanhC", "h"}, []string{"gates"}, 4,
		func(at func(string, int) Mem, m mask) {
			// One gate after the other, so that few registers are in use.
			c := v.sigma(v.read(at("gates", 1), m))
			v.store(c, at("gates", 1), m)
			t := v.read(at("c0", 0), m)
			VMULPS(t, c, c)
			g := v.tanh(v.read(at("gates", 2), m))
			v.store(g, at("gates", 2), m)
			i := v.sigma(v.read(at("gates", 0), m))
			v.store(i, at("gates", 0), m)
			g = v.read(at("gates", 2), m)
			VFMADD231PS(i, g, c)
			v.store(c, at("c", 0), m)
			tc := v.tanh(c)
			v.store(tc, at("tanhC", 0), m)
			o := v.sigma(v.read(at("gates", 3), m))
			v.store(o, at("gates", 3), m)
			VMULPS(v.read(at("tanhC", 0), m), o, o)
			v.store(o, at("h", 0), m)
		})
	v.cells("lstmGrad", "(dgates, gates, c0, tanhC, dh, dc *float32, rows, units int)",
		"computes the gradient of lstm; see LSTMGrad.",
		[]string{"c0", "tanhC", "dh", "dc"}, []string{"dgates", "gates"}, 4,
		func(at func(string, int) Mem, m mask) {
			o, tc, dh := v.read(at("gates", 3), m), v.read(at("tanhC", 0), m), v.read(at("dh", 0), m)
			// do = dh·tanh(c)·o·(1−o)
			d := v.sigmaSlope(o)
			VMULPS(tc, d, d)
			VMULPS(dh, d, d)
			v.store(d, at("dgates", 3), m)
			// dc += dh·o·(1−tanh²(c))
			dc := v.read(at("dc", 0), m)
			s := v.tanhSlope(tc)
			VMULPS(o, s, s)
			VFMADD231PS(dh, s, dc)
			i, g := v.read(at("gates", 0), m), v.read(at("gates", 2), m)
			d = v.sigmaSlope(i)
			VMULPS(g, d, d)
			VMULPS(dc, d, d)
			v.store(d, at("dgates", 0), m)
			d = v.tanhSlope(g)
			VMULPS(i, d, d)
			VMULPS(dc, d, d)
			v.store(d, at("dgates", 2), m)
			f := v.read(at("gates", 1), m)
			d = v.sigmaSlope(f)
			VMULPS(v.read(at("c0", 0), m), d, d)
			VMULPS(dc, d, d)
			v.store(d, at("dgates", 1), m)
			VMULPS(f, dc, dc)
			v.store(dc, at("dc", 0), m)
		})
}
