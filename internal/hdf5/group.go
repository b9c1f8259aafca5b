package hdf5

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

// Group is a folder of groups and datasets. Attribute values are string, []string,
// int64, []int64, float64 and []float64, arrays of several dimensions in the order
// of their elements; nil is an empty attribute, and an error one of another kind.
type Group struct {
	Name     string
	Attrs    map[string]any
	Groups   []*Group
	Datasets []*Dataset
}

// Dataset is an array of numbers or strings. The values of one that was read stay
// in the file until they are asked for.
type Dataset struct {
	Name  string
	Shape []int // none for a single value
	Attrs map[string]any

	values any     // of NewDataset a slice, of Later a function
	stored *stored // of Read
}

// Value is an element of a dataset that is written.
type Value interface {
	float32 | float64 | int32 | int64 | uint8 | string
}

// NewDataset makes a dataset to write. It keeps the values, whose number must be
// the product of the shape.
func NewDataset[V Value](name string, shape []int, values []V) *Dataset {
	return &Dataset{Name: name, Shape: shape, values: values}
}

// Later makes a dataset of numbers that read reads into a slice of as many elements as
// the shape has, when they are asked for. It is not written.
func Later(name string, shape []int, read func(dst []float32) error) *Dataset {
	return &Dataset{Name: name, Shape: shape, values: read}
}

// Group returns the group below g at a path such as a/b, or nil.
func (g *Group) Group(path string) *Group {
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" {
			continue
		}
		if g = find(g.Groups, name, func(g *Group) string { return g.Name }); g == nil {
			return nil
		}
	}
	return g
}

// Dataset returns the dataset below g at a path such as a/b, or nil.
func (g *Group) Dataset(path string) *Dataset {
	path = strings.Trim(path, "/")
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		if g = g.Group(path[:i]); g == nil {
			return nil
		}
		path = path[i+1:]
	}
	return find(g.Datasets, path, func(d *Dataset) string { return d.Name })
}

func find[T any](all []*T, name string, of func(*T) string) *T {
	for _, t := range all {
		if of(t) == name {
			return t
		}
	}
	return nil
}

// Strings returns an attribute that lists strings. A list that is too long for one
// attribute stands in several, name0, name1 and so on, as Keras has it.
func (g *Group) Strings(name string) ([]string, error) {
	if v, ok := g.Attrs[name]; ok {
		return stringList(name, v)
	}
	var all []string
	for i := 0; ; i++ {
		part := fmt.Sprint(name, i)
		v, ok := g.Attrs[part]
		if !ok {
			if i == 0 {
				return nil, errors.Errorf("%s: the group has no attribute %s", g.Name, name)
			}
			return all, nil
		}
		list, err := stringList(part, v)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
}

func stringList(name string, v any) ([]string, error) {
	switch v := v.(type) {
	case []string:
		return v, nil
	case string:
		return []string{v}, nil
	case []float64:
		if len(v) == 0 { // NumPy's array of nothing is one of numbers
			return nil, nil
		}
	case nil:
		return nil, nil
	case error:
		return nil, v
	}
	return nil, errors.Errorf("attribute %s is %T, want strings", name, v)
}
