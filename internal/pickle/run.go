package pickle

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// run carries out an instruction, which the comments name as pickletools does.
func (m *machine) run(code byte) error {
	switch code {
	case 0x80: // PROTO
		v, err := m.number(1)
		if err == nil && v > 5 {
			err = errors.Errorf("its protocol is %d, known are 0 to 5", v)
		}
		return err
	case 0x95: // FRAME
		_, err := m.take(8)
		return err
	case '(': // MARK
		m.marks = append(m.marks, len(m.stack))
		return nil
	case '0': // POP
		if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
			m.marks = m.marks[:n-1]
			return nil
		}
		_, err := m.pop()
		return err
	case '1': // POP_MARK
		_, err := m.marked()
		return err
	case '2': // DUP
		return m.with(func(v any) error { return m.pushAll(v, v) })
	case 'N': // NONE
		return m.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		return m.push(code == 0x88)
	case 'I', 'L', 'F', 'S', 'V': // INT, LONG, FLOAT, STRING, UNICODE
		return m.written(code)
	case 'J', 'K', 'M', 0x8a, 0x8b, 'G': // BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
		return m.binary(code)
	case 'T', 'U', 'B', 'C', 'X', 0x8c, 0x8d, 0x8e, 0x96:
		return m.text(code)
	case '}': // EMPTY_DICT
		return m.push(&Dict{})
	case ']', 0x8f: // EMPTY_LIST, EMPTY_SET
		return m.push(&List{})
	case ')': // EMPTY_TUPLE
		return m.push(Tuple{})
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		t, err := m.popN(int(code) - 0x84)
		if err != nil {
			return err
		}
		return m.push(t)
	case 't', 'l', 'd', 0x91, 'e', 0x90, 'u', 'o', 'i':
		return m.many(code)
	case 'a': // APPEND
		return m.with(func(v any) error { return m.extend(Tuple{v}) })
	case 's': // SETITEM
		t, err := m.popN(2)
		if err != nil {
			return err
		}
		return m.add(t)
	case 'c': // GLOBAL
		return m.global(m.class)
	case 0x93: // STACK_GLOBAL
		t, err := m.popN(2)
		if err != nil {
			return err
		}
		module, ok := t[0].(string)
		name, okName := t[1].(string)
		if !ok || !okName {
			return errors.Errorf("a class is named by a %s and a %s", Kind(t[0]), Kind(t[1]))
		}
		return m.class(module, name)
	case 'R', 0x81: // REDUCE, NEWOBJ
		t, err := m.popN(2)
		if err != nil {
			return err
		}
		return m.call(t[0], t[1])
	case 0x92: // NEWOBJ_EX
		t, err := m.popN(3)
		if err != nil {
			return err
		}
		return m.call(t[0], t[1])
	case 'b': // BUILD
		return m.with(m.build)
	case 'p', 'q', 'r', 0x94, 'g', 'h', 'j':
		return m.remember(code)
	}
	return errors.Errorf("the instruction %#02x is not allowed or not one of a pickle", code)
}

// with takes the last value and calls f with it.
func (m *machine) with(f func(any) error) error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	return f(v)
}

func (m *machine) pushAll(values ...any) error {
	m.stack = append(m.stack, values...)
	return nil
}

// global calls f with the two lines of a class's name.
func (m *machine) global(f func(module, name string) error) error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return f(module, name)
}

// written pushes a number or a string that is written as a line.
func (m *machine) written(code byte) error {
	s, err := m.line()
	if err != nil {
		return err
	}
	switch code {
	case 'I':
		if s == "00" || s == "01" {
			return m.push(s == "01")
		}
		fallthrough
	case 'L':
		n, err := strconv.ParseInt(strings.TrimSuffix(s, "L"), 10, 64)
		if err != nil {
			return errors.Errorf("%.40q is no integer of 64 bits", s)
		}
		return m.push(n)
	case 'F':
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return errors.Errorf("%.40q is no number", s)
		}
		return m.push(x)
	case 'S':
		if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '\'' && s[0] != '"' {
			return errors.Errorf("the string %.40q has no quotes", s)
		}
		return m.push(unescape(s[1:len(s)-1], false))
	}
	return m.push(unescape(s, true))
}

// binary pushes a number that is written as bytes.
func (m *machine) binary(code byte) error {
	switch code {
	case 'G':
		s, err := m.take(8)
		if err != nil {
			return err
		}
		return m.push(math.Float64frombits(binary.BigEndian.Uint64([]byte(s))))
	case 'J':
		x, err := m.number(4)
		if err != nil {
			return err
		}
		return m.push(int64(int32(x)))
	case 'K', 'M':
		x, err := m.number(map[byte]int{'K': 1, 'M': 2}[code])
		if err != nil {
			return err
		}
		return m.push(int64(x))
	}
	s, err := m.counted(map[byte]int{0x8a: 1, 0x8b: 4}[code])
	switch {
	case err != nil:
		return err
	case len(s) > 8:
		return errors.Errorf("an integer of %d bytes, want at most 8", len(s))
	}
	x := int64(0)
	if n := len(s); n > 0 && s[n-1] >= 0x80 {
		x = -1
	}
	for i := len(s) - 1; i >= 0; i-- {
		x = x<<8 | int64(s[i])
	}
	return m.push(x)
}

// text pushes a string or bytes behind their length.
func (m *machine) text(code byte) error {
	length := 4 // BINSTRING, BINBYTES, BINUNICODE
	switch code {
	case 'U', 'C', 0x8c: // SHORT_BINSTRING, SHORT_BINBYTES, SHORT_BINUNICODE
		length = 1
	case 0x8d, 0x8e, 0x96: // BINUNICODE8, BINBYTES8, BYTEARRAY8
		length = 8
	}
	s, err := m.counted(length)
	if err != nil {
		return err
	}
	switch code {
	case 'B', 'C', 0x8e, 0x96:
		return m.push(Bytes(s))
	}
	return m.push(s)
}

// many makes one value of all from the last mark on.
func (m *machine) many(code byte) error {
	t, err := m.marked()
	if err != nil {
		return err
	}
	switch code {
	case 't': // TUPLE
		return m.push(t)
	case 'l', 0x91: // LIST, FROZENSET
		return m.push(&List{t})
	case 'd': // DICT
		if err := m.push(&Dict{}); err != nil {
			return err
		}
		return m.add(t)
	case 'e', 0x90: // APPENDS, ADDITEMS
		return m.extend(t)
	case 'u': // SETITEMS
		return m.add(t)
	case 'o': // OBJ
		if len(t) == 0 {
			return errors.New("an object has no class")
		}
		return m.call(t[0], t[1:])
	}
	return m.global(func(module, name string) error { // INST
		if err := m.class(module, name); err != nil {
			return err
		}
		return m.with(func(c any) error { return m.call(c, t) })
	})
}

// remember keeps the last value under a number, or pushes one that was kept.
func (m *machine) remember(code byte) (err error) {
	n := uint64(len(m.memo)) // MEMOIZE
	switch code {
	case 'p', 'g': // PUT, GET
		s, err := m.line()
		if err != nil {
			return err
		}
		if n, err = strconv.ParseUint(s, 10, 32); err != nil {
			return errors.Errorf("%.40q is no number of a value", s)
		}
	case 'q', 'h': // BINPUT, BINGET
		n, err = m.number(1)
	case 'r', 'j': // LONG_BINPUT, LONG_BINGET
		n, err = m.number(4)
	}
	if err != nil {
		return err
	}
	if code == 'g' || code == 'h' || code == 'j' {
		v, ok := m.memo[n]
		if !ok {
			return errors.Errorf("there is no value of number %d", n)
		}
		return m.push(v)
	}
	return m.with(func(v any) error {
		m.memo[n] = v
		return m.push(v)
	})
}
