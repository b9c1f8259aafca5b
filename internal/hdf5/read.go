package hdf5

import (
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// deepest is how far groups may nest.
const deepest = 128

// link names an object of a group.
type link struct {
	name string
	addr uint64
}

// tree walks over the groups of a file.
type tree struct {
	*reader
	groups   map[uint64]string   // paths by address
	datasets map[uint64]*Dataset // by address; a dataset may have several links
	bytes    int64               // of all datasets
}

// Read reads the tree of groups, attributes and datasets of an HDF5 file of that
// size. The datasets' values are read on demand, so r must stay open. Errors begin
// with hdf5 and the path within the file.
func Read(r io.ReaderAt, size int64) (*Group, error) {
	f, err := open(r, size)
	if err != nil {
		return nil, err
	}
	t := &tree{reader: f.reader(), groups: map[uint64]string{}, datasets: map[uint64]*Dataset{}}
	h, err := t.header(f.root)
	if err != nil {
		return nil, oneLine(err, "/")
	}
	if h.isDataset() {
		return nil, errors.New("hdf5: /: the root is no group")
	}
	return t.group("/", "/", f.root, h, 0)
}

func (h header) isDataset() bool {
	return slices.ContainsFunc(h, func(m message) bool { return m.kind == msgLayout })
}

// group reads the group whose object header is h. Errors have its path.
func (t *tree) group(path, name string, addr uint64, h header, depth int) (*Group, error) {
	at := func(err error) error { return oneLine(err, path) }
	if first, twice := t.groups[addr]; twice {
		return nil, at(errors.Errorf("the group is also %s: groups that are linked twice are not supported", first))
	}
	if t.groups[addr] = path; depth > deepest {
		return nil, at(errors.Errorf("groups are nested more than %d deep", deepest))
	}
	g := &Group{Name: name}
	var err error
	if g.Attrs, err = t.attributes(h); err != nil {
		return nil, at(err)
	}
	links, err := t.links(h)
	if err != nil {
		return nil, at(err)
	}
	seen := map[string]bool{}
	for _, l := range links {
		if l.name == "" || strings.ContainsAny(l.name, "/\x00") {
			return nil, at(errors.Errorf("an object is named %q", l.name))
		}
		if seen[l.name] {
			return nil, at(errors.Errorf("two objects are named %s", l.name))
		}
		seen[l.name] = true
		inner := strings.TrimSuffix(path, "/") + "/" + l.name
		wrap := func(err error) error { return oneLine(err, inner) }
		if err := t.charge(256 + len(inner)); err != nil {
			return nil, wrap(err)
		}
		if d := t.datasets[l.addr]; d != nil {
			again := *d
			again.Name = l.name
			g.Datasets = append(g.Datasets, &again)
			continue
		}
		h, err := t.header(l.addr)
		if err != nil {
			return nil, wrap(err)
		}
		if !h.isDataset() {
			sub, err := t.group(inner, l.name, l.addr, h, depth+1)
			if err != nil {
				return nil, err
			}
			g.Groups = append(g.Groups, sub)
			continue
		}
		d, err := t.dataset(l.name, h)
		if err != nil {
			return nil, wrap(err)
		}
		t.datasets[l.addr] = d
		g.Datasets = append(g.Datasets, d)
	}
	return g, nil
}

// attributes reads those in an object's header and in its fractal heap.
func (t *tree) attributes(h header) (map[string]any, error) {
	attrs := map[string]any{}
	for _, m := range h {
		if m.kind == msgAttribute {
			if err := t.attribute(attrs, m); err != nil {
				return nil, err
			}
		}
	}
	c := h.find(msgAttrInfo, "attribute info", &t.widths)
	if c == nil {
		return attrs, nil
	}
	c.version(0)
	if c.u8()&1 != 0 {
		c.skip(2)
	}
	heap, names := c.address(), c.address()
	if c.err != nil || heap == undefined {
		return attrs, c.err
	}
	return attrs, t.inHeap(heap, names, 8, func(record *cursor, get func([]byte) ([]byte, error)) error {
		id := record.bytes(8)
		flags := record.u8()
		if record.err != nil {
			return record.err
		}
		data, err := get(id)
		if err != nil {
			return err
		}
		return t.attribute(attrs, message{kind: msgAttribute, flags: flags, data: data})
	})
}

// links reads what a group holds, in one of three forms.
func (t *tree) links(h header) ([]link, error) {
	if c := h.find(msgSymbols, "symbol table", &t.widths); c != nil {
		nodes, names := c.address(), c.address()
		if c.err != nil {
			return nil, c.err
		}
		return t.symbolTable(nodes, names)
	}
	var links []link
	for _, m := range h {
		if m.kind != msgLink {
			continue
		}
		l, err := t.link(m.data)
		if err != nil {
			return nil, err
		}
		links = append(links, l)
	}
	c := h.find(msgLinkInfo, "link info", &t.widths)
	if c == nil {
		return links, nil
	}
	c.version(0)
	if c.u8()&1 != 0 {
		c.skip(8)
	}
	heap, names := c.address(), c.address()
	if c.err != nil || heap == undefined {
		return links, c.err
	}
	err := t.inHeap(heap, names, 5, func(record *cursor, get func([]byte) ([]byte, error)) error {
		record.skip(4) // the name's hash
		id := record.rest()
		if record.err != nil {
			return record.err
		}
		data, err := get(id)
		if err != nil {
			return err
		}
		l, err := t.link(data)
		links = append(links, l)
		return err
	})
	return links, err
}

// link reads a link message.
func (t *tree) link(data []byte) (link, error) {
	c := &cursor{data: data, what: "link", widths: &t.widths}
	c.version(1)
	flags := c.u8()
	kind := 0
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.skip(8)
	}
	if flags&16 != 0 {
		c.skip(1)
	}
	l := link{name: string(c.bytes(c.int(1 << (flags & 3))))}
	switch kind {
	case 0:
		l.addr = c.address()
	case 1:
		c.fail("%s is a soft link: not supported", l.name)
	case 64:
		c.fail("%s is an external link: not supported", l.name)
	default:
		c.fail("%s is a link of unknown kind %d", l.name, kind)
	}
	return l, c.err
}
