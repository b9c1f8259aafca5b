package kernel

// LSTM computes one step of a long short-term memory. gates [batch, 4·units]
// holds the pre-activations of i, f, g and o and is overwritten by their
// values; c0 is the memory before the step. All others are [batch, units]:
//
//	c = σ(f)∘c0 + σ(i)∘tanh(g)    tanhC = tanh(c)    h = σ(o)∘tanhC
func LSTM[T Float](gates, c0, c, tanhC, h []T, units int) {
	gates, c0, tanhC, h = gates[:4*len(c)], c0[:len(c)], tanhC[:len(c)], h[:len(c)]
	if fast(c) && lstm32(f32(gates), f32(c0), f32(c), f32(tanhC), f32(h), units) {
		return
	}
	LSTMOf(Sigmoid[T], Tanh[T], gates, c0, c, tanhC, h, units)
}

// LSTMOf is LSTM with other functions than σ and tanh, which may compute in place.
func LSTMOf[T Float](sigma, tanh func(y, x []T), gates, c0, c, tanhC, h []T, units int) {
	for ; len(c) > 0; gates = gates[4*units:] {
		i, f, g, o := gates[:units], gates[units:2*units], gates[2*units:3*units], gates[3*units:4*units]
		sigma(gates[:2*units], gates[:2*units])
		tanh(g, g)
		sigma(o, o)
		for j := range units {
			c[j] = f[j]*c0[j] + i[j]*g[j]
		}
		tanh(tanhC[:units], c[:units])
		for j := range units {
			h[j] = o[j] * tanhC[j]
		}
		c0, c, tanhC, h = c0[units:], c[units:], tanhC[units:], h[units:]
	}
}

// LSTMGrad computes the gradient of LSTM. gates holds the gates' values, dh and
// dc the gradients of h and c; dgates [batch, 4·units] becomes that of the
// pre-activations, dc that of c0.
func LSTMGrad[T Float](dgates, gates, c0, tanhC, dh, dc []T, units int) {
	n := len(dh)
	dgates, gates, c0, tanhC, dc = dgates[:4*n], gates[:4*n], c0[:n], tanhC[:n], dc[:n]
	if fast(dh) && lstmGrad32(f32(dgates), f32(gates), f32(c0), f32(tanhC), f32(dh), f32(dc), units) {
		return
	}
	for ; len(dh) > 0; gates, dgates = gates[4*units:], dgates[4*units:] {
		for j := range units {
			i, f, g, o := gates[j], gates[units+j], gates[2*units+j], gates[3*units+j]
			tc := tanhC[j]
			d := dc[j] + dh[j]*o*(1-tc*tc)
			dgates[j] = d * g * i * (1 - i)
			dgates[units+j] = d * c0[j] * f * (1 - f)
			dgates[2*units+j] = d * i * (1 - g*g)
			dgates[3*units+j] = dh[j] * tc * o * (1 - o)
			dc[j] = d * f
		}
		c0, tanhC, dh, dc = c0[units:], tanhC[units:], dh[units:], dc[units:]
	}
}

// LSTMGradOf is LSTMGrad for LSTMOf. dSigma and dTanh compute dx from y and dy, and may
// do so in the place of dy. row is for 4·units elements that are overwritten.
func LSTMGradOf[T Float](dSigma, dTanh func(dx, y, dy []T), row, dgates, gates, c0, tanhC, dh, dc []T, units int) {
	for ; len(dh) > 0; gates, dgates = gates[4*units:], dgates[4*units:] {
		copy(row, gates[:4*units]) // dgates may lie in its place
		i, f, g, o := row[:units], row[units:2*units], row[2*units:3*units], row[3*units:4*units]
		di, df, dg, do := dgates[:units], dgates[units:2*units], dgates[2*units:3*units], dgates[3*units:4*units]
		for j := range units {
			do[j], di[j] = dh[j]*tanhC[j], dh[j]*o[j]
		}
		dTanh(di, tanhC[:units], di)
		for j := range units {
			d := dc[j] + di[j]
			di[j], df[j], dg[j] = d*g[j], d*c0[j], d*i[j]
			dc[j] = d * f[j]
		}
		dSigma(dgates[:2*units], row[:2*units], dgates[:2*units])
		dTanh(dg, g, dg)
		dSigma(do, o, do)
		c0, tanhC, dh, dc = c0[units:], tanhC[units:], dh[units:], dc[units:]
	}
}
