package choice

import (
	"iter"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Flag is the value of a flag that takes names of a table, a pflag.Value: it checks what
// it is set to, prints it, and has the table for help and completion.
type Flag struct {
	All iter.Seq2[string, string]
	// Known, if not nil, reports whether a name beside those of All is taken too.
	Known func(name string) bool
	Many  bool // several names, separated by commas

	value   *string
	nothing bool // is the value of a flag that is not given
}

// NewFlag returns a flag that sets to, with a default. "" is taken only if it is that, and
// by no flag that takes several names.
func NewFlag(to *string, value string, all iter.Seq2[string, string]) *Flag {
	*to = value
	return &Flag{All: all, value: to, nothing: value == ""}
}

// String implements pflag.Value.
func (f *Flag) String() string { return *f.value }

// Type implements pflag.Value.
func (f *Flag) Type() string { return "string" }

// Set implements pflag.Value. Its error says what is wanted.
func (f *Flag) Set(value string) (err error) {
	switch {
	case value == "" && f.nothing && !f.Many:
	case f.Many:
		_, err = Split(value, f.All)
	case f.Known == nil:
		err = Want(value, f.All)
	case !f.Known(value):
		err = errors.Errorf("want a name such as %s", List(f.All))
	}
	if err == nil {
		*f.value = value
	}
	return err
}

// List writes the names for help: a, b or c, and of a flag that takes several a, b, c.
func (f *Flag) List() string {
	if f.Many {
		return strings.Join(Names(f.All), ", ")
	}
	return List(f.All)
}

// Want errs if none of all has the name: want a, b or c.
func Want(name string, all iter.Seq2[string, string]) error {
	if slices.Contains(Names(all), name) {
		return nil
	}
	return errors.Errorf("want %s", List(all))
}

// Split returns the names of a list, separated by commas and perhaps spaces. It errs if
// none of all has one of them, or if one is there twice.
func Split(list string, all iter.Seq2[string, string]) ([]string, error) {
	names := strings.Split(list, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if Want(names[i], all) != nil {
			return nil, errors.Errorf("of which %q is unknown, want one or more of %s", names[i], strings.Join(Names(all), ", "))
		}
		if slices.Contains(names[:i], names[i]) {
			return nil, errors.Errorf("which names %s twice, want each at most once", names[i])
		}
	}
	return names, nil
}
