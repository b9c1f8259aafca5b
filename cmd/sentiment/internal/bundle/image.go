package bundle

import (
	"encoding/binary"
	"io"

	"github.com/pkg/errors"
)

// Kind is a form of executables.
type Kind string

// The forms that a program can have.
const (
	ELF   Kind = "ELF"    // of Linux
	MachO Kind = "Mach-O" // of macOS
	PE    Kind = "PE"     // of Windows
)

var errForm = errors.New("it is no executable of 64 bits for Linux, macOS or Windows")

// image returns the form of the executable that a file begins with, and where it ends as its
// own headers say: what follows there is not loaded with it.
func image(r io.ReaderAt) (Kind, int64, error) {
	b := reader{r: r}
	var kind Kind
	var end func(*reader) int64
	switch head := b.bytes(0, 8); {
	case b.err != nil:
		return "", 0, errForm
	case string(head[:6]) == "\x7fELF\x02\x01": // 64 bits, little-endian
		kind, end = ELF, (*reader).elf
	case string(head[:4]) == "\xcf\xfa\xed\xfe":
		kind, end = MachO, (*reader).machO
	case string(head[:4]) == "\xca\xfe\xba\xbe" && head[4] == 0 && head[5] == 0:
		return "", 0, errors.New("it is an executable for several processors: take one out of it with lipo -thin")
	case string(head[:2]) == "MZ":
		kind, end = PE, (*reader).pe
	default:
		return "", 0, errForm
	}
	at := end(&b)
	if b.err != nil {
		return "", 0, b.err
	}
	return kind, at, nil
}

// reader takes little-endian numbers from a file, 0 after an error.
type reader struct {
	r   io.ReaderAt
	end int64
	err error
}

var errCut = errors.New("it is cut short")

func (b *reader) bytes(at int64, n int) []byte {
	data := make([]byte, n)
	if b.err != nil {
		return data
	}
	if _, err := b.r.ReadAt(data, at); at < 0 || err == io.EOF {
		b.err = errCut
		clear(data)
	} else if err != nil {
		b.err = err
	}
	return data
}

func (b *reader) u16(at int64) int64 { return int64(binary.LittleEndian.Uint16(b.bytes(at, 2))) }
func (b *reader) u32(at int64) int64 { return int64(binary.LittleEndian.Uint32(b.bytes(at, 4))) }
func (b *reader) u64(at int64) int64 { return int64(binary.LittleEndian.Uint64(b.bytes(at, 8))) }

// part tells of n bytes of the executable.
func (b *reader) part(at, n int64) {
	if (at < 0 || n < 0 || at+n < 0) && b.err == nil {
		b.err = errors.New("it is damaged: a part of it lies nowhere")
		return
	}
	if n > 0 && b.err == nil {
		b.end = max(b.end, at+n)
	}
}

// elf is the end of the segments, the sections and their tables (System V ABI, chapter 4).
func (b *reader) elf() int64 {
	const noBits = 8
	segments, sections := b.u64(32), b.u64(40)
	size, n := b.u16(54), b.u16(56)
	b.part(segments, size*n)
	for i := range n {
		at := segments + i*size
		b.part(b.u64(at+8), b.u64(at+32))
		if b.err != nil {
			return 0
		}
	}
	size, n = b.u16(58), b.u16(60)
	b.part(sections, size*n)
	for i := range n {
		at := sections + i*size
		if b.u32(at+4) != noBits {
			b.part(b.u64(at+24), b.u64(at+32))
		}
		if b.err != nil {
			return 0
		}
	}
	return b.end
}

// machO is the end of the segments, in the last of which the signature is (mach-o/loader.h).
func (b *reader) machO() int64 {
	const segment64 = 0x19
	at := int64(32)
	end := at + b.u32(20)
	for range b.u32(16) {
		if at >= end || b.err != nil {
			break
		}
		if b.u32(at) == segment64 {
			b.part(b.u64(at+40), b.u64(at+48))
		}
		at += max(b.u32(at+4), 8)
	}
	return b.end
}

// pe is the end of the sections and of the symbols. A signature would follow there, after
// what is appended, too (Microsoft's PE format).
func (b *reader) pe() int64 {
	head := b.u32(0x3c)
	if string(b.bytes(head, 4)) != "PE\x00\x00" && b.err == nil {
		b.err = errForm
	}
	if b.err == nil && b.u16(head+24) != 0x20b { // PE32+
		b.err = errForm
	}
	at := head + 24 + b.u16(head+20)
	for range b.u16(head + 6) {
		b.part(b.u32(at+20), b.u32(at+16))
		at += 40
		if b.err != nil {
			return 0
		}
	}
	if symbols := b.u32(head + 12); symbols > 0 {
		names := symbols + 18*b.u32(head+16)
		b.part(names, b.u32(names))
	}
	return b.end
}
