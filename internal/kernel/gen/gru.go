package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func (v isa) grus() {
	v.cells("gru", "(gates, a, h0, h *float32, rows, units int)",
		"computes a step of a gated recurrent unit; see GRU.",
		[]string{"h0", "h"}, []string{"gates", "a"}, 3,
		func(at func(string, int) Mem, m mask) {
			r := v.read(at("gates", 1), m)
			VADDPS(v.read(at("a", 1), m), r, r)
			r = v.sigma(r)
			v.store(r, at("gates", 1), m)
			g := v.read(at("gates", 2), m)
			VFMADD231PS(v.read(at("a", 2), m), r, g)
			g = v.tanh(g)
			v.store(g, at("gates", 2), m)
			z := v.read(at("gates", 0), m)
			VADDPS(v.read(at("a", 0), m), z, z)
			z = v.sigma(z)
			v.store(z, at("gates", 0), m)
			g = v.read(at("gates", 2), m)
			h := v.read(at("h0", 0), m)
			VSUBPS(g, h, h)
			VFMADD231PS(z, h, g)
			v.store(g, at("h", 0), m)
		})
	v.cells("gruGrad", "(dgates, da, gates, a, h0, dh *float32, rows, units int)",
		"computes the gradient of gru; see GRUGrad.",
		[]string{"h0", "dh"}, []string{"dgates", "da", "gates", "a"}, 3,
		func(at func(string, int) Mem, m mask) {
			z, g, dh := v.read(at("gates", 0), m), v.read(at("gates", 2), m), v.read(at("dh", 0), m)
			// dg = dh·(1−z)·(1−g²)
			dg := v.constant(1)
			VSUBPS(z, dg, dg)
			VMULPS(dh, dg, dg)
			VMULPS(v.tanhSlope(g), dg, dg)
			v.store(dg, at("dgates", 2), m)
			// dz = dh·(h0−g)·z·(1−z)
			dz := v.read(at("h0", 0), m)
			VSUBPS(g, dz, dz)
			VMULPS(dh, dz, dz)
			VMULPS(v.sigmaSlope(z), dz, dz)
			v.store(dz, at("dgates", 0), m)
			v.store(dz, at("da", 0), m)
			VMULPS(z, dh, dh)
			v.store(dh, at("dh", 0), m)
			// dr = dg·a_g·r·(1−r)
			r := v.read(at("gates", 1), m)
			dr := v.sigmaSlope(r)
			VMULPS(dg, dr, dr)
			VMULPS(v.read(at("a", 2), m), dr, dr)
			v.store(dr, at("dgates", 1), m)
			v.store(dr, at("da", 1), m)
			VMULPS(r, dg, dg)
			v.store(dg, at("da", 2), m)
		})
}
