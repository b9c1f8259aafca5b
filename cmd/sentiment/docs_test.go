package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/terminal"
)

// commandLines matches the program in a line of a guide, alone, in a pipe or in the
// shell's <( ).
var commandLines = regexp.MustCompile(`(?:^|[|$;(] ?)(?:go run \./cmd/sentiment|sentiment)((?: .*?)?)\)?$`)

// TestGuidesCommands parses every command line in README.md and the guides, with
// the checks that need no data: commands, arguments and flags exist.
func TestGuidesCommands(t *testing.T) {
	guides, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, guide := range append(guides, "../../README.md") {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		block, inside := false, false // inside: a block of commands, which names no language
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "```") {
				block = !block
				inside = block && line == "```"
				continue
			}
			m := commandLines.FindStringSubmatch(line)
			if !inside || m == nil {
				continue
			}
			lines++
			if err := parseOnly(shellWords(m[1])); err != nil {
				t.Errorf("%s:%d: %s: %v", guide, i+1, strings.TrimSpace(line), err)
			}
		}
	}
	if lines < 25 {
		t.Errorf("only %d command lines were found", lines)
	}
}

// parseOnly checks a command line as the program would, and runs nothing.
func parseOnly(args []string) error {
	var out bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &terminal.Output{Writer: &out}, err: &out, say: &out}
	root := a.command()
	for _, c := range append(root.Commands(), root) {
		if c.RunE != nil {
			c.RunE = func(*cobra.Command, []string) error { return nil }
		}
	}
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	return root.ExecuteContext(context.Background())
}

var shellWord = regexp.MustCompile(`"([^"]*)"|'([^']*)'|([^\s"']+)`)

// shellWords splits the arguments of a command up to a comment, a pipe or a file.
func shellWords(line string) []string {
	args := []string{}
	for _, m := range shellWord.FindAllStringSubmatch(line, -1) {
		if strings.ContainsAny(m[3], "|<>#&;") {
			break
		}
		args = append(args, m[1]+m[2]+m[3])
	}
	return args
}
