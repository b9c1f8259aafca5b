package hdf5

import (
	"bufio"
	"encoding/binary"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Write writes a tree of groups, attributes, and datasets of NewDataset. Attribute
// values are those that Group names but errors; strings are UTF-8. A list of more
// than 4000 strings becomes attributes name0, name1 and so on; see Group.Strings.
//
// Everything has its place before the first byte is written: the tree is laid out
// once without a word, and then again with the addresses of the first time.
func Write(w io.Writer, root *Group) error {
	if err := check(root, "/", 0); err != nil {
		return errors.Wrap(err, "hdf5")
	}
	plan := &writer{}
	plan.superblock(symbols{}, 0)
	at := plan.group(root)
	heaps := pack(plan.texts, plan.at)
	out := bufio.NewWriterSize(w, 64<<10)
	real := &writer{out: out, refs: heaps.refs}
	real.superblock(at, plan.at+heaps.size)
	real.group(root)
	heaps.write(real)
	if real.err != nil {
		return errors.Wrap(real.err, "hdf5")
	}
	return errors.Wrap(out.Flush(), "hdf5")
}

// check refuses what cannot be written, before anything is.
func check(g *Group, path string, depth int) error {
	if depth > deepest {
		return errors.Errorf("%s: groups are nested more than %d deep", path, deepest)
	}
	names := map[string]bool{}
	enter := func(name string, attrs map[string]any) (string, error) {
		at := strings.TrimSuffix(path, "/") + "/" + name
		if name == "" || name == "." || strings.ContainsAny(name, "/\x00") {
			return at, errors.Errorf("%s: %q is no name", at, name)
		}
		if names[name] {
			return at, errors.Errorf("%s: two objects have this name", at)
		}
		names[name] = true
		return at, errors.Wrap(checkAttributes(attrs), at)
	}
	if err := checkAttributes(g.Attrs); depth == 0 && err != nil {
		return errors.Wrap(err, path)
	}
	for _, d := range g.Datasets {
		at, err := enter(d.Name, d.Attrs)
		if err != nil {
			return err
		}
		n, ok := length(d.values)
		if want := product(d.Shape); !ok {
			return errors.Errorf("%s: only datasets of NewDataset are written", at)
		} else if len(d.Shape) > 32 || slices.ContainsFunc(d.Shape, func(n int) bool { return n < 0 }) || n != want {
			return errors.Errorf("%s: %d values for the shape %v", at, n, d.Shape)
		}
	}
	for _, sub := range g.Groups {
		at, err := enter(sub.Name, sub.Attrs)
		if err != nil {
			return err
		}
		if err := check(sub, at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func length(values any) (int, bool) {
	switch v := values.(type) {
	case []float32:
		return len(v), true
	case []float64:
		return len(v), true
	case []int32:
		return len(v), true
	case []int64:
		return len(v), true
	case []uint8:
		return len(v), true
	case []string:
		return len(v), true
	}
	return 0, false
}

// writer puts bytes one after the other, or counts them only where out is nil.
type writer struct {
	out   *bufio.Writer
	at    uint64
	err   error
	texts []string // of the plan: strings for the heaps in the order they come
	refs  [][]byte // what stands in their places, in the same order
}

func (w *writer) put(b []byte) {
	w.at += uint64(len(b))
	if w.out != nil && w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// align fills up to a multiple of 8.
func (w *writer) align() { w.put(make([]byte, -w.at&7)) }

// text returns what stands for a string: its length, heap and index.
func (w *writer) text(s string) []byte {
	if w.out == nil {
		w.texts = append(w.texts, s)
		return make([]byte, 16)
	}
	ref := w.refs[0]
	w.refs = w.refs[1:]
	return ref
}

var le = binary.LittleEndian

// pad fills b up to a multiple of 8.
func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&7)...) }

// The most links of a node, and children of a tree's node, as h5py has them.
const (
	leafLinks = 8
	children  = 32
)

func (w *writer) superblock(root symbols, end uint64) {
	b := []byte(signature)
	b = append(b, 0, 0, 0, 0, 0, 8, 8, 0)
	b = le.AppendUint16(b, leafLinks/2)
	b = le.AppendUint16(b, children/2)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint64{0, undefined, end, undefined} {
		b = le.AppendUint64(b, v)
	}
	b = append(b, root.entry(0)...)
	w.put(b)
}

// header writes an object header of version 1 and returns its address.
func (w *writer) header(messages ...message) uint64 {
	w.align()
	at := w.at
	size := 0
	for _, m := range messages {
		size += 8 + len(pad(m.data))
	}
	b := []byte{1, 0}
	b = le.AppendUint16(b, uint16(len(messages)))
	b = le.AppendUint32(b, 1)
	b = le.AppendUint32(b, uint32(size))
	w.put(pad(b))
	for _, m := range messages {
		data := pad(m.data)
		b := le.AppendUint16(nil, uint16(m.kind))
		b = le.AppendUint16(b, uint16(len(data)))
		w.put(append(b, byte(m.flags), 0, 0, 0))
		w.put(data)
	}
	return at
}

// dataset writes the values and then the header.
func (w *writer) dataset(d *Dataset) uint64 {
	w.align()
	at := w.at
	w.values(d.values)
	size := w.at - at
	if size == 0 {
		at = undefined
	}
	layout := le.AppendUint64(le.AppendUint64([]byte{3, contiguous}, at), size)
	return w.header(append([]message{
		{kind: msgDataspace, data: dataspaceOf(d.Shape)},
		{kind: msgDatatype, flags: 1, data: datatypeOf(d.values)},
		{kind: msgFill, flags: 1, data: []byte{2, 2, 2, 1, 0, 0, 0, 0}},
		{kind: msgLayout, data: layout},
	}, w.attributes(d.Attrs)...)...)
}

// values writes the elements of a slice.
func (w *writer) values(values any) {
	if v, ok := values.([]string); ok {
		for _, s := range v {
			w.put(w.text(s))
		}
		return
	}
	if w.out == nil {
		w.at += uint64(max(0, binary.Size(values)))
		return
	}
	switch v := values.(type) {
	case []float32:
		encode(w, v)
	case []float64:
		encode(w, v)
	case []int32:
		encode(w, v)
	case []int64:
		encode(w, v)
	case []uint8:
		w.put(v)
	}
}

func encode[T float32 | float64 | int32 | int64](w *writer, values []T) {
	var buf [8 << 10]byte
	for block := range slices.Chunk(values, 1<<10) {
		n, err := binary.Encode(buf[:], le, block)
		if w.err == nil {
			w.err = err
		}
		w.put(buf[:n])
	}
}

func sortedNames(attrs map[string]any) []string { return slices.Sorted(maps.Keys(attrs)) }
