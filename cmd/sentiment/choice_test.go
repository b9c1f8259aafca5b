package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"unroll/internal/choice"
)

// eachFlag calls f for each flag of each command, with the words that name the command.
func eachFlag(f func(path []string, flag *pflag.Flag)) {
	for _, c := range everyCommand() {
		var path []string
		if c.HasParent() {
			path = []string{c.Name()}
		}
		c.Flags().VisitAll(func(flag *pflag.Flag) { f(path, flag) })
	}
}

// listed matches a list of names in the help of a flag: x: a, b or c.
var listed = regexp.MustCompile(`(?:: |such as )[^ ,()]+(?:, [^ ,()]+)*(?: or|,) [^ ,()]+`)

// TestListsInHelpAreChoices: a flag whose help lists names has them as its table, and
// the help lists all of it.
func TestListsInHelpAreChoices(t *testing.T) {
	noNames := map[string]string{ // lists of something else
		"vectors":      "the kinds of files, which are told by their content",
		"data":         "names and paths",
		"class-weight": "a name, or pairs",
	}
	found := map[string]bool{}
	eachFlag(func(path []string, f *pflag.Flag) {
		of := choiceOf(f)
		if list := listed.FindString(f.Usage); (list != "") != (of != nil) && noNames[f.Name] == "" {
			t.Errorf("%q: --%s has the list %q in its help, and a table: %v", path, f.Name, list, of != nil)
		}
		if of == nil {
			return
		}
		found[f.Name] = true
		if of.Known == nil && !strings.Contains(f.Usage, of.List()) {
			t.Errorf("%q: the help of --%s is %q, want in it %s", path, f.Name, f.Usage, of.List())
		}
	})
	if len(found) != 14 {
		t.Errorf("the flags with tables are %v", found)
	}
}

// TestChoicesRefuseOtherNames: the error tells the flag, the value and the names.
func TestChoicesRefuseOtherNames(t *testing.T) {
	eachFlag(func(path []string, f *pflag.Flag) {
		of := choiceOf(f)
		if of == nil {
			return
		}
		status, stdout, stderr := command("", append(path, "--"+f.Name+"=no-such-name")...)
		checkFailure(t, status, exitUsage, stdout, stderr, "--"+f.Name+` is "no-such-name", `)
		if !strings.Contains(stderr, "want") || !strings.Contains(stderr, of.List()) {
			t.Errorf("%q: of --%s it says %q, want in it %s", path, f.Name, stderr, of.List())
		}
		status, stdout, stderr = command("", append(path, "--"+f.Name+"=", "--no-such-flag")...)
		want := "unknown flag: --no-such-flag" // for nothing given is what it stands for
		if f.DefValue != "" || of.Many {
			want = "--" + f.Name + ` is "", `
		}
		checkFailure(t, status, exitUsage, stdout, stderr, want)
	})
}

// TestChoicesAreCompleted: the shells are offered all names, each once in a list.
func TestChoicesAreCompleted(t *testing.T) {
	offered := func(path []string, flag, begun string) (names []string) {
		for line := range strings.Lines(succeedQuietly(t, append(append([]string{"__complete"}, path...), "--"+flag, begun)...)) {
			if name, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); !strings.HasPrefix(name, ":") {
				names = append(names, name)
			}
		}
		return names
	}
	eachFlag(func(path []string, f *pflag.Flag) {
		of := choiceOf(f)
		if of == nil {
			return
		}
		names := choice.Names(of.All)
		if got := offered(path, f.Name, ""); strings.Join(got, " ") != strings.Join(names, " ") {
			t.Errorf("%q: --%s completes to %q, want %q", path, f.Name, got, names)
		}
		if of.Many {
			want := names[0] + "," + strings.Join(names[1:], " "+names[0]+",")
			if got := offered(path, f.Name, names[0]+","); strings.Join(got, " ") != want {
				t.Errorf("%q: --%s %s, completes to %q, want %s", path, f.Name, names[0], got, want)
			}
		}
	})
}
