// Package tfeventstest reads event files for tests. It shares no code with the
// writer: the framing, the CRC and the messages are written from their
// specifications, and what a writer has no reason to write is an error.
package tfeventstest

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pkg/errors"
)

// Event is an event of one of the kinds that are written.
type Event struct {
	WallTime float64
	Step     int64
	Version  string
	Values   []Value
	Graph    []Node
}

// Value is a value of a summary: a tensor.
type Value struct {
	Tag, Plugin string
	Dtype       int // 1 is float32, 2 float64
	Shape       []int
	Content     []float64
}

// Node is a node of a graph.
type Node struct {
	Name, Op string
	Inputs   []string
	Shapes   [][]int
}

// Files returns the event files in dir in the order of their names.
func Files(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*tfevents*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}

// Read returns the events of a whole file.
func Read(t testing.TB, path string) []Event {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	events, rest, err := Decode(data)
	if err != nil || rest > 0 {
		t.Fatalf("%s: %d bytes are left after %d events, error %v", path, rest, len(events), err)
	}
	return events
}

// Decode returns the events of a file, and the number of bytes after them that
// are the beginning of another.
func Decode(data []byte) (events []Event, rest int, err error) {
	for {
		if len(data) < 12 {
			return events, len(data), nil
		}
		if masked(data[:8]) != binary.LittleEndian.Uint32(data[8:]) {
			return events, len(data), errors.New("wrong CRC of a length")
		}
		n := binary.LittleEndian.Uint64(data)
		if n > uint64(len(data)-12) || uint64(len(data)-12)-n < 4 {
			return events, len(data), nil
		}
		record := data[12 : 12+n]
		if masked(record) != binary.LittleEndian.Uint32(data[12+n:]) {
			return events, len(data), errors.New("wrong CRC of a record")
		}
		e, err := event(record)
		if err != nil {
			return events, len(data), errors.WithMessagef(err, "event %d", len(events))
		}
		events, data = append(events, e), data[12+n+4:]
	}
}

func event(b []byte) (e Event, err error) {
	fields, err := message(b, map[int]int{1: fixed64, 2: varint, 3: lengths, 4: lengths, 5: lengths})
	for _, f := range fields {
		switch f.number {
		case 1:
			e.WallTime = math.Float64frombits(f.n)
		case 2:
			e.Step = int64(f.n)
		case 3:
			e.Version = string(f.data)
		case 4:
			e.Graph, err = each(f.data, 1, node)
		case 5:
			e.Values, err = each(f.data, 1, value)
		}
		if err != nil {
			return e, errors.WithMessagef(err, "event field %d", f.number)
		}
	}
	return e, err
}

func value(b []byte) (v Value, err error) {
	fields, err := message(b, map[int]int{1: lengths, 8: lengths, 9: lengths})
	for _, f := range fields {
		switch f.number {
		case 1:
			v.Tag, err = text(f.data)
		case 8:
			err = v.tensor(f.data)
		case 9:
			v.Plugin, err = single(f.data, 1, func(b []byte) (string, error) { return single(b, 1, text) })
		}
		if err != nil {
			return v, errors.WithMessagef(err, "value field %d", f.number)
		}
	}
	return v, err
}

func (v *Value) tensor(b []byte) error {
	fields, err := message(b, map[int]int{1: varint, 2: lengths, 4: lengths})
	if err != nil {
		return err
	}
	for _, f := range fields {
		switch f.number {
		case 1:
			v.Dtype = int(f.n)
		case 2:
			if v.Shape, err = shape(f.data); err != nil {
				return err
			}
		case 4:
			for b := f.data; len(b) > 0; {
				switch {
				case v.Dtype == 1 && len(b) >= 4:
					v.Content = append(v.Content, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
					b = b[4:]
				case v.Dtype == 2 && len(b) >= 8:
					v.Content = append(v.Content, math.Float64frombits(binary.LittleEndian.Uint64(b)))
					b = b[8:]
				default:
					return errors.Errorf("%d bytes of a tensor of type %d", len(b), v.Dtype)
				}
			}
		}
	}
	size := 1
	for _, n := range v.Shape {
		size *= n
	}
	if size != len(v.Content) {
		return errors.Errorf("%d values of a tensor of shape %v", len(v.Content), v.Shape)
	}
	return nil
}

func shape(b []byte) ([]int, error) {
	return each(b, 2, func(b []byte) (int, error) {
		fields, err := message(b, map[int]int{1: varint})
		if err != nil || len(fields) == 0 {
			return 0, err
		}
		return int(int64(fields[0].n)), nil
	})
}

func node(b []byte) (n Node, err error) {
	fields, err := message(b, map[int]int{1: lengths, 2: lengths, 3: lengths, 5: lengths})
	for _, f := range fields {
		switch f.number {
		case 1:
			n.Name, err = text(f.data)
		case 2:
			n.Op, err = text(f.data)
		case 3:
			var in string
			in, err = text(f.data)
			n.Inputs = append(n.Inputs, in)
		case 5:
			err = n.attr(f.data)
		}
		if err != nil {
			return n, errors.WithMessagef(err, "node field %d", f.number)
		}
	}
	return n, err
}

// attr reads an entry of the map of attributes.
func (n *Node) attr(b []byte) error {
	fields, err := message(b, map[int]int{1: lengths, 2: lengths})
	if err != nil {
		return err
	}
	if len(fields) != 2 || string(fields[0].data) != "_output_shapes" {
		return errors.Errorf("attribute %q", b)
	}
	n.Shapes, err = single(fields[1].data, 1, func(b []byte) ([][]int, error) { return each(b, 7, shape) })
	return err
}
