package hdf5

import (
	"slices"
	"strings"
)

// symbols are where a group's header, its tree and its names stand.
type symbols struct{ header, tree, heap uint64 }

// entry is the group's line in the table of the group that holds it.
func (s symbols) entry(name uint64) []byte {
	b := le.AppendUint64(le.AppendUint64(nil, name), s.header)
	kind := uint32(0)
	if s.tree > 0 {
		kind = 1 // the tree and the names follow
	}
	b = le.AppendUint32(b, kind)
	b = le.AppendUint32(b, 0)
	return le.AppendUint64(le.AppendUint64(b, s.tree), s.heap)
}

// group writes what a group holds, then its table and its header.
func (w *writer) group(g *Group) symbols {
	type object struct {
		name string
		symbols
	}
	var all []object
	for _, d := range g.Datasets {
		all = append(all, object{d.Name, symbols{header: w.dataset(d)}})
	}
	for _, sub := range g.Groups {
		all = append(all, object{sub.Name, w.group(sub)})
	}
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(a.name, b.name) })
	w.align()
	s := symbols{heap: w.at}
	names := make([]byte, 8) // the empty name
	var offsets []uint64
	for _, o := range all {
		offsets = append(offsets, uint64(len(names)))
		names = pad(append(names, o.name+"\x00"...))
	}
	head := append([]byte("HEAP"), 0, 0, 0, 0)
	for _, v := range []uint64{uint64(len(names)), 1, s.heap + 32} { // 1: no free space
		head = le.AppendUint64(head, v)
	}
	w.put(append(head, names...))

	var nodes []child
	for first := 0; first < len(all); first += leafLinks {
		last := min(first+leafLinks, len(all))
		b := append([]byte("SNOD"), 1, 0)
		b = le.AppendUint16(b, uint16(last-first))
		for i := first; i < last; i++ {
			b = append(b, all[i].entry(offsets[i])...)
		}
		nodes = append(nodes, child{w.at, offsets[last-1]})
		w.put(append(b, make([]byte, 8+40*leafLinks-len(b))...))
	}
	s.tree = w.tree(nodes)
	table := le.AppendUint64(le.AppendUint64(nil, s.tree), s.heap)
	s.header = w.header(append([]message{{kind: msgSymbols, data: table}}, w.attributes(g.Attrs)...)...)
	return s
}

// child is a node of a tree and the key of its last link.
type child struct{ addr, key uint64 }

// tree writes a B-tree of version 1 over nodes, level by level, and returns its
// root.
func (w *writer) tree(nodes []child) uint64 {
	const size = 24 + 8*(children+1) + 8*children
	for level := byte(0); ; level++ {
		var above []child
		start, key := w.at, uint64(0)
		for first := 0; first == 0 || first < len(nodes); first += children {
			last := min(first+children, len(nodes))
			left, right := undefined, undefined
			if first > 0 {
				left = w.at - size
			}
			if last < len(nodes) {
				right = w.at + size
			}
			b := append([]byte("TREE"), 0, level)
			b = le.AppendUint16(b, uint16(last-first))
			b = le.AppendUint64(le.AppendUint64(b, left), right)
			b = le.AppendUint64(b, key)
			for _, n := range nodes[first:last] {
				b = le.AppendUint64(le.AppendUint64(b, n.addr), n.key)
				key = n.key
			}
			above = append(above, child{w.at, key})
			w.put(append(b, make([]byte, size-len(b))...))
		}
		if len(above) == 1 {
			return start
		}
		nodes = above
	}
}
