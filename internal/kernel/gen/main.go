// Command gen writes the float32 kernels of package kernel in assembly, each
// for AVX2 with FMA and for AVX-512. Both variants do the same operations on
// an element in the same order, so they give the same bits.
//
//	make generate
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, v := range []isa{{"AVX2", 8}, {"AVX512", 16}} {
		v.elementwise()
		v.optimizers()
		v.rows()
		v.dot()
		v.lstms()
		v.grus()
		v.gemms()
	}
	transpose()
	Generate()
}

// isa is an instruction set: its name in function names, and its lanes.
type isa struct {
	name  string
	lanes int
}

func (v isa) wide() bool { return v.lanes == 16 }

func (v isa) vec() reg.VecVirtual {
	if v.wide() {
		return ZMM()
	}
	return YMM()
}

func (v isa) text(name, signature, doc string) {
	name += v.name
	TEXT(name, NOSPLIT, "func"+signature)
	Pragma("noescape")
	Doc(name + " " + doc)
}

func (v isa) zero() reg.VecVirtual {
	z := v.vec()
	VXORPS(z, z, z)
	return z
}

// mask selects the first lanes of a vector.
type mask = reg.Register

// tail returns the mask of the first n lanes, 0 ≤ n ≤ lanes. It overwrites n.
func (v isa) tail(n reg.GPVirtual) mask {
	if v.wide() {
		bits := GP64()
		XORQ(bits, bits)
		BTSQ(n, bits)
		DECQ(bits)
		k := K()
		KMOVW(bits.As32(), k)
		return k
	}
	// The table holds 8 ones, then 8 zeros: reading it from 8−n on gives n ones.
	table := GP64()
	LEAQ(maskTable(), table)
	NEGQ(n)
	m := YMM()
	VMOVUPS(Mem{Base: table, Disp: 32}.Idx(n, 4), m)
	return m
}

// load and store move a vector, or its lanes in m where m is not nil.
func (v isa) load(at Mem, x reg.VecVirtual, m mask) {
	switch {
	case m == nil:
		VMOVUPS(at, x)
	case v.wide():
		VMOVUPS_Z(at, m, x)
	default:
		VMASKMOVPS(at, m, x)
	}
}

func (v isa) store(x reg.VecVirtual, at Mem, m mask) {
	switch {
	case m == nil:
		VMOVUPS(x, at)
	case v.wide():
		VMOVUPS(x, m, at)
	default:
		VMASKMOVPS(x, m, at)
	}
}

var (
	masks   Mem
	hasMask bool
	consts  = map[uint32]Mem{}
)

func maskTable() Mem {
	if !hasMask {
		masks, hasMask = GLOBL("ones", RODATA|NOPTR), true
		for i := range 16 {
			word := uint32(0)
			if i < 8 {
				word = 0xffffffff
			}
			DATA(4*i, U32(word))
		}
	}
	return masks
}

// word is a constant in every lane, as a memory operand.
func word(bits uint32) Mem {
	if m, ok := consts[bits]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("c%08x", bits), RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(bits))
	}
	consts[bits] = m
	return m
}

func float(f float64) Mem { return word(math.Float32bits(float32(f))) }

// constant loads a constant into a register.
func (v isa) constant(f float64) reg.VecVirtual {
	x := v.vec()
	VMOVUPS(float(f), x)
	return x
}

// horner evaluates the polynomial with the coefficients c, highest first.
func (v isa) horner(x reg.VecVirtual, c ...float64) reg.VecVirtual {
	p := v.constant(c[0])
	for _, a := range c[1:] {
		VFMADD213PS(float(a), x, p)
	}
	return p
}
