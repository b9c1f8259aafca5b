package callbacks

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
	"unroll/train"
)

// CSVLogger writes a line for each epoch into a file: the epoch and the logs, in
// the order of their names. A log that an epoch does not have, as between two
// validations, is an empty field. Each line is on the disk when the epoch ends.
//
// A run that is resumed goes on in its file, and writes the lines of epochs that
// it does again once. Values stand under their own names always: if the file is of
// a run with other logs, or a callback adds one, the header grows by the new names, and
// the lines above have empty fields there. A line that was cut off in the middle is
// taken away. Keras: CSVLogger, whose epochs count from 0 and which writes NA for
// what is missing.
type CSVLogger struct {
	Path   string
	Append bool // go on with a file of an earlier run

	columns []string // "epoch" and the logs
}

// Handle implements train.Callback.
func (l *CSVLogger) Handle(e *train.Event) error {
	return errors.WithMessage(l.handle(e), "csv_logger")
}

func (l *CSVLogger) handle(e *train.Event) error {
	switch e.Kind {
	case train.TrainBegin:
		return l.begin(e)
	case train.EpochEnd:
	default:
		return nil
	}
	if info, err := os.Stat(l.Path); os.IsNotExist(err) || err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		l.columns = nil // also if somebody has moved the file away
	}
	if err := l.widen(e.LogNames()); err != nil {
		return err
	}
	line := []string{strconv.Itoa(e.Epoch)}
	for _, name := range l.columns[1:] {
		text := ""
		if v, ok := e.Logs[name]; ok {
			text = strconv.FormatFloat(v, 'g', -1, 64)
		}
		line = append(line, text)
	}
	return appendTo(l.Path, csvOf(line))
}

// begin opens the file.
func (l *CSVLogger) begin(e *train.Event) error {
	l.columns = nil
	text, err := openLog(l.Path, e, l.Append)
	if err != nil || len(text) == 0 {
		return err
	}
	rows, err := csvRows(l.Path, text)
	if err != nil {
		return err
	}
	keep := len(rows)
	if goesOn(e, l.Append) {
		keep = linesBefore(len(rows), 1, e.Epoch, func(i int) (int, bool) {
			epoch, err := strconv.Atoi(rows[i][0])
			return epoch, err == nil
		})
	}
	l.columns = rows[0]
	return rewrite(l.Path, text, []byte(csvOf(rows[:keep]...)))
}

// csvRows reads the rows of a log, the first of which is its header.
func csvRows(path string, text []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(text))
	rows, err := r.ReadAll()
	if err != nil {
		return nil, errors.Wrapf(err, "%s is not a log that can be continued", path)
	}
	if len(rows) == 0 || rows[0][0] != "epoch" {
		return nil, errors.Errorf("%s is not a log that can be continued: its first column is not epoch", path)
	}
	return rows, nil
}

// widen makes the file's header have all the names.
func (l *CSVLogger) widen(names []string) error {
	columns := slices.Clone(l.columns)
	if columns == nil {
		columns = []string{"epoch"}
	}
	for _, name := range names {
		if !slices.Contains(columns[1:], name) {
			columns = append(columns, name)
		}
	}
	if len(columns) == len(l.columns) {
		return nil
	}
	first := l.columns == nil
	l.columns = columns
	if first {
		return appendTo(l.Path, csvOf(columns))
	}
	text, err := safefile.ReadFile(l.Path, safefile.Room())
	if err != nil {
		return errors.WithStack(err)
	}
	rows, err := csvRows(l.Path, text)
	if err != nil {
		return err
	}
	rows[0] = columns
	for i, row := range rows {
		rows[i] = append(row, make([]string, len(columns)-len(row))...)
	}
	return rewrite(l.Path, text, []byte(csvOf(rows...)))
}

func csvOf(rows ...[]string) string {
	var b bytes.Buffer
	_ = csv.NewWriter(&b).WriteAll(rows) // into memory
	return b.String()
}
