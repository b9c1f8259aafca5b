package datasets

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"unroll/internal/choice"
)

// charset is how texts are written as bytes.
type charset struct {
	name    string
	decoder encoding.Encoding // nil for UTF-8
	mark    int               // bytes of the byte order mark that it was told by
}

var utf8Charset = charset{name: "utf-8"}

// encodings are those to tell people of, with the spellings that the WHATWG's list of
// all, which htmlindex has, lacks.
var encodings = choice.Table[[]string]{
	{Name: "utf-8", Help: "all languages", Value: []string{"utf-8-sig"}},
	{Name: "utf-16", Help: "all languages, as Windows' Unicode text"},
	{Name: "windows-1252", Help: "Western Europe; latin1 is the same"},
	{Name: "windows-1250", Help: "Central Europe"},
	{Name: "windows-1251", Help: "Cyrillic"},
	{Name: "koi8-r", Help: "Russian"},
	{Name: "euc-kr", Help: "Korean; cp949 is the same", Value: []string{"cp949", "ms949", "uhc", "euckr"}},
	{Name: "shift_jis", Help: "Japanese", Value: []string{"cp932"}},
	{Name: "gbk", Help: "Chinese, simplified", Value: []string{"cp936"}},
	{Name: "big5", Help: "Chinese, traditional", Value: []string{"cp950"}},
	{Name: "macintosh", Help: "old Macintoshes", Value: []string{"mac-roman"}},
}

// Encodings yields the names of encodings with what they are for: the usual ones, for
// every other name of the WHATWG's Encoding Standard is known too.
func Encodings() iter.Seq2[string, string] { return encodings.All() }

var (
	codePage   = regexp.MustCompile(`^cp-?(125\d|874)$`)
	withNumber = regexp.MustCompile(`^(utf|latin)-?(\d.*)$`)
	dashAfter  = map[string]string{"utf": "-", "latin": ""}
)

// charsetByName finds an encoding by a name of the WHATWG's Encoding Standard, or
// by one that other programs have for it, such as cp949 or latin-1. "" is UTF-8.
func charsetByName(name string) (charset, error) {
	plain := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-")
	if m := codePage.FindStringSubmatch(plain); m != nil {
		plain = "windows-" + m[1]
	}
	if m := withNumber.FindStringSubmatch(plain); m != nil {
		plain = m[1] + dashAfter[m[1]] + m[2]
	}
	for _, e := range encodings {
		if slices.Contains(e.Value, plain) {
			plain = e.Name
		}
	}
	if plain == "" || plain == "utf-8" {
		return utf8Charset, nil
	}
	e, err := htmlindex.Get(plain)
	if err != nil {
		e, err = htmlindex.Get(strings.ToLower(strings.TrimSpace(name))) // some names have an underscore
	}
	if err != nil || e == encoding.Replacement {
		return charset{}, errors.Errorf("the encoding %q is not known, want a name such as %s", name, choice.List(Encodings()))
	}
	canonical, err := htmlindex.Name(e)
	if err != nil || canonical == "utf-8" {
		return utf8Charset, nil
	}
	return charset{name: canonical, decoder: e}, nil
}

// CheckEncoding errs if there is no encoding of a name.
func CheckEncoding(name string) error {
	_, err := charsetByName(name)
	return err
}

// decodeText decodes a whole text. say is what to tell people of the encoding.
func decodeText(data []byte, name string) (text, say string, err error) {
	c, say, err := detectCharset(data, true, name)
	if err != nil {
		return "", "", err
	}
	data = data[c.mark:]
	if c.decoder == nil {
		return string(data), say, nil
	}
	if data, err = c.decoder.NewDecoder().Bytes(data); err == nil && bytes.ContainsRune(data, utf8.RuneError) {
		err = errors.Errorf("it is not %s", c.name)
	}
	return string(data), say, err
}

// Decoder reads text as UTF-8 whose lines end in \n, or \r\n, whatever it is encoded in
// and whichever way its lines end, see lineEnds.
type Decoder struct {
	in      *bufio.Reader
	out     io.Reader
	name    string
	charset charset
	table   bool // perhaps; it waits for more to tell the encoding by, and see lineEnds
	note    func(string)
}

// lineSize is how much of a line with a carriage return in it is looked at.
const lineSize = 64 << 10

// NewDecoder returns a reader of in, whose encoding is one of the WHATWG's
// Encoding Standard; "" tells it by the first bytes that come, as Records does.
// note, if not nil, is told if that is not UTF-8, and if lines end in \r alone: that is
// if the first does, and no \n comes in the next 64 KiB. What is
// held to be UTF-8 is not checked, see CheckUTF8. It errs if there is no such encoding.
func NewDecoder(in io.Reader, encoding string, note func(line string)) (*Decoder, error) {
	if note == nil {
		note = func(string) {}
	}
	return &Decoder{in: bufio.NewReaderSize(in, lineSize), name: encoding, note: note}, CheckEncoding(encoding)
}

// Read implements io.Reader. It waits for no more bytes than it needs.
func (d *Decoder) Read(p []byte) (int, error) {
	if d.out == nil {
		head, all := comeSoFar(d.in)
		if d.table {
			var end error
			head, end = d.in.Peek(headSize)
			all = end == io.EOF
		}
		c, say, err := detectCharset(head, all, d.name)
		if err != nil {
			return 0, err
		}
		d.charset = c
		if say != "" {
			d.note(say)
		}
		d.out = &lineEnds{in: bufio.NewReaderSize(d.charset.reader(d.in), lineSize), table: d.table, note: d.note}
	}
	return d.out.Read(p)
}

// comeSoFar peeks at what can be read without waiting, once there is enough to see
// a byte order mark, and no half of a letter of UTF-16. It tells if that is known to be
// all.
func comeSoFar(in *bufio.Reader) (head []byte, all bool) {
	_, err := in.Peek(1)
	head, _ = in.Peek(in.Buffered())
	for err == nil && (beginsMark(head) || len(head)%2 == 1 && bytes.IndexByte(head, 0) >= 0) {
		_, err = in.Peek(len(head) + 1)
		head, _ = in.Peek(in.Buffered())
	}
	return head, err == io.EOF
}

// reader decodes in, which stands at the byte order mark, if there is one.
func (c charset) reader(in *bufio.Reader) io.Reader {
	in.Discard(c.mark)
	if c.decoder == nil {
		return in
	}
	return c.decoder.NewDecoder().Reader(in)
}
