package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// programName is the program without a model inside.
const programName = "sentiment"

// program is what the running program is called.
func (a *app) program() string { return cmp.Or(a.name, programName) }

// open looks whether the running program has a model inside. What is damaged there is an
// error, whatever the command.
func (a *app) open() (err error) {
	if a.inside, err = bundle.Own(); a.inside != "" {
		a.name = strings.TrimSuffix(filepath.Base(a.inside), ".exe")
	}
	return err
}

// about tells what the model inside is called, and what it says of texts.
func (a *app) about() (name, labels string, err error) {
	name, of, err := classifier.LoadTaskFS(bundle.Files, a.inside)
	if err != nil {
		return "", "", err
	}
	switch n := len(of.Classes); {
	case n == 0:
		labels = "estimates numbers"
	case n > 10:
		labels = fmt.Sprintf("%d labels, among them %s", n, show.List(of.Classes[:10]))
	default:
		labels = "labels " + show.List(of.Classes)
	}
	return name, labels, nil
}

// within makes the model inside the program that of the commands: those that use a model
// take it where none is named.
func (a *app) within(root *cobra.Command) error {
	name, labels, err := a.about()
	if err != nil {
		return err
	}
	root.Version += fmt.Sprintf("\nmodel %s: %s", name, labels)
	var using []string
	for _, c := range root.Commands() {
		if a.takes(c) {
			using = append(using, c.Name())
		}
	}
	root.Short = "Use the model inside, " + name
	root.Long = fmt.Sprintf(`Holds a model inside, %s: %s.
The commands %s use it.

It is the program sentiment of unroll, and its other commands are here as well.`, name, labels, show.List(using))
	root.Example = fmt.Sprintf("  %[1]s predict \"a wonderful film\"\n  %[1]s predict < texts.txt\n  %[1]s serve", a.program())
	root.ResetFlags()
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return nil
}

var exampleRun = regexp.MustCompile(` runs/latest(/\w+)?`)

// takes makes a command take the model inside in place of its DIR, if it has one. Where
// texts follow it, no DIR can be named: they would be taken for it.
func (a *app) takes(c *cobra.Command) bool {
	before, after, _ := strings.Cut(c.Use, " ")
	dir, after, more := strings.Cut(after, " ")
	if dir != "DIR" && c.Name() != "summary" {
		return false
	}
	args, runE := c.Args, c.RunE
	with := func(given []string) []string {
		if more || len(given) == 0 && (dir == "DIR" || c.Flags().NFlag() == 0) {
			return append([]string{a.inside}, given...)
		}
		return given
	}
	c.Args = func(c *cobra.Command, given []string) error { return args(c, with(given)) }
	c.RunE = func(c *cobra.Command, given []string) error { return runE(c, with(given)) }
	c.Example = strings.ReplaceAll(exampleRun.ReplaceAllString(c.Example, ""), programName+" ", a.program()+" ")
	switch {
	case more:
		c.Use = before + " " + after
		c.Long = "Takes the model inside this program for DIR, which is left out.\n\n" + c.Long
	case dir == "DIR":
		c.Use = before + " [DIR]"
		c.Long = "Without DIR it takes the model inside this program.\n\n" + c.Long
	default:
		c.Long = "Without FILE and flags it takes the model inside this program.\n\n" + c.Long
	}
	return true
}
