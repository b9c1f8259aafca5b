package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"io/fs"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/input"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
)

// A file of grams, numbers being unsigned varints unless told otherwise:
//
//	gramMagic
//	length of the head, gramHead as JSON
//	for each kind: number of counts; for each count, falling: the count, how many
//	    grams have it, and their hashes, rising, 8 bytes each in little-endian order,
//	    or if they have fewer bits, see Grams.Short, as appendShort writes them
//	SHA-256 of all before
const gramMagic = "unroll grams\n"

// gramVersion counts the changes of the file: 2 may be a part of what was learned, and have
// short hashes; 3 is sortedVersion. Newer files are refused.
const gramVersion = 2

type gramHead struct {
	Version int `json:"version"`
	GramConfig
	Texts int  `json:"texts"`
	Part  bool `json:"part,omitempty"` // see Grams.Only
	Bits  int  `json:"bits,omitempty"` // of a hash, see Grams.Short; 0 is 64
}

// MarshalBinary writes the grams: 8 bytes each, see Short for fewer, and little more. It
// errs if there are none.
func (g *Grams) MarshalBinary() ([]byte, error) {
	if g.Len() == 0 {
		return nil, errors.New("there are no grams")
	}
	if err := g.inMemory(); err != nil {
		return nil, err
	}
	head, err := json.Marshal(gramHead{gramVersion, g.config, g.texts, g.part, g.bits})
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(head)+8*len(g.counts)+1<<12)
	out = append(out, gramMagic...)
	out = binary.AppendUvarint(out, uint64(len(head)))
	out = append(out, head...)
	rest := g.counts
	for k := range g.index {
		hashes := g.index[k].hashes
		counts := rest[:len(hashes)]
		rest = rest[len(hashes):]
		runs := countRuns(counts)
		out = binary.AppendUvarint(out, uint64(len(runs)))
		for _, run := range runs {
			out = binary.AppendUvarint(out, uint64(run.count))
			out = binary.AppendUvarint(out, uint64(run.size))
			some := hashes[:run.size]
			hashes = hashes[run.size:]
			if g.bits > 0 {
				out = appendShort(out, some, g.bits)
				continue
			}
			for _, h := range some {
				out = binary.LittleEndian.AppendUint64(out, h)
			}
		}
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...), nil
}

// countRuns divides counts, falling, into runs of equal ones.
func countRuns(counts []int32) (runs []gramRun) {
	for i, count := range counts {
		if i == 0 || count != counts[i-1] {
			runs = append(runs, gramRun{count: int(count)})
		}
		runs[len(runs)-1].size++
	}
	return runs
}

// UnmarshalBinary reads what MarshalBinary or MarshalSorted wrote. It refuses newer
// versions, and anything that could not have been learned.
func (g *Grams) UnmarshalBinary(data []byte) error {
	return g.read(bytes.Clone(data), false)
}

// read is UnmarshalBinary of data that it may keep. It does not look at all of it if that
// has been checked.
func (g *Grams) read(data []byte, checked bool) error {
	body, ok := bytes.CutPrefix(data, []byte(gramMagic))
	if !ok {
		return errors.New("it holds no grams")
	}
	r := gramReader{rest: body}
	var head gramHead
	if err := jsonfile.Decode(r.bytes(r.number(math.MaxInt32)), sortedVersion, &head); err != nil && r.err == nil {
		return errors.WithMessage(err, "it holds no grams that can be read")
	}
	if r.err != nil || len(r.rest) < sha256.Size {
		return errCut
	}
	signed := data[:len(data)-sha256.Size]
	sum := make(chan bool, 1)
	go func() { // which takes as long as the rest
		is := [sha256.Size]byte(data[len(signed):])
		sum <- checked || sha256.Sum256(signed) == is
	}()
	r.rest = r.rest[:len(r.rest)-sha256.Size]
	var read *Grams
	var err error
	if head.Version == sortedVersion {
		read, err = r.sorted(head, !checked)
	} else {
		read, err = r.grams(head)
	}
	if !<-sum {
		return errors.New("it is damaged: its checksum does not match")
	}
	if err != nil {
		return err
	}
	*g = *read
	return nil
}

// Save writes the grams to path. An existing file is replaced whole or not at all, as
// Encoder.Save does.
func (g *Grams) Save(path string) error {
	data, err := g.MarshalBinary()
	if err == nil {
		err = safefile.Write(path, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	}
	return errors.WithMessage(err, "saving grams")
}

// LoadGrams reads grams that Save wrote. The error names the file and what is wrong
// with it: missing, empty, cut short, damaged, of a newer version.
func LoadGrams(path string) (*Grams, error) { return LoadGramsFS(safefile.Disk, path) }

// LoadGramsFS is LoadGrams from a file system, such as what a program embeds.
func LoadGramsFS(fsys fs.FS, path string) (*Grams, error) {
	data, err := safefile.ReadFS(fsys, path, safefile.Room())
	if err != nil {
		return nil, errors.Wrapf(input.Reason(err), "loading grams from %s", path)
	}
	if len(data) == 0 {
		return nil, errors.Errorf("loading grams from %s: it is empty", path)
	}
	g := new(Grams)
	if err := g.read(data, safefile.Checked(fsys, path)); err != nil {
		return nil, errors.WithMessagef(err, "loading grams from %s", path)
	}
	return g, nil
}
