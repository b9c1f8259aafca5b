package main

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"unroll/internal/jsonfile"
)

// checksum is what jsonfile.Write puts at the end of a file.
var checksum = regexp.MustCompile(`,\s*"sha256": "[0-9a-f]{64}"\s*}\s*$`)

// edit replaces the first match of a pattern in a file of the program, and makes the
// checksum that of what it says then.
func edit(t *testing.T, path, pattern, by string) {
	t.Helper()
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := regexp.MustCompile(pattern).FindIndex(doc)
	if at == nil {
		t.Fatalf("%s has no %s", path, pattern)
	}
	text := string(doc[:at[0]]) + by + string(doc[at[1]:])
	if err := jsonfile.Write(path, json.RawMessage(checksum.ReplaceAllString(text, "}"))); err != nil {
		t.Fatal(err)
	}
}
