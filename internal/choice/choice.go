// Package choice holds tables of the values that a setting may take. What checks
// the setting, tells of it and completes it reads the table.
package choice

import (
	"iter"
	"strings"

	"github.com/pkg/errors"
)

// Row is one value.
type Row[T any] struct {
	Name  string
	Help  string // what it is, in a line
	Value T
}

// Table lists the values in the order in which people are told of them.
type Table[T any] []Row[T]

// All yields the names with what they are.
func (t Table[T]) All() iter.Seq2[string, string] {
	return func(yield func(name, help string) bool) {
		for _, r := range t {
			if !yield(r.Name, r.Help) {
				return
			}
		}
	}
}

// Find returns the value of a name.
func (t Table[T]) Find(name string) (value T, ok bool) {
	for _, r := range t {
		if r.Name == name {
			return r.Value, true
		}
	}
	return value, false
}

// Names lists the names.
func Names(all iter.Seq2[string, string]) (names []string) {
	for name := range all {
		names = append(names, name)
	}
	return names
}

// List writes names of which one is to be chosen: csv, tsv or jsonl.
func List(all iter.Seq2[string, string]) string {
	names := Names(all)
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Check errs if none of all has the name, unless it is empty. what is the setting.
func Check(what, name string, all iter.Seq2[string, string]) error {
	if err := Want(name, all); err != nil && name != "" {
		return errors.Errorf("%s: unknown %q, %v", what, name, err)
	}
	return nil
}
