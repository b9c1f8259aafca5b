package nn

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEveryLayerIsInTheTableOfMasks: what a layer makes of masks is told.
func TestEveryLayerIsInTheTableOfMasks(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "# Masks")
	for name, typ := range types {
		if _, ok := zeroOf(typ).(Layer); ok && typ.PkgPath() == "unroll/nn" && !regexp.MustCompile(`\b`+name+`\b`).MatchString(table) {
			t.Errorf("%s is not in the table of masks", name)
		}
	}
}
