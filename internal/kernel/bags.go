package kernel

// Bags of rows of a table: bag b is ids[starts[b]:starts[b+1]], and each id has a
// weight. All must be in range.

// BagSums computes y[b] = Σ w[i]·table[ids[i]] over the ids of each bag, in their order.
func BagSums[T Float](y, table, w []T, starts, ids []int32, cols int) {
	clear(y)
	for b := range len(starts) - 1 {
		from, to := starts[b], starts[b+1]
		if cols == 1 {
			var s T
			for i, id := range ids[from:to] {
				s += w[int(from)+i] * table[id]
			}
			y[b] = s
			continue
		}
		row := y[b*cols : (b+1)*cols]
		for i, id := range ids[from:to] {
			addScaled(row, w[int(from)+i], table[int(id)*cols:])
		}
	}
}

// BagRows adds w[i]·y[b] to table[ids[i]] for the ids of each bag, in their order.
func BagRows[T Float](table, w, y []T, starts, ids []int32, cols int) {
	for b := range len(starts) - 1 {
		from, to := starts[b], starts[b+1]
		if cols == 1 {
			v := y[b]
			for i, id := range ids[from:to] {
				table[id] += w[int(from)+i] * v
			}
			continue
		}
		row := y[b*cols : (b+1)*cols]
		for i, id := range ids[from:to] {
			addScaled(table[int(id)*cols:(int(id)+1)*cols], w[int(from)+i], row)
		}
	}
}

// BagDots computes w[i] = Σ_c table[ids[i], c]·y[b, c] for the ids of each bag, and zeros
// where there is none.
func BagDots[T Float](w, table, y []T, starts, ids []int32, cols int) {
	clear(w)
	for b := range len(starts) - 1 {
		from, to := starts[b], starts[b+1]
		row := y[b*cols : (b+1)*cols]
		for i, id := range ids[from:to] {
			var s T
			for c, v := range table[int(id)*cols : (int(id)+1)*cols] {
				s += v * row[c]
			}
			w[int(from)+i] = s
		}
	}
}

// addScaled adds a·x to y. Rows are short: a call of Axpy would cost more.
func addScaled[T Float](y []T, a T, x []T) {
	x = x[:len(y)]
	for c, v := range x {
		y[c] += a * v
	}
}
