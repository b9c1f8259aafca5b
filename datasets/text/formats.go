package text

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strconv"

	"github.com/pkg/errors"
)

// readText reads a vector a line: the word, then its numbers, between single
// spaces, behind a header if there is one.
func (k *kept) readText(in *bufio.Reader) error {
	number := 0
	for {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			return errors.Errorf("line %d is longer than %d bytes", number+1, longestLine)
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) == 0 {
			break
		}
		number++
		if number == 1 && k.Dim > 0 { // the header
			continue
		}
		if err := k.textLine(bytes.TrimRight(line, " \r\n")); err != nil {
			return errors.WithMessagef(err, "line %d", number)
		}
		k.InFile++
	}
	return nil
}

func (k *kept) textLine(line []byte) error {
	if k.Dim == 0 {
		if k.Dim = trailingNumbers(line); k.Dim > maxDim {
			return errors.Errorf("a word and %d numbers, want at most %d", k.Dim, maxDim)
		}
	}
	// Words may hold spaces, numbers do not: count from the end.
	at := len(line)
	for range k.Dim {
		if at = bytes.LastIndexByte(line[:max(at, 0)], ' '); at < 0 {
			break
		}
	}
	if k.Dim == 0 || at < 0 {
		return errors.Errorf("a word and %d numbers, want %d", bytes.Count(line, []byte(" ")), max(k.Dim, 1))
	}
	word := line[:at]
	if extra := bytes.LastIndexByte(word, ' '); extra >= 0 && isVectorNumber(word[extra+1:]) {
		return errors.Errorf("a word and %d numbers, want %d", trailingNumbers(line), k.Dim)
	}
	if !k.wants(word) {
		return nil
	}
	vector := make([]float32, k.Dim)
	rest := line[at+1:]
	for i := range vector {
		var field []byte
		field, rest, _ = bytes.Cut(rest, []byte(" "))
		x, err := strconv.ParseFloat(string(field), 32)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return errors.Errorf("%q is not a number", field)
		}
		vector[i] = float32(x)
	}
	return k.keep(word, vector)
}

// trailingNumbers counts the numbers at the end of a line, its first field
// excepted, which is the word.
func trailingNumbers(line []byte) (n int) {
	fields := bytes.Split(line, []byte(" "))
	for n < len(fields)-1 && isVectorNumber(fields[len(fields)-1-n]) {
		n++
	}
	return n
}

func isVectorNumber(field []byte) bool {
	_, err := strconv.ParseFloat(string(field), 32)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// readBinary reads vectors behind a header line to the end of the file: the word,
// a space, and its numbers as little-endian float32. word2vec writes a newline
// after each vector, gensim does not.
func (k *kept) readBinary(in *bufio.Reader) error {
	if _, err := in.ReadSlice('\n'); err != nil {
		return err
	}
	data := make([]byte, 4*k.Dim)
	var word []byte
	for {
		text, err := in.ReadSlice(' ')
		switch {
		case err == io.EOF && len(bytes.TrimLeft(text, "\n")) == 0:
			return nil
		case err == io.EOF:
			return errors.Errorf("the file is cut short in the word of vector %d", k.InFile+1)
		case err == bufio.ErrBufferFull:
			return errors.Errorf("vector %d: its word is longer than %d bytes", k.InFile+1, longestLine)
		case err != nil:
			return err
		}
		word = append(word[:0], bytes.TrimLeft(text[:len(text)-1], "\n")...)
		if !k.wants(word) {
			_, err = in.Discard(len(data))
		} else if _, err = io.ReadFull(in, data); err == nil {
			vector := make([]float32, k.Dim)
			for i := range vector {
				vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
			}
			if err := k.keep(word, vector); err != nil {
				return errors.WithMessagef(err, "vector %d", k.InFile+1)
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return errors.Errorf("the file is cut short in vector %d, that of %q", k.InFile+1, word)
		}
		if err != nil {
			return err
		}
		k.InFile++
	}
}
