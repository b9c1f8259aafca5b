package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// optimizers writes the updates of weights w by their gradients dw.
func (v isa) optimizers() {
	v.momentum()
	v.nesterov()
	v.adam()
	v.rmsprop()
	v.rmspropCentered()
	v.adagrad()
	v.adadelta()
	v.adamax()
	v.lion()
	v.sumSquares()
}

func (v isa) momentum() {
	v.each("momentum", "(w, dw, v *float32, n int, lr, momentum float32)",
		"computes v = momentum*v - lr*dw and w += v for n values.",
		[]string{"w", "dw", "v"}, []string{"w", "v"}, []string{"lr", "momentum"},
		func(x vectors) {
			VMULPS(x["momentum"], x["v"], x["v"])
			VFNMADD231PS(x["lr"], x["dw"], x["v"])
			VADDPS(x["v"], x["w"], x["w"])
		})
}

func (v isa) nesterov() {
	v.each("nesterov", "(w, dw, v *float32, n int, lr, momentum float32)",
		"computes v = momentum*v - lr*dw and w += momentum*v - lr*dw for n values.",
		[]string{"w", "dw", "v"}, []string{"w", "v"}, []string{"lr", "momentum"},
		func(x vectors) {
			VMULPS(x["momentum"], x["v"], x["v"])
			VFNMADD231PS(x["lr"], x["dw"], x["v"])
			step := v.vec()
			VMULPS(x["momentum"], x["v"], step)
			VFNMADD231PS(x["lr"], x["dw"], step)
			VADDPS(step, x["w"], x["w"])
		})
}

func (v isa) adam() {
	v.each("adam", "(w, dw, m, v *float32, n int, lr, ahead, c1, c2, eps float32)",
		"computes m += c1*(dw-m), v += c2*(dw*dw-v), w -= (lr*m+ahead*dw)/(sqrt(v)+eps) for n values.",
		[]string{"w", "dw", "m", "v"}, []string{"w", "m", "v"}, []string{"lr", "ahead", "c1", "c2", "eps"},
		func(x vectors) {
			v.blend(x["c1"], x["dw"], x["m"])
			v.blend(x["c2"], v.square(x["dw"]), x["v"])
			step, root := v.vec(), v.vec()
			VMULPS(x["lr"], x["m"], step)
			VFMADD231PS(x["ahead"], x["dw"], step)
			VSQRTPS(x["v"], root)
			VADDPS(x["eps"], root, root)
			VDIVPS(root, step, step)
			VSUBPS(step, x["w"], x["w"])
		})
}

func (v isa) rmsprop() {
	v.each("rmsprop", "(w, dw, v *float32, n int, lr, c, eps float32)",
		"computes v += c*(dw*dw-v), w -= lr*dw/sqrt(v+eps) for n values.",
		[]string{"w", "dw", "v"}, []string{"w", "v"}, []string{"lr", "c", "eps"},
		func(x vectors) {
			v.blend(x["c"], v.square(x["dw"]), x["v"])
			step := v.vec()
			VMULPS(x["lr"], x["dw"], step)
			VDIVPS(v.root(x["v"], x["eps"]), step, step)
			VSUBPS(step, x["w"], x["w"])
		})
}

func (v isa) rmspropCentered() {
	v.each("rmspropCentered", "(w, dw, v, a, d *float32, n int, lr, c, ca, momentum, eps float32)",
		"computes v += c*(dw*dw-v), a += ca*(dw-a), d = momentum*d + lr*dw/sqrt(max(v-a*a,0)+eps), w -= d for n values.",
		[]string{"w", "dw", "v", "a", "d"}, []string{"w", "v", "a", "d"}, []string{"lr", "c", "ca", "momentum", "eps"},
		func(x vectors) {
			v.blend(x["c"], v.square(x["dw"]), x["v"])
			v.blend(x["ca"], x["dw"], x["a"])
			variance, step := v.vec(), v.vec()
			VMOVAPS(x["v"], variance)
			VFNMADD231PS(x["a"], x["a"], variance)
			VMAXPS(variance, v.zero(), variance) // NaN goes through
			VMULPS(x["lr"], x["dw"], step)
			VDIVPS(v.root(variance, x["eps"]), step, step)
			VFMADD213PS(step, x["momentum"], x["d"])
			VSUBPS(x["d"], x["w"], x["w"])
		})
}

func (v isa) adagrad() {
	v.each("adagrad", "(w, dw, a *float32, n int, lr, eps float32)",
		"computes a += dw*dw, w -= lr*dw/sqrt(a+eps) for n values.",
		[]string{"w", "dw", "a"}, []string{"w", "a"}, []string{"lr", "eps"},
		func(x vectors) {
			VFMADD231PS(x["dw"], x["dw"], x["a"])
			step := v.vec()
			VMULPS(x["lr"], x["dw"], step)
			VDIVPS(v.root(x["a"], x["eps"]), step, step)
			VSUBPS(step, x["w"], x["w"])
		})
}

func (v isa) adadelta() {
	v.each("adadelta", "(w, dw, a, x *float32, n int, lr, c, eps float32)",
		"computes a += c*(dw*dw-a), d = dw*sqrt(x+eps)/sqrt(a+eps), x += c*(d*d-x), w -= lr*d for n values.",
		[]string{"w", "dw", "a", "x"}, []string{"w", "a", "x"}, []string{"lr", "c", "eps"},
		func(x vectors) {
			v.blend(x["c"], v.square(x["dw"]), x["a"])
			d := v.root(x["x"], x["eps"])
			VMULPS(x["dw"], d, d)
			VDIVPS(v.root(x["a"], x["eps"]), d, d)
			v.blend(x["c"], v.square(d), x["x"])
			VFNMADD231PS(x["lr"], d, x["w"])
		})
}

func (v isa) adamax() {
	v.each("adamax", "(w, dw, m, u *float32, n int, lr, c1, b2, eps float32)",
		"computes m += c1*(dw-m), u = max(b2*u, |dw|), w -= lr*m/(u+eps) for n values.",
		[]string{"w", "dw", "m", "u"}, []string{"w", "m", "u"}, []string{"lr", "c1", "b2", "eps"},
		func(x vectors) {
			v.blend(x["c1"], x["dw"], x["m"])
			VANDPS(word(1<<31-1), x["dw"], x["dw"])
			VMULPS(x["b2"], x["u"], x["u"])
			VMAXPS(x["dw"], x["u"], x["u"]) // |dw| if one is NaN
			step, by := v.vec(), v.vec()
			VMULPS(x["lr"], x["m"], step)
			VADDPS(x["eps"], x["u"], by)
			VDIVPS(by, step, step)
			VSUBPS(step, x["w"], x["w"])
		})
}

// lion takes the sign from a product that is beyond ±1 for every value but 0,
// denormals too.
func (v isa) lion() {
	v.each("lion", "(w, dw, m *float32, n int, lr, c1, c2 float32)",
		"computes s = m + c1*(dw-m), m += c2*(dw-m), w -= lr*sign(s) for n values.",
		[]string{"w", "dw", "m"}, []string{"w", "m"}, []string{"lr", "c1", "c2"},
		func(x vectors) {
			sign := v.vec()
			VMOVAPS(x["m"], sign)
			v.blend(x["c1"], x["dw"], sign)
			v.blend(x["c2"], x["dw"], x["m"])
			VMULPS(float(1<<100), sign, sign)
			VMULPS(float(1<<100), sign, sign)
			v.clamp(v.constant(-1), v.constant(1), sign)
			VFNMADD231PS(x["lr"], sign, x["w"])
		})
}

// square returns x².
func (v isa) square(x reg.VecVirtual) reg.VecVirtual {
	y := v.vec()
	VMULPS(x, x, y)
	return y
}

// root returns √(x + eps).
func (v isa) root(x, eps reg.VecVirtual) reg.VecVirtual {
	y := v.vec()
	VADDPS(eps, x, y)
	VSQRTPS(y, y)
	return y
}

// sumSquares sums in 16 lanes of float64, where the square of a float32 is
// exact. It takes whole blocks of 16; what is left and the sum of the lanes are
// the caller's.
func (v isa) sumSquares() {
	v.text("sumSquares", "(sums *float64, x *float32, blocks int)",
		"sets sums[i] to the sum of the squares of x[16*k+i], i < 16, k < blocks.")
	to := Load(Param("sums"), GP64())
	x := Load(Param("x"), GP64())
	blocks := Load(Param("blocks"), GP64())
	lanes := v.lanes / 2
	sums := make([]reg.VecVirtual, 16/lanes)
	for i := range sums {
		sums[i] = v.zero()
	}
	Label("loop")
	TESTQ(blocks, blocks)
	JZ(LabelRef("done"))
	for i, s := range sums {
		t := v.vec()
		VCVTPS2PD(Mem{Base: x, Disp: 4 * lanes * i}, t)
		VFMADD231PD(t, t, s)
	}
	ADDQ(Imm(64), x)
	DECQ(blocks)
	JMP(LabelRef("loop"))
	Label("done")
	for i, s := range sums {
		VMOVUPD(s, Mem{Base: to, Disp: 8 * lanes * i})
	}
	VZEROUPPER()
	RET()
}
