package moduletest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const noticeFile = "NOTICE"

// noticeHead is what NOTICE says before its lists.
const noticeHead = `unroll

The program sentiment, as go build makes it of cmd/sentiment, links the modules
below, each under its own license. The texts of the licenses, and the notices that
their authors ask to be kept, are in docs/third-party-licenses.txt: hand both files
on with the program.

Portions of this software are copyright (c) The FreeType Project
(www.freetype.org). All rights reserved.
`

// kinds are the licenses by words that only their texts have.
var kinds = []struct{ words, name string }{
	{"Apache License", "Apache-2.0"},
	{"Creative Commons Attribution", "CC-BY"},
	{"SIL OPEN FONT LICENSE", "OFL-1.1"},
	{"The FreeType Project LICENSE", "FTL"},
	{"GNU GENERAL PUBLIC LICENSE", "GPL"},
	{"Permission is hereby granted, free of charge", "MIT"},
	{"Redistribution and use in source and binary forms", "BSD"},
	{"This is free and unencumbered software", "Unlicense"},
}

// kindsOf returns the names of a module's licenses.
func kindsOf(t *testing.T, d dependency) string {
	t.Helper()
	var names []string
	text := strings.Join(strings.Fields(strings.Join(licenses(t, d), "\n")), " ")
	for _, k := range kinds {
		if strings.Contains(text, k.words) {
			names = append(names, k.name)
		}
	}
	if names == nil {
		t.Errorf("%s %s: its license is none that is known", d.path, d.version)
	}
	return strings.Join(names, ", ")
}

// fontsOf returns the packages that the program links on a platform and that hold a font, with
// their modules.
func fontsOf(t *testing.T, platform string) (fonts []string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}\t{{.ImportPath}}\t{{.EmbedFiles}}", "./cmd/sentiment")
	system, processor, _ := strings.Cut(platform, "/")
	cmd.Dir, cmd.Env, cmd.Stderr = root(t), append(os.Environ(), "GOOS="+system, "GOARCH="+processor), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) == 3 && f[0] != "" && (strings.Contains(f[2], ".ttf") || strings.Contains(f[2], ".otf") || strings.Contains(f[1], "/gofont/") || strings.Contains(f[2], "font_embed")) {
			fonts = append(fonts, strings.TrimPrefix(f[1], f[0]+"/")+" of "+f[0])
		}
	}
	return fonts
}

// TestNotice holds NOTICE to the modules that the program links on any platform, and to
// the fonts that it embeds. Run it with -update after a change of go.mod.
func TestNotice(t *testing.T) {
	var all []dependency
	var fonts []string
	for _, p := range platforms {
		all, fonts = append(all, linked(t, p)...), append(fonts, fontsOf(t, p)...)
	}
	slices.Sort(fonts)
	fonts = slices.Compact(fonts)
	if len(fonts) < 12 {
		t.Errorf("only %d fonts are found: %v", len(fonts), fonts)
	}
	var b strings.Builder
	b.WriteString(noticeHead + "\nModules\n\n")
	for _, d := range unique(all) {
		fmt.Fprintf(&b, "%s (%s)\n", d.path, kindsOf(t, d))
	}
	b.WriteString("\nFonts, and metrics of fonts, for pictures of curves\n\n")
	for _, f := range fonts {
		fmt.Fprintln(&b, f)
	}
	path := filepath.Join(root(t), noticeFile)
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not what is linked: go test ./internal/moduletest -run TestNotice -update", noticeFile)
	}
	if strings.Contains(b.String(), "(GPL)") {
		t.Error("a module is under the GPL alone")
	}
}
