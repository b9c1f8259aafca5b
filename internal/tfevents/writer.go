package tfevents

import (
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// Writer appends events to a file of its own. It is not safe for concurrent
// use. After an error nothing more is written, and every call returns the error.
type Writer struct {
	path string
	f    *os.File
	now  func() float64 // seconds since 1970
	buf  []byte         // whole records that are yet to be written
	err  error
}

// Create makes a file in dir, which is made if it is not there, and writes the
// event that every file begins with. Files that are there are left alone:
// TensorBoard reads those of a folder as one run, in the order of their names,
// which is that of their times. Errors name the folder or the file.
func Create(dir string) (*Writer, error) {
	return create(dir, func() float64 { return float64(time.Now().UnixNano()) / 1e9 })
}

func create(dir string, now func() float64) (*Writer, error) {
	if err := safefile.MkdirAll(dir); err != nil {
		return nil, errors.WithStack(err)
	}
	start := now()
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	path := filepath.Join(dir, "events.out.tfevents."+strconv.FormatInt(int64(start), 10)+"."+host)
	w := &Writer{path: path, now: now}
	// Another file of the same second gets a name that comes after the first.
	for i := 1; ; i++ {
		w.f, err = safefile.Create(w.path, false)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
		w.path = path + "." + strconv.Itoa(i)
	}
	if err != nil {
		return nil, errors.WithStack(err)
	}
	w.add(event(start, 0, eventVersion, []byte("brain.Event:2")))
	if err := w.Flush(); err != nil {
		w.f.Close()
		return nil, err
	}
	return w, nil
}

// Path returns the file's path.
func (w *Writer) Path() string { return w.path }

// Scalar adds a value of the series tag, kept as a float32: that is what
// TensorBoard shows.
func (w *Writer) Scalar(tag string, step int64, v float64) error {
	return w.write(step, eventSummary, summary(tag, "scalars", scalar(float32(v))))
}

// Histogram adds the distribution of values to the series tag, in at most 30
// buckets. Values that are not finite are left out.
func (w *Writer) Histogram(tag string, step int64, values []float64) error {
	return w.write(step, eventSummary, summary(tag, "histograms", table(Buckets(values))))
}

// Graph adds the graph of the run, of which a folder has one.
func (w *Writer) Graph(nodes []Node) error {
	if err := check(nodes); err != nil {
		return errors.WithMessage(err, w.path)
	}
	return w.write(0, eventGraph, graph(nodes))
}

// write adds an event.
func (w *Writer) write(step int64, what number, data []byte) error {
	if w.err == nil {
		w.add(event(w.now(), step, what, data))
	}
	return w.err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// mask is LevelDB's: a CRC of what holds CRCs is a poor one.
func mask(data []byte) uint32 {
	c := crc32.Checksum(data, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// add frames a record.
func (w *Writer) add(data []byte) {
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	w.buf = append(w.buf, head...)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, mask(head))
	w.buf = append(w.buf, data...)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, mask(data))
}

// Flush hands the events to the operating system: they are in the file even if
// the program is killed afterwards.
func (w *Writer) Flush() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	_, err := safefile.To(w.f).Write(w.buf)
	w.buf = w.buf[:0]
	w.err = errors.WithStack(err)
	return w.err
}

// Close flushes and closes the file.
func (w *Writer) Close() error {
	err := w.Flush()
	if closed := w.f.Close(); err == nil {
		err = errors.WithStack(closed)
	}
	if w.err == nil {
		w.err = errors.Errorf("write %s: the file is closed", w.path)
	}
	return err
}
