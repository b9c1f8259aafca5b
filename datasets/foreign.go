package datasets

import (
	"bytes"
	"strings"

	"github.com/pkg/errors"
)

// foreign are the first bytes of files that people mistake for text, and what to
// do with them.
var foreign = []struct{ magic, name, remedy string }{
	{"PK\x03\x04", "a zip archive or a spreadsheet", ""},
	{"%PDF", "a PDF document", ""},
	{"\xd0\xcf\x11\xe0", "a document of old Word or Excel", ""},
	{"{\\rtf", "a document in RTF", ""},
	{"\x89PNG", "an image (PNG)", ""},
	{"\xff\xd8\xff", "an image (JPEG)", ""},
	{"GIF8", "an image (GIF)", ""},
	{"\xfd7zX", "compressed with xz", ": unpack it first"},
	{"BZh", "compressed with bzip2", ": unpack it first"},
	{"7z\xbc\xaf", "a 7-Zip archive", ": unpack it first"},
	{"Rar!", "a RAR archive", ": unpack it first"},
	{"PAR1", "Parquet", ""},
	{"SQLite format 3", "an SQLite database", ""},
}

// foreignFormat returns an error that names what begins with head, if that is no
// text.
func foreignFormat(head []byte) error {
	for _, f := range foreign {
		if !strings.HasPrefix(string(head[:min(len(head), 16)]), f.magic) {
			continue
		}
		if f.magic == "PK\x03\x04" && len(head) > 30 {
			switch {
			case bytes.Contains(head, []byte("word/")):
				f.name = "a Word document"
			case bytes.Contains(head, []byte("xl/")):
				f.name, f.remedy = "an Excel workbook", ": save it as CSV"
			case bytes.Contains(head, []byte("[Content_Types].xml")):
				f.name = "a document of Word or Excel"
			default:
				f.name, f.remedy = "a zip archive", ": unpack it first"
			}
		}
		return errors.Errorf("it is %s, want text%s", f.name, f.remedy)
	}
	return nil
}
