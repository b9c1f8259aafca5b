package linear_test

import (
	"bufio"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// published are texts that are no part of the project.
const published = "../../../shared/data"

// texts are those of a file and their classes, in the order of their labels.
type texts struct {
	texts   []string
	class   []int32
	classes int
}

// readTexts reads a file of labels and texts, with a header.
func readTexts(t testing.TB, name string) texts {
	t.Helper()
	f, err := os.Open(filepath.Join(published, "text", name))
	if os.IsNotExist(err) {
		t.Skipf("SKIPPED: the recipe is NOT tested on texts; there is no %s", filepath.Join(published, "text", name))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	var d texts
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		label, text, _ := strings.Cut(lines.Text(), "\t")
		labels, d.texts = append(labels, label), append(d.texts, text)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	labels, d.texts = labels[1:], d.texts[1:]
	names := slices.Compact(slices.Sorted(slices.Values(labels)))
	for _, l := range labels {
		class, _ := slices.BinarySearch(names, l)
		d.class = append(d.class, int32(class))
	}
	d.classes = len(names)
	return d
}

// grams numbers words 1 to 3 and characters 1 to 5 of texts.
type grams struct {
	ids map[uint64]int32
}

func (g *grams) id(hash uint64) int32 {
	id, ok := g.ids[hash]
	if !ok {
		id = int32(len(g.ids))
		g.ids[hash] = id
	}
	return id
}

// bags returns the ids of words, and behind those the ids of characters, if asked for.
func bags(all []string, characters bool) (bags [][]int32, columns, split int) {
	g := grams{map[uint64]int32{}}
	for _, text := range all {
		bags = append(bags, g.words(prepared(text)))
	}
	split = len(g.ids)
	if characters {
		for i, text := range all {
			bags[i] = append(bags[i], g.characters(prepared(text))...)
		}
	}
	return bags, len(g.ids), split
}

var tag = regexp.MustCompile(`<[/a-zA-Z][^<>]{0,60}>`)

func prepared(text string) []rune {
	return []rune(norm.NFC.String(strings.ToLower(tag.ReplaceAllString(text, " "))))
}

func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

func letter(r rune) bool {
	return r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N)
}

func (g *grams) words(text []rune) (ids []int32) {
	tokens := []uint64{1}
	for i := 0; i < len(text); {
		if unicode.IsSpace(text[i]) {
			i++
			continue
		}
		h := mix(uint64(text[i]) + 100)
		single := !letter(text[i])
		for i++; !single && i < len(text); i++ {
			apostrophe := (text[i] == '\'' || text[i] == '’') && i+1 < len(text) && letter(text[i+1])
			if !letter(text[i]) && !apostrophe {
				break
			}
			h = mix(h*31 + uint64(text[i]))
		}
		tokens = append(tokens, h)
	}
	tokens = append(tokens, 2)
	for i := range tokens {
		h := uint64(0)
		for _, token := range tokens[i:min(i+3, len(tokens))] {
			h = mix(h*0x9E3779B97F4A7C15 + token)
			ids = append(ids, g.id(h))
		}
	}
	return ids
}

func (g *grams) characters(text []rune) (ids []int32) {
	z := []rune(" " + strings.Join(strings.Fields(string(text)), " ") + " ")
	for i := range z {
		h := uint64(0x5555)
		for _, r := range z[i:min(i+5, len(z))] {
			h = mix(h*31 + uint64(r))
			ids = append(ids, g.id(h))
		}
	}
	return ids
}
