package pickle

import (
	"github.com/pkg/errors"
)

// ErrCut is the cause of the error of a pickle that ends too early.
var ErrCut = errors.New("it is cut short")

// Load reads the value of the pickle that data begins with, and returns what follows it.
// allowed tells which classes and functions it may name.
func Load(data []byte, allowed func(Class) bool) (v any, rest []byte, err error) {
	m := &machine{in: string(data), allowed: allowed, memo: map[uint64]any{}}
	for {
		at := m.at
		code, err := m.take(1)
		if err == nil && code == "." {
			if v, err = m.pop(); err == nil {
				return v, data[m.at:], nil
			}
		} else if err == nil {
			err = m.run(code[0])
		}
		if err != nil {
			return nil, nil, errors.WithMessagef(err, "byte %d of the pickle", at)
		}
	}
}

// machine is Python's machine of pickles: instructions push values onto a stack and
// take them from it.
type machine struct {
	in      string
	at      int
	allowed func(Class) bool
	stack   []any
	marks   []int // heights of the stack
	memo    map[uint64]any
}

// take returns the next n bytes.
func (m *machine) take(n uint64) (string, error) {
	if n > uint64(len(m.in)-m.at) {
		return "", ErrCut
	}
	s := m.in[m.at : m.at+int(n)]
	m.at += int(n)
	return s, nil
}

// line returns the bytes before the next newline.
func (m *machine) line() (string, error) {
	for i := m.at; i < len(m.in); i++ {
		if m.in[i] == '\n' {
			s := m.in[m.at:i]
			m.at = i + 1
			return s, nil
		}
	}
	return "", ErrCut
}

// number returns an unsigned number of n bytes, the lowest first.
func (m *machine) number(n int) (x uint64, err error) {
	s, err := m.take(uint64(n))
	for i := len(s) - 1; i >= 0; i-- {
		x = x<<8 | uint64(s[i])
	}
	return x, err
}

// counted returns the bytes behind their number, which has n bytes.
func (m *machine) counted(n int) (string, error) {
	length, err := m.number(n)
	if err != nil {
		return "", err
	}
	return m.take(length)
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

// pop takes the last value, but none from before the last mark.
func (m *machine) pop() (any, error) {
	n := len(m.stack) - 1
	if n < 0 || len(m.marks) > 0 && n < m.marks[len(m.marks)-1] {
		return nil, errors.New("there is no value to take")
	}
	v := m.stack[n]
	m.stack = m.stack[:n]
	return v, nil
}

// popN takes the last n values, in their order.
func (m *machine) popN(n int) (Tuple, error) {
	t := make(Tuple, n)
	for i := n - 1; i >= 0; i-- {
		var err error
		if t[i], err = m.pop(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// marked takes all values from the last mark on, and the mark.
func (m *machine) marked() (Tuple, error) {
	n := len(m.marks) - 1
	if n < 0 {
		return nil, errors.New("there is no mark")
	}
	at := m.marks[n]
	m.marks = m.marks[:n]
	t := make(Tuple, len(m.stack)-at)
	copy(t, m.stack[at:])
	m.stack = m.stack[:at]
	return t, nil
}

// class makes a class of its name, if it is allowed.
func (m *machine) class(module, name string) error {
	c := Class{module, name}
	if !m.allowed(c) {
		return &RefusedError{c}
	}
	return m.push(c)
}

// RefusedError tells of a class or function that is not allowed.
type RefusedError struct{ Class }

// Error implements error.
func (e *RefusedError) Error() string { return "it holds " + e.String() + ", which is not allowed" }

// call makes an object of a class and its arguments.
func (m *machine) call(class, args any) error {
	c, ok := class.(Class)
	t, okArgs := args.(Tuple)
	if !ok || !okArgs {
		return errors.Errorf("a %s is called with a %s", Kind(class), Kind(args))
	}
	return m.push(&Object{Class: c, Args: t})
}

// add puts items, a key and a value in turn, into the dict that is last on the stack.
func (m *machine) add(items Tuple) error {
	d, err := m.pop()
	if err != nil {
		return err
	}
	var into *Dict
	switch d := d.(type) {
	case *Dict:
		into = d
	case *Object:
		into = &d.Dict
	default:
		return errors.Errorf("items are put into a %s", Kind(d))
	}
	if len(items)%2 != 0 {
		return errors.New("a key has no value")
	}
	for i := 0; i < len(items); i += 2 {
		into.Keys, into.Values = append(into.Keys, items[i]), append(into.Values, items[i+1])
	}
	return m.push(d)
}

// extend puts items at the end of the list that is last on the stack.
func (m *machine) extend(items Tuple) error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	l, ok := v.(*List)
	if !ok {
		return errors.Errorf("items are put at the end of a %s", Kind(v))
	}
	l.Items = append(l.Items, items...)
	return m.push(l)
}

// build gives the object that is last on the stack its state.
func (m *machine) build(state any) error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	o, ok := v.(*Object)
	if !ok {
		return errors.Errorf("a %s is given a state", Kind(v))
	}
	o.State = state
	return m.push(o)
}
