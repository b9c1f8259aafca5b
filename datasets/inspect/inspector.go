// Package inspect tells what to know of texts before training: duplicates, leaks
// between the parts, labels that contradict each other, lengths, words.
package inspect

import (
	"crypto/sha256"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/datasets"
)

// Inspector looks at the texts of a dataset one by one, for what a person should
// know before training. It keeps no text, but two hashes of 128 bits and the ID of
// each, and a count of each word. It is not safe for concurrent use.
type Inspector struct {
	// Examples is how many cases of each kind the report names. New
	// sets it to 5; it is not changed after the first Add.
	Examples int

	tokens func(text string) iter.Seq[[]byte]

	report  Report
	lengths map[int]int         // texts by their number of tokens
	labels  map[int]int         // texts by their number of labels
	exact   map[textHash]uint64 // the parts that hold a text, as bits
	folded  map[textHash]copies // of the texts without case and white space
	leaks   map[[2]int]*Leak    // by parts
	words   map[string]int      // a word's index in counts
	counts  []WordCount         // by first appearance
	buffer  []byte
}

// textHash is the first half of a text's SHA-256: that any two of a billion texts
// share one has a probability below 10⁻²⁰.
type textHash [16]byte

func hashText(text []byte) textHash {
	sum := sha256.Sum256(text)
	return textHash(sum[:])
}

// copies is what is known of the texts that are equal after folding.
type copies struct {
	first    string   // ID
	hash     textHash // of the first, as it is
	label    string   // of the first
	part     int      // of the first
	parts    uint64   // that hold one, as bits
	conflict bool     // one has another label
}

// maxParts is the number of bits that tell a text's parts.
const maxParts = 64

// New returns an inspector that counts the words which tokens yields. A
// word need only be valid until the next.
func New(tokens func(text string) iter.Seq[[]byte]) *Inspector {
	return &Inspector{
		Examples: 5,
		tokens:   tokens,
		lengths:  map[int]int{},
		labels:   map[int]int{},
		exact:    map[textHash]uint64{},
		folded:   map[textHash]copies{},
		leaks:    map[[2]int]*Leak{},
		words:    map[string]int{},
	}
}

// Add looks at a text. part is "train", "test" or the like, label its class; both
// may be empty. id names the text in the report, such as "reviews.csv:12". It errs
// for more than 64 parts.
func (in *Inspector) Add(id, part, label, text string) error {
	return in.add(id, part, []string{label}, text)
}

// AddLabels is Add of a text that has any number of labels, none twice. Texts that are
// the same have the same ones if these are equal in any order.
func (in *Inspector) AddLabels(id, part string, labels []string, text string) error {
	in.report.Several = true
	return in.add(id, part, labels, text)
}

func (in *Inspector) add(id, part string, labels []string, text string) error {
	p := slices.IndexFunc(in.report.Parts, func(r Part) bool { return r.Name == part })
	if p < 0 {
		p = len(in.report.Parts)
		if p == maxParts {
			return errors.Errorf("inspecting %s: %q is one part more than %d", id, part, maxParts)
		}
		in.report.Parts = append(in.report.Parts, Part{Name: strings.Clone(part), Classes: map[string]int{}})
	}
	id = strings.Clone(id) // a part of a text would keep it in memory
	in.report.Texts++
	in.report.Parts[p].Texts++
	for _, label := range labels {
		in.report.Parts[p].Classes[strings.Clone(label)]++
	}
	label := strings.Join(slices.Sorted(slices.Values(labels)), ", ")
	in.labels[len(labels)]++
	if in.count(id, text) > 0 { // empty texts are no copies of each other
		in.compare(id, p, label, text)
	}
	return nil
}

// Bad counts a row that is passed over.
func (in *Inspector) Bad(b *datasets.BadRow) {
	reason := b.Reason.Error()
	i := slices.IndexFunc(in.report.Bad, func(r BadReason) bool { return r.Reason == reason })
	if i < 0 && len(in.report.Bad) == maxReasons {
		reason = "other reasons"
		i = slices.IndexFunc(in.report.Bad, func(r BadReason) bool { return r.Reason == reason })
	}
	if i < 0 {
		i = len(in.report.Bad)
		in.report.Bad = append(in.report.Bad, BadReason{Reason: reason})
	}
	r := &in.report.Bad[i]
	if r.Rows++; len(r.First) < in.Examples {
		r.First = append(r.First, b.Path+": "+b.Place)
	}
}

// maxReasons is how many reasons are told apart: those of JSON name what they saw.
const maxReasons = 50

// count counts a text's tokens and returns their number.
func (in *Inspector) count(id, text string) (n int) {
	for w := range in.tokens(text) {
		n++
		i, ok := in.words[string(w)]
		if !ok {
			i = len(in.counts)
			in.counts = append(in.counts, WordCount{Word: string(w)})
			in.words[in.counts[i].Word] = i
		}
		in.counts[i].Count++
	}
	in.lengths[n]++
	in.report.Tokens += n
	if n > in.report.Longest.Tokens {
		in.report.Longest = Longest{ID: id, Tokens: n}
	}
	if n == 0 {
		in.report.Empty.Texts++
		if len(in.report.Empty.First) < in.Examples {
			in.report.Empty.First = append(in.report.Empty.First, id)
		}
	}
	return n
}

// compare looks for earlier texts that are the same.
func (in *Inspector) compare(id string, p int, label, text string) {
	bit := uint64(1) << p
	part := &in.report.Parts[p]

	in.buffer = append(in.buffer[:0], text...)
	hash := hashText(in.buffer)
	before := in.exact[hash]
	in.exact[hash] = before | bit
	if before&bit != 0 {
		part.Duplicates.Exact++
	}
	in.leak(before, p, func(_ int, l *Leak) { l.Exact++ })

	in.buffer = foldText(in.buffer[:0], text)
	folded := hashText(in.buffer)
	c, ok := in.folded[folded]
	if !ok {
		in.folded[folded] = copies{first: id, hash: hash, label: label, part: p, parts: bit}
		return
	}
	pair := Pair{First: c.first, Again: id, Exact: c.hash == hash}
	if c.parts&bit != 0 {
		part.Duplicates.Folded++
		if c.part == p {
			in.name(&part.Duplicates, pair)
		}
	}
	in.leak(c.parts, p, func(q int, l *Leak) {
		l.Folded++
		if q == c.part {
			in.name(&l.Copies, pair)
		}
	})
	if c.label != label && !datasets.SameNumber(c.label, label) && !c.conflict {
		c.conflict = true
		in.report.Conflicts.Texts++
		if len(in.report.Conflicts.First) < in.Examples {
			in.report.Conflicts.First = append(in.report.Conflicts.First, Conflict{Pair: pair, Labels: [2]string{c.label, label}})
		}
	}
	c.parts |= bit
	in.folded[folded] = c
}

// name notes a pair of copies while few are named.
func (in *Inspector) name(c *Copies, p Pair) {
	if len(c.First) < in.Examples {
		c.First = append(c.First, p)
	}
}

// leak calls f for each part q that holds a text, if part p did not hold it so far.
func (in *Inspector) leak(parts uint64, p int, f func(q int, l *Leak)) {
	if parts&(1<<p) != 0 {
		return
	}
	for q := range in.report.Parts {
		if parts&(1<<q) == 0 {
			continue
		}
		key := [2]int{min(p, q), max(p, q)}
		if in.leaks[key] == nil {
			in.leaks[key] = &Leak{Parts: [2]string{in.report.Parts[key[0]].Name, in.report.Parts[key[1]].Name}}
		}
		f(q, in.leaks[key])
	}
}

// foldText appends text in lower case, with each run of white space made one space
// and none at the ends.
func foldText(b []byte, text string) []byte {
	space := false
	for _, r := range text {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space && len(b) > 0 {
			b = append(b, ' ')
		}
		space = false
		b = utf8.AppendRune(b, unicode.ToLower(r))
	}
	return b
}
