package moduletest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// guides returns README.md and the guides in docs.
func guides(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no guides in docs: %v", err)
	}
	return append(files, filepath.Join(root(t), "README.md"))
}

var (
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fence = regexp.MustCompile("(?s)```.*?```")
)

// TestKorean: the Korean page shows the same code and output.
func TestKorean(t *testing.T) {
	var blocks [2][]string
	for i, name := range []string{"README.md", "docs/README.ko.md"} {
		text, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		blocks[i] = fence.FindAllString(string(text), -1)
	}
	if !slices.Equal(blocks[0], blocks[1]) {
		t.Errorf("the blocks of the README and of the Korean page differ:\n%s\n%s", blocks[0], blocks[1])
	}
}

// TestResults: the figures that the README shows are those of bench/RESULTS.md.
func TestResults(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := os.ReadFile(filepath.Join(root(t), "bench", "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## Results\n")
	section, _, _ = strings.Cut(section, "\n## ")
	figures := 0
	for line := range strings.Lines(section) {
		cells := strings.SplitN(line, "|", 3) // nothing, what is measured, figures
		if len(cells) < 3 || !strings.ContainsAny(cells[2], "0123456789") {
			continue
		}
		for cell := range strings.SplitSeq(strings.NewReplacer("*", "", ",", "", " to ", "|").Replace(cells[2]), "|") {
			if cell = strings.TrimSpace(cell); cell == "" {
				continue
			}
			figures++
			if !strings.Contains(string(results), "| "+cell+" |") {
				t.Errorf("bench/RESULTS.md has no %s: %s", cell, line)
			}
		}
	}
	if figures < 20 {
		t.Errorf("%d figures found in the README", figures)
	}
}

// TestLinks: what the guides link to within the repository is there, and the
// README links to every guide.
func TestLinks(t *testing.T) {
	linked := map[string]bool{}
	for _, guide := range guides(t) {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(string(text), ""), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			target = filepath.Join(filepath.Dir(guide), target)
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", guide, m[1], err)
			}
			if filepath.Base(guide) == "README.md" {
				linked[target] = true
			}
		}
	}
	for _, guide := range guides(t) {
		if filepath.Base(guide) != "README.md" && !linked[guide] {
			t.Errorf("the README does not link to %s", guide)
		}
	}
}
