package kernel

// GRU computes one step of a gated recurrent unit. gates [batch, 3·units] holds
// the inputs' share of the pre-activations of z, r and g and is overwritten by
// the gates' values; a [batch, 3·units] is the recurrence's share, h0 the state
// before the step. h and h0 are [batch, units]:
//
//	z = σ(gates_z + a_z)   r = σ(gates_r + a_r)   g = tanh(gates_g + r∘a_g)
//	h = z∘h0 + (1−z)∘g
func GRU[T Float](gates, a, h0, h []T, units int) {
	gates, a, h0 = gates[:3*len(h)], a[:3*len(h)], h0[:len(h)]
	if fast(h) && gru32(f32(gates), f32(a), f32(h0), f32(h), units) {
		return
	}
	GRUOf(Sigmoid[T], Tanh[T], gates, a, h0, h, units)
}

// GRUOf is GRU with other functions than σ and tanh, which may compute in place.
func GRUOf[T Float](sigma, tanh func(y, x []T), gates, a, h0, h []T, units int) {
	for ; len(h) > 0; gates, a = gates[3*units:], a[3*units:] {
		both, g := gates[:2*units], gates[2*units:3*units]
		for j := range both {
			both[j] += a[j]
		}
		sigma(both, both)
		for j := range g {
			g[j] += both[units+j] * a[2*units+j]
		}
		tanh(g, g)
		for j := range g {
			h[j] = both[j]*(h0[j]-g[j]) + g[j]
		}
		h0, h = h0[units:], h[units:]
	}
}

// GRUGrad computes the gradient of GRU. gates holds the gates' values, dh the
// gradient of h; dgates becomes that of the inputs' share, da that of a, and dh
// the part of h0's that does not come by way of a.
func GRUGrad[T Float](dgates, da, gates, a, h0, dh []T, units int) {
	n := len(dh)
	dgates, da, gates, a, h0 = dgates[:3*n], da[:3*n], gates[:3*n], a[:3*n], h0[:n]
	if fast(dh) && gruGrad32(f32(dgates), f32(da), f32(gates), f32(a), f32(h0), f32(dh), units) {
		return
	}
	for ; len(dh) > 0; gates, a, dgates, da = gates[3*units:], a[3*units:], dgates[3*units:], da[3*units:] {
		for j := range units {
			z, r, g := gates[j], gates[units+j], gates[2*units+j]
			d := dh[j]
			dg := d * (1 - z) * (1 - g*g)
			dr := dg * a[2*units+j] * r * (1 - r)
			dz := d * (h0[j] - g) * z * (1 - z)
			dgates[j], dgates[units+j], dgates[2*units+j] = dz, dr, dg
			da[j], da[units+j], da[2*units+j] = dz, dr, dg*r
			dh[j] = d * z
		}
		h0, dh = h0[units:], dh[units:]
	}
}

// GRUGradOf is GRUGrad for GRUOf. dSigma and dTanh compute dx from y and dy, and may do so
// in the place of dy. row is for 4·units elements that are overwritten.
func GRUGradOf[T Float](dSigma, dTanh func(dx, y, dy []T), row, dgates, da, gates, a, h0, dh []T, units int) {
	for ; len(dh) > 0; gates, a, dgates, da = gates[3*units:], a[3*units:], dgates[3*units:], da[3*units:] {
		copy(row, gates[:3*units]) // dgates and da may lie in the places of gates and a
		copy(row[3*units:], a[2*units:3*units])
		z, r, g, ag := row[:units], row[units:2*units], row[2*units:3*units], row[3*units:4*units]
		dz, dr, dg := dgates[:units], dgates[units:2*units], dgates[2*units:3*units]
		for j := range units {
			dg[j] = dh[j] * (1 - z[j])
		}
		dTanh(dg, g, dg)
		for j := range units {
			dr[j] = dg[j] * ag[j]
			dz[j] = dh[j] * (h0[j] - g[j])
			dh[j] *= z[j]
		}
		dSigma(dgates[:2*units], row[:2*units], dgates[:2*units])
		copy(da, dgates[:2*units])
		for j := range units {
			da[2*units+j] = dg[j] * r[j]
		}
		h0, dh = h0[units:], dh[units:]
	}
}
