package bundle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// programs are the least that each form asks for: headers that tell of one part of 100
// bytes, at the end of which the mark is.
func programs() map[Kind][]byte {
	le := binary.LittleEndian
	elf := make([]byte, 400)
	copy(elf, "\x7fELF\x02\x01")
	le.PutUint64(elf[32:], 64) // one segment
	le.PutUint16(elf[54:], 56)
	le.PutUint16(elf[56:], 1)
	le.PutUint64(elf[64+8:], 200)
	le.PutUint64(elf[64+32:], 100)
	le.PutUint64(elf[40:], 300) // and a section of no bytes, in a table at the end
	le.PutUint16(elf[58:], 64)
	le.PutUint16(elf[60:], 1)
	le.PutUint32(elf[300+4:], 8)
	le.PutUint64(elf[300+24:], 1<<40)
	macho := make([]byte, 300)
	copy(macho, "\xcf\xfa\xed\xfe")
	le.PutUint32(macho[16:], 2)
	le.PutUint32(macho[20:], 16+72)
	le.PutUint32(macho[32:], 0x1b) // a command of another kind
	le.PutUint32(macho[36:], 16)
	le.PutUint32(macho[48:], 0x19)
	le.PutUint32(macho[52:], 72)
	le.PutUint64(macho[48+40:], 200)
	le.PutUint64(macho[48+48:], 100)
	pe := make([]byte, 318)
	copy(pe, "MZ")
	le.PutUint32(pe[0x3c:], 64)
	copy(pe[64:], "PE\x00\x00")
	le.PutUint16(pe[64+6:], 1)
	le.PutUint16(pe[64+20:], 4)
	le.PutUint16(pe[64+24:], 0x20b)
	le.PutUint32(pe[64+28+16:], 100)
	le.PutUint32(pe[64+28+20:], 200)
	all := map[Kind][]byte{ELF: elf[:364], MachO: macho, PE: pe[:300]}
	for _, program := range all {
		copy(program[200:], mark)
	}
	return all
}

var model = []File{{"model.json", []byte(`{"a":1}`)}, {"weights", bytes.Repeat([]byte{0, 1, 2, 3}, 50)}}

func save(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// with writes a program with the model inside.
func with(t *testing.T, program []byte) string {
	t.Helper()
	dir := t.TempDir()
	p, err := OpenProgram(save(t, filepath.Join(dir, "program"), program))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	path := filepath.Join(dir, "app")
	size, err := p.Write(path, model)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != size || info.Mode().Perm()&0o111 != 0o111 {
		t.Fatalf("it is %v of %d bytes, %v; want a program of %d", info.Mode(), info.Size(), err, size)
	}
	return path
}

// TestWriteAndRead: what is put behind a program is read from it, and a program with a
// model takes another one in its place.
func TestWriteAndRead(t *testing.T) {
	for kind, program := range programs() {
		t.Run(string(kind), func(t *testing.T) {
			path := with(t, program)
			if holds, err := Holds(path); !holds || err != nil {
				t.Fatalf("it holds a model: %v, %v", holds, err)
			}
			for _, f := range model {
				at := filepath.Join(path, f.Name)
				if data, err := Files.ReadFile(at); err != nil || !bytes.Equal(data, f.Data) {
					t.Errorf("%s: %q, %v", f.Name, data, err)
				}
				if info, err := Files.Stat(at); err != nil || info.Size() != int64(len(f.Data)) {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
			if _, err := Files.ReadFile(filepath.Join(path, "other")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file that is not there: %v", err)
			}
			if list, err := Files.ReadDir(path); err != nil || len(list) != len(model) {
				t.Errorf("it lists %v, %v", list, err)
			}
			p, err := OpenProgram(path)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if p.Kind != kind || p.size != int64(len(program)) {
				t.Errorf("the program is %s of %d bytes, want %d", p.Kind, p.size, len(program))
			}
		})
	}
}

// TestDamaged flips each byte that follows a program, and cuts the file wherever that is
// possible.
func TestDamaged(t *testing.T) {
	for kind, program := range programs() {
		path := with(t, program)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string, at int, data []byte) {
			p, err := find(bytes.NewReader(data), int64(len(data)))
			if err == nil {
				t.Fatalf("%s: %s at %d of %d: a model of %d bytes is found", kind, what, at, len(whole), p.length)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%s at %d: %q is more than a line", what, at, err)
			}
		}
		for at := len(program); at < len(whole); at++ {
			data := bytes.Clone(whole)
			data[at] ^= 4
			check("flipped", at, data)
			if at > len(program) {
				check("cut", at, whole[:at])
			}
		}
		for at := 8; at < len(program); at += 7 {
			check("cut", at, whole[:at])
		}
		// A signature of Windows is appended.
		if p, err := find(bytes.NewReader(append(whole, "signature"...)), int64(len(whole)+9)); err != nil || p.length == 0 {
			t.Errorf("%s, with something appended: %d, %v", kind, p.length, err)
		}
	}
}

// TestNoProgram: what cannot hold a model is refused in a line with its path.
func TestNoProgram(t *testing.T) {
	elf := programs()[ELF]
	other := bytes.Replace(elf, mark, make([]byte, markSize), 1)
	lost := bytes.Clone(elf)
	binary.LittleEndian.PutUint64(lost[64+8:], 1<<63-1)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":     {nil, "it is no executable of 64 bits"},
		"script":    {[]byte("#!/bin/sh\necho hello\n"), "it is no executable of 64 bits"},
		"fat":       {[]byte("\xca\xfe\xba\xbe\x00\x00\x00\x02"), "lipo -thin"},
		"class":     {[]byte("\xca\xfe\xba\xbe\x00\x37\x00\x02"), "it is no executable of 64 bits"},
		"elf32":     {[]byte("\x7fELF\x01\x01\x01\x00"), "it is no executable of 64 bits"},
		"other":     {other, "it is no build of this version of the program"},
		"signed":    {append(bytes.Clone(elf), "signature"...), "9 bytes follow the program"},
		"cut":       {elf[:350], "it is cut short"},
		"elsewhere": {lost, "it is damaged"},
	} {
		path := save(t, filepath.Join(t.TempDir(), name), c.data)
		if _, err := OpenProgram(path); err == nil || !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	if _, err := OpenProgram(t.TempDir()); err == nil {
		t.Error("a folder is taken for a program")
	}
}

// FuzzFind: no file makes it panic, or find more than there is.
func FuzzFind(f *testing.F) {
	for _, program := range programs() {
		f.Add(program)
		var files bytes.Buffer
		if err := pack(&files, int64(len(program))+headSize, model); err != nil {
			f.Fatal(err)
		}
		head := makeHead(int64(files.Len()), 0)
		f.Add(append(append(append(program, head...), files.Bytes()...), head...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := find(bytes.NewReader(data), int64(len(data)))
		if err == nil && p.length > 0 && p.start()+p.length > int64(len(data)) {
			t.Errorf("it finds %d bytes at %d of %d", p.length, p.start(), len(data))
		}
	})
}
