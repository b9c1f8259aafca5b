package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type vectors map[string]reg.VecVirtual

// each writes a kernel that runs body on all elements of the arrays. Those in
// ins are read before, those in outs written after; scalars stand in every
// lane.
func (v isa) each(name, signature, doc string, ins, outs, scalars []string, body func(x vectors)) {
	v.text(name, signature, doc)
	ptr := map[string]reg.GPVirtual{}
	var arrays []string
	for _, a := range append(append([]string{}, outs...), ins...) {
		if ptr[a] == nil {
			ptr[a] = Load(Param(a), GP64()).(reg.GPVirtual)
			arrays = append(arrays, a)
		}
	}
	n := Load(Param("n"), GP64()).(reg.GPVirtual)
	s := vectors{}
	for _, a := range scalars {
		s[a] = v.vec()
		arg, err := Param(a).Resolve()
		if err != nil {
			panic(err)
		}
		VBROADCASTSS(arg.Addr, s[a])
	}
	once := func(m mask) {
		x := vectors{}
		for k, r := range s {
			x[k] = r
		}
		for _, a := range ins {
			x[a] = v.vec()
			v.load(Mem{Base: ptr[a]}, x[a], m)
		}
		body(x)
		for _, a := range outs {
			v.store(x[a], Mem{Base: ptr[a]}, m)
		}
	}
	Label("loop")
	CMPQ(n, Imm(uint64(v.lanes)))
	JL(LabelRef("tail"))
	once(nil)
	for _, a := range arrays {
		ADDQ(Imm(uint64(4*v.lanes)), ptr[a])
	}
	SUBQ(Imm(uint64(v.lanes)), n)
	JMP(LabelRef("loop"))
	Label("tail")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	once(v.tail(n))
	Label("done")
	VZEROUPPER()
	RET()
}

func (v isa) elementwise() {
	v.each("tanh", "(y, x *float32, n int)",
		"computes y = tanh(x) for n values.", []string{"x"}, []string{"y"}, nil,
		func(x vectors) { x["y"] = v.tanh(x["x"]) })
	v.each("sigmoid", "(y, x *float32, n int)",
		"computes y = 1/(1+exp(-x)) for n values.", []string{"x"}, []string{"y"}, nil,
		func(x vectors) {
			neg := v.vec()
			VXORPS(word(1<<31), x["x"], neg)
			e := v.exp(neg)
			one := v.constant(1)
			VADDPS(one, e, e)
			VDIVPS(e, one, one)
			x["y"] = one
		})
	v.each("exp", "(y, x *float32, n int)",
		"computes y = exp(x) for n values.", []string{"x"}, []string{"y"}, nil,
		func(x vectors) { x["y"] = v.exp(x["x"]) })
	v.each("tanhGrad", "(dx, y, dy *float32, n int)",
		"computes dx = dy*(1-y*y) for n values.", []string{"y", "dy"}, []string{"dx"}, nil,
		func(x vectors) {
			d := v.constant(1)
			VFNMADD231PS(x["y"], x["y"], d)
			VMULPS(d, x["dy"], d)
			x["dx"] = d
		})
	v.each("add", "(z, x, y *float32, n int)",
		"computes z = x + y for n values.", []string{"x", "y"}, []string{"z"}, nil,
		func(x vectors) {
			VADDPS(x["y"], x["x"], x["x"])
			x["z"] = x["x"]
		})
	v.each("mul", "(z, x, y *float32, n int)",
		"computes z = x*y for n values.", []string{"x", "y"}, []string{"z"}, nil,
		func(x vectors) {
			VMULPS(x["y"], x["x"], x["x"])
			x["z"] = x["x"]
		})
	v.each("affine", "(y, x *float32, n int, a, c float32)",
		"computes y = a*x + c, both rounded, for n values.", []string{"x"}, []string{"y"}, []string{"a", "c"},
		func(x vectors) {
			VMULPS(x["a"], x["x"], x["x"])
			VADDPS(x["c"], x["x"], x["x"])
			x["y"] = x["x"]
		})
	v.each("axpy", "(y, x *float32, n int, a float32)",
		"computes y += a*x for n values.", []string{"y", "x"}, []string{"y"}, []string{"a"},
		func(x vectors) { VFMADD231PS(x["a"], x["x"], x["y"]) })
	v.each("scale", "(y, x *float32, n int, a float32)",
		"computes y = a*x for n values.", []string{"x"}, []string{"y"}, []string{"a"},
		func(x vectors) {
			VMULPS(x["a"], x["x"], x["x"])
			x["y"] = x["x"]
		})
	v.each("blend", "(y, x *float32, n int, c float32)",
		"computes y += c*(x-y) for n values.", []string{"y", "x"}, []string{"y"}, []string{"c"},
		func(x vectors) { v.blend(x["c"], x["x"], x["y"]) })
	v.each("clamp", "(x *float32, n int, low, high float32)",
		"computes x = min(max(x, low), high) for n values.", []string{"x"}, []string{"x"}, []string{"low", "high"},
		func(x vectors) { v.clamp(x["low"], x["high"], x["x"]) })
}

// blend writes y += c·(x − y).
func (v isa) blend(c, x, y reg.VecVirtual) {
	d := v.vec()
	VSUBPS(y, x, d)
	VFMADD231PS(c, d, y)
}

// clamp writes x = min(max(x, low), high). It lets NaN through: VMAXPS and
// VMINPS return their second source, Go's first operand, if one is NaN.
func (v isa) clamp(low, high, x reg.VecVirtual) {
	VMAXPS(x, low, x)
	VMINPS(x, high, x)
}

// tanh is x·P(x²)/Q(x²) with P of degree 6 and Q of degree 3, the rational
// minimax approximation of the Eigen library, on |x| ≤ 7.9; beyond, tanh is 1
// in float32. The clamps let NaN through: they return their second source if
// one is NaN.
func (v isa) tanh(x reg.VecVirtual) reg.VecVirtual {
	const clamp = 7.90531110763549805
	c := v.vec()
	lo, hi := v.constant(-clamp), v.constant(clamp)
	VMAXPS(x, lo, c)
	VMINPS(c, hi, c)
	x2 := v.vec()
	VMULPS(c, c, x2)
	p := v.horner(x2,
		-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
		5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03)
	VMULPS(c, p, p)
	q := v.horner(x2, 1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)
	VDIVPS(q, p, p)
	return p
}

// exp is 2ⁿ·e^r with n = round(x/ln 2) and r = x − n·ln 2, ln 2 in two parts,
// and the polynomial of the Cephes library for e^r. 2ⁿ is two factors, so that
// the ends of the range come out as infinity and denormals.
func (v isa) exp(x reg.VecVirtual) reg.VecVirtual {
	c, n := v.vec(), v.vec()
	lo, hi := v.constant(-104), v.constant(89)
	VMAXPS(x, lo, c)
	VMINPS(c, hi, c)
	VMULPS(float(math.Log2E), c, n)
	if v.wide() {
		VRNDSCALEPS(Imm(8), n, n)
	} else {
		VROUNDPS(Imm(8), n, n)
	}
	VFNMADD231PS(float(0.693359375), n, c)
	VFNMADD231PS(float(-2.12194440e-4), n, c)
	p := v.horner(c, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
	r2 := v.vec()
	VMULPS(c, c, r2)
	VFMADD213PS(c, r2, p)
	VADDPS(float(1), p, p)
	VCVTPS2DQ(n, n)
	half := v.vec()
	VPSRAD(Imm(1), n, half)
	VPSUBD(half, n, n)
	for _, e := range []reg.VecVirtual{half, n} {
		VPADDD(word(127), e, e)
		VPSLLD(Imm(23), e, e)
		VMULPS(e, p, p)
	}
	return p
}
