package kernel

// GatherRows copies row ids[i] of table [rows, cols] to row i of y. The ids
// must be in range.
func GatherRows[T Float](y, table []T, ids []int32, cols int) {
	if cols == 1 {
		for i, id := range ids {
			y[i] = table[id]
		}
		return
	}
	if len(ids) > 0 && fast(y) && gather32(f32(y[:len(ids)*cols]), f32(table), ids, cols) {
		return
	}
	for i, id := range ids {
		copy(y[i*cols:(i+1)*cols], table[int(id)*cols:(int(id)+1)*cols])
	}
}

// PutRows copies row i of y to row ids[i] of table [rows, cols]. The ids must be in range.
func PutRows[T Float](table, y []T, ids []int32, cols int) {
	if cols == 1 {
		for i, id := range ids {
			table[id] = y[i]
		}
		return
	}
	for i, id := range ids {
		copy(table[int(id)*cols:(int(id)+1)*cols], y[i*cols:])
	}
}

// ClearRows makes the rows ids of table [rows, cols] zeros. The ids must be in range.
func ClearRows[T Float](table []T, ids []int32, cols int) {
	if cols == 1 {
		for _, id := range ids {
			table[id] = 0
		}
		return
	}
	for _, id := range ids {
		clear(table[int(id)*cols : (int(id)+1)*cols])
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
