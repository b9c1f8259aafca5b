package linear

import "slices"

// sorter sorts ids below a limit.
type sorter struct {
	limit int
	spare []int32
}

// sort sorts by one byte after the other, the last first, which of some hundred ids takes
// a third of the time of comparing them.
func (s *sorter) sort(ids []int32) {
	if len(ids) < 64 {
		slices.Sort(ids)
		return
	}
	s.spare = slices.Grow(s.spare[:0], len(ids))[:len(ids)]
	from, to := ids, s.spare
	for shift := 0; (s.limit-1)>>shift > 0; shift += 8 {
		var at [256]int32 // where the next id of each byte goes
		for _, id := range from {
			at[byte(id>>shift)]++
		}
		sum := int32(0)
		for b, n := range at {
			at[b] = sum
			sum += n
		}
		for _, id := range from {
			b := byte(id >> shift)
			to[at[b]] = id
			at[b]++
		}
		from, to = to, from
	}
	if &from[0] != &ids[0] {
		copy(ids, from)
	}
}
