package keras

import (
	"maps"
	"math"
	"reflect"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// The two languages of configurations: Keras 2 writes HDF5, Keras 3 archives.
const (
	keras2 = 2
	keras3 = 3
)

// config is a layer's settings on their way from Keras's configuration to the fields
// of a layer of nn, or back. An entry of the table says once which key is which
// field; in either direction the same calls do the work. The first error stays.
//
// A setting that has Keras's default becomes the zero of its field, which means the
// same to nn, and the other way round.
type config struct {
	in    object // what is read; nil where out is written
	out   object
	seen  map[string]bool // keys of in that were understood
	major int             // Keras's version, 2 or 3, of what is read or written
	rank  int             // dimensions of a sample of the first input
	notes *notes
	place string // for notes
	err   error

	// For the layers within a layer: what reads and writes them, and, where they are
	// written, the path of the layer and the shapes of its inputs.
	r      *reader
	w      *writer
	path   string
	shapes []nn.Shape
}

func (c *config) reads() bool { return c.in != nil }

func (c *config) fail(format string, args ...any) {
	if c.err == nil {
		c.err = errors.Errorf(format, args...)
	}
}

// get returns a key's value where it is read, and not null. Of an array of NumPy it is
// the numbers.
func (c *config) get(key string) (any, bool) {
	c.seen[key] = true
	v := c.in[key]
	if o := obj(v); str(o, "class_name") == "__numpy__" {
		v = obj(o["config"])["value"]
	}
	return v, v != nil
}

// field reads or writes a value by its two translations, def being Keras's default.
func field[T any](c *config, key string, p *T, def T, from func(any) (T, error), to func(T) any) {
	if !c.reads() {
		v := *p
		if reflect.ValueOf(v).IsZero() {
			v = def
		}
		c.out[key] = to(v)
		return
	}
	v, ok := c.get(key)
	if !ok {
		return
	}
	got, err := from(v)
	switch {
	case err != nil:
		c.fail("%s: %v", key, err)
	case reflect.DeepEqual(got, def):
	case reflect.ValueOf(got).IsZero():
		c.fail("%s is %s, which cannot be represented", key, brief(v))
	default:
		*p = got
	}
}

func same[T any](v T) any { return v }

// whole takes a number for an int, or a list of one, which layers of one dimension
// have.
func whole(v any) (int, error) {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	x, ok := v.(float64)
	if !ok || x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
		return 0, errors.Errorf("%s, want a whole number", brief(v))
	}
	return int(x), nil
}

func number(v any) (float64, error) {
	x, ok := v.(float64)
	if !ok {
		return 0, errors.Errorf("%s, want a number", brief(v))
	}
	return x, nil
}

func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", errors.Errorf("%s, want a word", brief(v))
	}
	return s, nil
}

func truth(v any) (bool, error) {
	switch x := v.(type) {
	case bool:
		return x, nil
	case float64:
		return x != 0, nil
	}
	return false, errors.Errorf("%s, want true or false", brief(v))
}

func wholes(v any) ([]int, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := make([]int, len(list))
	for i, v := range list {
		var err error
		if out[i], err = whole(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// need is an int without a default.
func (c *config) need(key string, p *int) {
	if c.reads() && c.in[key] == nil {
		c.fail("%s is missing", key)
	}
	field(c, key, p, math.MinInt, whole, same[int])
}

// needFloat is a float without a default.
func (c *config) needFloat(key string, p *float64) {
	if !c.reads() {
		c.out[key] = real(*p)
		return
	}
	v, _ := c.get(key)
	x, err := number(v)
	if err != nil {
		c.fail("%s: %v", key, err)
	}
	*p = x
}

func (c *config) int(key string, p *int, def int) { field(c, key, p, def, whole, same[int]) }

// list1 is an int that Keras writes as a list of one.
func (c *config) list1(key string, p *int, def int) {
	field(c, key, p, def, whole, func(n int) any { return []int{n} })
}

func (c *config) float(key string, p *float64, def float64) {
	field(c, key, p, def, number, func(x float64) any { return real(x) })
}

func (c *config) bool(key string, p *bool) { field(c, key, p, false, truth, same[bool]) }

// not is a switch that nn has the other way round: Keras's default is true.
func (c *config) not(key string, p *bool) {
	if c.reads() && c.in[key] == nil {
		c.seen[key] = true
		return
	}
	invert := func(v any) (bool, error) { b, err := truth(v); return !b, err }
	field(c, key, p, false, invert, func(b bool) any { return !b })
}

func (c *config) text(key string, p *string, def string) { field(c, key, p, def, text, same[string]) }

// fixed is a setting of which nn has one value alone.
func (c *config) fixed(key string, only any) {
	if !c.reads() {
		c.out[key] = only
		return
	}
	if v, ok := c.get(key); ok && !equal(v, only) {
		c.fail("%s is %s, only %s can be represented", key, brief(v), brief(only))
	}
}

// in2 and in3 report whether settings are to be read, or written for Keras 2, or 3,
// which alone has them.
func (c *config) in2() bool { return c.reads() || c.major == keras2 }
func (c *config) in3() bool { return c.reads() || c.major == keras3 }

// equal compares what was decoded with a Go value, one number with a list of it.
func equal(v, want any) bool {
	if list, ok := v.([]any); ok && len(list) == 1 {
		if _, ok := want.([]any); !ok {
			v = list[0]
		}
	}
	if x, ok := want.(int); ok {
		want = float64(x)
	}
	return reflect.DeepEqual(v, want)
}

// free is a setting of how to compute, and not what: any value will do.
func (c *config) free(key string, written any) {
	if c.reads() {
		c.seen[key] = true
	} else {
		c.out[key] = written
	}
}

// training is a setting that predictions do not depend on and that nn lacks.
func (c *config) training(key string) {
	if !c.reads() {
		c.out[key] = nil
		return
	}
	if v, ok := c.get(key); ok && v != false {
		c.notes.add("%s: %s is left out, which training alone would use", c.place, key)
	}
}

// axis is the last dimension, which Keras counts with the batch, or a list of it.
func (c *config) axis(key string) {
	if !c.reads() {
		c.out[key] = -1
		return
	}
	v, ok := c.get(key)
	if !ok {
		return
	}
	if n, err := whole(v); err != nil || n != -1 && n != c.rank {
		c.fail("%s is %s, only the last one of %d can be represented", key, brief(v), c.rank+1)
	}
}

// anyAxis is one dimension, or a list of it; the last one is zero here.
func (c *config) anyAxis(key string, p *int) {
	if field(c, key, p, -1, whole, same[int]); c.reads() && *p == c.rank {
		*p = 0
	}
}

// axes are several dimensions, or one; the last one alone is none here.
func (c *config) axes(key string, p *[]int) {
	field(c, key, p, nil, wholes, func(axes []int) any {
		if len(axes) == 0 {
			return -1
		}
		return axes
	})
	if c.reads() && len(*p) == 1 && ((*p)[0] == -1 || (*p)[0] == c.rank) {
		*p = nil
	}
	c.stepsSecond(len(*p) > 0, key)
}

// finish refuses settings that nothing understood, unless they say "no".
func (c *config) finish() error {
	for _, key := range slices.Sorted(maps.Keys(c.in)) {
		if v := c.in[key]; c.err == nil && !c.seen[key] && v != nil && v != false {
			c.fail("the setting %s, here %s, is unknown", key, brief(v))
		}
	}
	return c.err
}
