package main

import (
	"strconv"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/usage"
)

// single is the value of a flag that may be given but once.
type single struct {
	pflag.Value
	given bool
}

var errTwice = errors.New("it is given twice")

// Set implements pflag.Value.
func (v *single) Set(text string) error {
	if v.given {
		return errTwice
	}
	v.given = true
	return v.Value.Set(text)
}

// flagError puts an error of a flag into words.
func flagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && errors.Is(err, errTwice) {
		return usage.Errorf("--%s is given twice", invalid.GetFlag().Name)
	}
	if invalid == nil {
		return usage.Wrap(err)
	}
	f := invalid.GetFlag()
	want := map[string]string{
		"int": "a whole number", "uint64": "a whole number of at least 0", "int64": "a whole number",
		"float64": "a number", "bool": "true or false", "duration": "a duration such as 500ms or 10s",
	}[f.Value.Type()]
	if want == "" { // a value of our own, whose error says it
		return usage.Errorf("--%s is %q, %v", f.Name, invalid.GetValue(), errors.Unwrap(invalid))
	}
	return usage.Errorf("--%s is %q, want %s", f.Name, invalid.GetValue(), want)
}

// optional is the value of a flag whose 0 is not the same as none.
type optional struct{ to **float64 }

// String implements pflag.Value.
func (v *optional) String() string {
	if v.to == nil || *v.to == nil {
		return ""
	}
	return strconv.FormatFloat(**v.to, 'g', -1, 64)
}

// Set implements pflag.Value.
func (v *optional) Set(text string) error {
	number, err := strconv.ParseFloat(text, 64)
	*v.to = &number
	return err
}

// Type implements pflag.Value.
func (v *optional) Type() string { return "float64" }
