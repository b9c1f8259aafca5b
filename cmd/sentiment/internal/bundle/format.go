package bundle

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/pkg/errors"
)

// mark begins a head. It is in each build of the program, too, and so tells that the build
// can hold a model; its last number changes with the form of what is appended.
var mark = []byte(markText)

const (
	markText = "\x00\xffunroll: here is a model\x00\x02"
	markSize = len(markText)
)

// headSize is that of the mark, a length of 8 bytes and two sums of 4.
const headSize int64 = int64(markSize) + 16

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// makeHead is the head of files of a length and a sum.
func makeHead(length int64, sum uint32) []byte {
	head := append(make([]byte, 0, headSize), mark...)
	head = binary.LittleEndian.AppendUint64(head, uint64(length))
	head = binary.LittleEndian.AppendUint32(head, sum)
	return binary.LittleEndian.AppendUint32(head, crc32.Checksum(head, castagnoli))
}

// readHead returns what a head says; ok is false if it is none, or damaged.
func readHead(head []byte) (length int64, sum uint32, ok bool) {
	if int64(len(head)) != headSize || !bytes.HasPrefix(head, mark) {
		return 0, 0, false
	}
	rest := head[markSize:]
	length, sum = int64(binary.LittleEndian.Uint64(rest)), binary.LittleEndian.Uint32(rest[8:])
	return length, sum, length >= 0 && crc32.Checksum(head[:headSize-4], castagnoli) == binary.LittleEndian.Uint32(rest[12:])
}

// place is where the files of a model are in a program.
type place struct {
	kind    Kind
	program int64 // its length without them
	length  int64 // of the files; 0 if there are none
}

// start is where the files begin.
func (p place) start() int64 { return p.program + headSize }

// errChanged tells of a model that is not what was written.
var errChanged = errors.New("the model inside is damaged: it was changed after it was written")

// find looks for a model in a program of a size, and checks it.
func find(r io.ReaderAt, size int64) (place, error) {
	kind, end, err := image(r)
	if err != nil {
		return place{}, err
	}
	if end > size {
		return place{}, errCut
	}
	p := place{kind: kind, program: end}
	at := func(from int64) ([]byte, error) {
		data := make([]byte, max(0, min(headSize, size-from)))
		_, err := r.ReadAt(data, from)
		return data, err
	}
	first, err := at(end)
	if err != nil && err != io.EOF {
		return p, err
	}
	last, err := at(max(end, size-headSize))
	if err != nil && err != io.EOF {
		return p, err
	}
	length, sum, ok := readHead(first)
	switch {
	case len(first) > 0 && int64(len(first)) < headSize && bytes.HasPrefix(mark, first[:min(len(first), markSize)]):
		return p, errors.New("the model inside is cut short")
	case !ok && (bytes.HasPrefix(first, mark) || bytes.HasPrefix(last, mark)):
		return p, errChanged
	case !ok:
		return p, nil // no model, whatever follows
	case length > size-p.start()-headSize:
		return p, errors.Errorf("the model inside is cut short: %d bytes of %d are there", size-p.start(), length+headSize)
	}
	files := crc32.New(castagnoli)
	if _, err := io.Copy(files, io.NewSectionReader(r, p.start(), length)); err != nil {
		return p, err
	}
	if last, err = at(p.start() + length); err != nil && err != io.EOF {
		return p, err
	}
	if files.Sum32() != sum || !bytes.Equal(first, last) {
		return p, errChanged
	}
	p.length = length
	return p, nil
}
