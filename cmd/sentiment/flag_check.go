package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/usage"
)

// check refuses the first flag that has no effect.
func (l line) check() (err error) {
	l.flags.Visit(func(f *pflag.Flag) {
		if v, e := strconv.ParseFloat(f.Value.String(), 64); err == nil && e == nil && v == 0 && slices.Contains(notZero, f.Name) {
			err = usage.Errorf("--%s is %v, want more than 0", f.Name, f.Value)
		}
		if f.Name == "early-stop" && strings.HasPrefix(f.Value.String(), "-") && err == nil { // −1 means in the settings that it was not given
			err = usage.Errorf("--%s is %v, want at least 0", f.Name, f.Value)
		}
		if l.has("from") && slices.Contains(keptFrom, f.Name) && err == nil {
			err = usage.Errorf("--%s has no effect with --from, which keeps the model as it was trained", f.Name)
		}
		if r := flagRules[f.Name]; r != nil && err == nil {
			if why := r(l); why != "" {
				err = usage.Errorf("--%s has no effect %s", f.Name, why)
			}
		}
	})
	return err
}

// strict makes a command refuse flags that are given twice or have no effect.
func strict(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		_, list := f.Value.(pflag.SliceValue)
		_, done := f.Value.(*single) // the program and its command train share their flags
		if !list && !done {
			f.Value = &single{Value: f.Value}
		}
	})
	name, run := c.Name(), c.RunE
	if !c.HasParent() {
		name = "train"
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := (line{name, c.Flags(), len(args)}).check(); err != nil {
			return err
		}
		if err := requireSignature(c.Flags()); err != nil {
			return err
		}
		return run(c, args)
	}
}
