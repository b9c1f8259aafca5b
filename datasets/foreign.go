package datasets

import (
	"bytes"
	"regexp"

	"github.com/pkg/errors"
)

// foreign are the first bytes of files that people mistake for text, and what to
// do with them.
var foreign = []struct{ magic, name, remedy string }{
	{"PK\x03\x04", "a zip archive or a spreadsheet", ""},
	{"PK\x05\x06", "an empty zip archive", ""},
	{"%PDF-", "a PDF document", ""},
	{"\xd0\xcf\x11\xe0", "a document of old Word or Excel", ""},
	{"{\\rtf", "a document in RTF", ""},
	{"\x89PNG", "an image (PNG)", ""},
	{"\xff\xd8\xff", "an image (JPEG)", ""},
	{"GIF87a", "an image (GIF)", ""},
	{"GIF89a", "an image (GIF)", ""},
	{"\xfd7zX", "compressed with xz", ": unpack it first"},
	{"BZh", "compressed with bzip2", ": unpack it first"},
	{"\x04\x22\x4d\x18", "compressed with LZ4", ": unpack it first"},
	{"\x1f\x9d", "compressed with compress", ": unpack it first"},
	{"7z\xbc\xaf", "a 7-Zip archive", ": unpack it first"},
	{"Rar!\x1a", "a RAR archive", ": unpack it first"},
	{"PAR1\x15", "a Parquet file", ": save it as CSV"},
	{"ARROW1\x00", "an Arrow file", ": save it as CSV"},
	{"\x89HDF", "an HDF5 file", ": save it as CSV"},
	{"\x93NUMPY", "a NumPy array", ": save it as CSV"},
	{"SQLite format 3\x00", "an SQLite database", ""},
}

// bzip2 tells its files from texts about one BZhang.
var bzip2 = regexp.MustCompile(`^BZh[1-9]1AY`)

// foreignFormat returns an error that names what begins with head, if that is no
// text.
func foreignFormat(head []byte) error {
	for _, f := range foreign {
		if !bytes.HasPrefix(head, []byte(f.magic)) || f.magic == "BZh" && !bzip2.Match(head) {
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
			case bytes.Contains(head, []byte("opendocument.spreadsheet")):
				f.name, f.remedy = "an OpenDocument spreadsheet", ": save it as CSV"
			case bytes.Contains(head, []byte("opendocument.text")):
				f.name = "an OpenDocument text"
			default:
				f.name, f.remedy = "a zip archive", ": unpack it first"
			}
		}
		return errors.Errorf("it is %s, want text%s", f.name, f.remedy)
	}
	return nil
}
