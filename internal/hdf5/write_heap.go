package hdf5

// heaps are the global heaps of a file that is written: strings, many in each.
type heaps struct {
	all  [][]string
	refs [][]byte // of all strings in their order
	size uint64
}

// A heap has at least as much as the format demands; it is full when it has more
// than heapFull.
const (
	heapLeast = 4096
	heapFull  = 32 << 10
)

// pack puts strings into heaps from an address on.
func pack(texts []string, at uint64) heaps {
	start := at
	at += -at & 7
	var h heaps
	used := 16
	var now []string
	end := func() {
		if len(now) > 0 {
			h.all = append(h.all, now)
			at += uint64(max(used, heapLeast))
			now, used = nil, 16
		}
	}
	for _, s := range texts {
		if s == "" {
			h.refs = append(h.refs, make([]byte, 16))
			continue
		}
		now = append(now, s)
		ref := le.AppendUint32(nil, uint32(len(s)))
		ref = le.AppendUint64(ref, at)
		h.refs = append(h.refs, le.AppendUint32(ref, uint32(len(now))))
		if used += 16 + len(s) + -len(s)&7; used > heapFull {
			end()
		}
	}
	end()
	h.size = at - start
	return h
}

func (h heaps) write(w *writer) {
	w.align()
	for _, texts := range h.all {
		b := make([]byte, 16)
		for i, s := range texts {
			b = le.AppendUint16(b, uint16(i+1))
			b = append(b, 1, 0, 0, 0, 0, 0) // one reference
			b = le.AppendUint64(b, uint64(len(s)))
			b = pad(append(b, s...))
		}
		if free := heapLeast - len(b); free > 0 {
			b = append(b, make([]byte, free)...)
			if free >= 16 {
				le.PutUint64(b[heapLeast-free+8:], uint64(free))
			}
		}
		copy(b, "GCOL\x01")
		le.PutUint64(b[8:], uint64(len(b)))
		w.put(b)
	}
}
