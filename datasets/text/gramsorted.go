package text

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"

	"unroll/internal/large"
)

// sortedVersion is that of a file in which grams are found where they lie, so that a program
// starts without reading all of them. After the head come, as unsigned varints where no size
// is told:
//
//	for each kind: number of counts; for each count, falling: the count, how many grams have it
//	for each kind: hashes, rising, 8 bytes each
//	for each kind: the number of each of these, 4 bytes each; both little-endian
//	SHA-256 of all before
//
// It has 12 bytes a gram, where MarshalBinary has 8.
const sortedVersion = 3

// sortedGrams are the grams of a kind in a file, in the order of their hashes.
type sortedGrams struct{ hashes, numbers []byte }

func (s sortedGrams) len() int          { return len(s.numbers) / 4 }
func (s sortedGrams) hash(i int) uint64 { return binary.LittleEndian.Uint64(s.hashes[8*i:]) }
func (s sortedGrams) number(i int) int  { return int(binary.LittleEndian.Uint32(s.numbers[4*i:])) }

// find returns the number of a gram + 1, 0 if it is not kept. Hashes lie about where their
// share of all numbers of 64 bits is, for n of them some √n places off, so that one or two
// pages of the file are read.
func (s sortedGrams) find(h uint64) int32 {
	n := s.len()
	share, _ := bits.Mul64(h, uint64(n))
	lo := int(share) // of what is left
	hi := lo
	for step := 256; lo > 0 && s.hash(lo) > h; step *= 2 {
		hi, lo = lo, max(0, lo-step)
	}
	for step := 256; hi < n && s.hash(hi) <= h; step *= 2 {
		lo, hi = hi, min(n, hi+step)
	}
	for hi-lo > 1 {
		if middle := int(uint(lo+hi) / 2); s.hash(middle) <= h {
			lo = middle
		} else {
			hi = middle
		}
	}
	if lo < n && s.hash(lo) == h {
		if number := s.number(lo); number < n { // a file may say anything
			return int32(number + 1)
		}
	}
	return 0
}

// gramsInPlace are grams in such a file.
type gramsInPlace struct {
	sorted [kinds]sortedGrams
	runs   [kinds][]gramRun

	looked atomic.Int64 // up, see crowded
	once   sync.Once
	err    error
	whole  atomic.Bool // the tables in memory are made
}

// gramRun are grams that as many texts have.
type gramRun struct{ count, size int }

func (p *gramsInPlace) len() int { return p.sorted[ofWords].len() + p.sorted[ofChars].len() }

// crowded counts n more grams to be looked up, and reports whether there were so many that
// tables in memory, which find them faster, are worth the time to make them.
func (p *gramsInPlace) crowded(n int) bool {
	return p.whole.Load() || p.looked.Add(int64(n)) > int64(p.len())
}

// inMemory makes the tables of grams that were read in place only. It errs if these are not
// what MarshalSorted writes.
func (g *Grams) inMemory() error {
	p := g.place
	if p == nil {
		return nil
	}
	p.once.Do(func() {
		p.err = g.fill()
		p.whole.Store(p.err == nil)
	})
	return p.err
}

// fill makes the tables, and looks at each gram.
func (g *Grams) fill() error {
	for _, runs := range g.place.runs {
		for _, run := range runs {
			g.counts = append(g.counts, slices.Repeat([]int32{int32(run.count)}, run.size)...)
		}
	}
	for k, s := range g.place.sorted {
		hashes, err := s.byNumber(g.place.runs[k], g.HashBits())
		if err == nil {
			err = g.index[k].build(hashes, g.HashBits())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// byNumber returns the hashes in the order of the numbers, of which each must be there once,
// and hashes must rise, also among those of a count.
func (s sortedGrams) byNumber(runs []gramRun, width int) ([]uint64, error) {
	hashes, seen := large.Make[uint64](s.len()), make([]bool, s.len())
	for i := range seen {
		h, number := s.hash(i), s.number(i)
		switch {
		case i > 0 && h <= s.hash(i-1):
			return nil, errors.New("its grams are out of order")
		case h&^upper(width) != 0:
			return nil, errors.Errorf("its hashes have more than %d bits", width)
		case number >= len(seen) || seen[number]:
			return nil, errors.Errorf("it holds the number %d twice, or too few grams for it", number)
		}
		seen[number], hashes[number] = true, h
	}
	rest := hashes
	for _, run := range runs {
		if !slices.IsSorted(rest[:run.size]) {
			return nil, errors.Errorf("its grams of %d texts are out of order", run.count)
		}
		rest = rest[run.size:]
	}
	return hashes, nil
}

// findSorted is find in a file.
func (r *gramRuns) findSorted(s sortedGrams, known uint64, k kind, units []uint64, n int, closed bool) {
	clear(r.ids[:n])
	for i := range n {
		h := k.seed
		for length := 1; length <= k.max && i+length <= len(units); length++ {
			h = chain(h, units[i+length-1])
			if length < k.min {
				continue
			}
			number := s.find(h & known)
			r.ids[i][length-1] = number
			if number == 0 && closed {
				break
			}
		}
	}
}

// MarshalSorted is MarshalBinary with 12 bytes a gram, in the order in which they are looked
// for. LoadGramsFS reads next to nothing of such a file at the start, if the file system
// keeps it in memory and has checked it, see safefile.Checked.
func (g *Grams) MarshalSorted() ([]byte, error) {
	if g.Len() == 0 {
		return nil, errors.New("there are no grams")
	}
	if err := g.inMemory(); err != nil {
		return nil, err
	}
	head, err := json.Marshal(gramHead{sortedVersion, g.config, g.texts, g.part, g.bits})
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(head)+12*g.Len()+1<<12), gramMagic...)
	out = append(binary.AppendUvarint(out, uint64(len(head))), head...)
	rest := g.counts
	var order [kinds][]int32
	for k := range g.index {
		hashes := g.index[k].hashes
		runs := countRuns(rest[:len(hashes)])
		rest = rest[len(hashes):]
		out = binary.AppendUvarint(out, uint64(len(runs)))
		for _, run := range runs {
			out = binary.AppendUvarint(binary.AppendUvarint(out, uint64(run.count)), uint64(run.size))
		}
		order[k] = make([]int32, len(hashes))
		for i := range hashes {
			order[k][i] = int32(i)
		}
		slices.SortFunc(order[k], func(a, b int32) int {
			if hashes[a] < hashes[b] {
				return -1
			}
			return 1 // no two are equal
		})
	}
	for k := range order {
		for _, number := range order[k] {
			out = binary.LittleEndian.AppendUint64(out, g.index[k].hashes[number])
		}
	}
	for k := range order {
		for _, number := range order[k] {
			out = binary.LittleEndian.AppendUint32(out, uint32(number))
		}
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...), nil
}

// sorted makes grams of what is behind the head of a sorted file. Those that are not asked
// for whole are left where they are, and nothing is looked at but how many there are.
func (r *gramReader) sorted(head gramHead, whole bool) (*Grams, error) {
	g, err := head.grams()
	if err != nil {
		return nil, err
	}
	p := &gramsInPlace{}
	g.place = p
	var sizes [kinds]int
	for k := range sizes {
		last := head.Texts + 1
		for range r.number(math.MaxInt32) {
			run := gramRun{r.number(head.Texts), r.number(math.MaxInt32)}
			if err := r.checkRun(run.count, run.size, last); err != nil {
				return nil, err
			}
			if sizes[k] += run.size; sizes[k] > len(r.rest) {
				return nil, errCut
			}
			last = run.count
			p.runs[k] = append(p.runs[k], run)
		}
	}
	for k, n := range sizes {
		p.sorted[k].hashes = r.bytes(8 * n)
	}
	for k, n := range sizes {
		p.sorted[k].numbers = r.bytes(4 * n)
	}
	if r.err != nil {
		return nil, r.err
	}
	all := 0
	for k, n := range sizes {
		least := head.Texts
		if runs := p.runs[k]; len(runs) > 0 {
			least = runs[len(runs)-1].count
		}
		if err := g.checkKind(k, n, all, least); err != nil {
			return nil, err
		}
		all += n
	}
	if err := r.end(all); err != nil || !whole {
		return g, err
	}
	err = g.fill()
	g.place = nil
	return g, err
}
