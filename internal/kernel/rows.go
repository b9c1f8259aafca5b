package kernel

// GatherRows copies row ids[i] of table [rows, cols] to row i of y. The ids
// must be in range.
func GatherRows[T Float](y, table []T, ids []int32, cols int) {
	if len(ids) > 0 && fast(y) && gather32(f32(y[:len(ids)*cols]), f32(table), ids, cols) {
		return
	}
	for i, id := range ids {
		copy(y[i*cols:(i+1)*cols], table[int(id)*cols:(int(id)+1)*cols])
	}
}

// ScatterAddRows adds row i of dy to row ids[i] of table [rows, cols].
// Repeated ids add up, in the order of i. The ids must be in range.
func ScatterAddRows[T Float](table, dy []T, ids []int32, cols int) {
	if len(ids) > 0 && fast(dy) && scatterAdd32(f32(table), f32(dy[:len(ids)*cols]), ids, cols) {
		return
	}
	for i, id := range ids {
		Add(table[int(id)*cols:(int(id)+1)*cols], dy[i*cols:(i+1)*cols])
	}
}
