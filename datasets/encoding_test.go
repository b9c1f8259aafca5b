package datasets

import (
	"archive/tar"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/pkg/errors"
	"pgregory.net/rapid"

	"unroll/internal/filetest"
)

// alphabets are the letters that texts in each encoding are made of.
var alphabets = map[string]string{
	"windows-1252": "ab é ß £ ’ “ – €", "latin1": "ab é ß £", "euc-kr": "ab 가 나 영 화 긍 정", "utf-16": "ab é 영 👍", "utf-16le": "ab é 영 👍",
	"utf-16be": "ab é 영 👍", "shift_jis": "ab あ い 映 画", "utf-8": "ab é 영 👍",
}

// Whatever the encoding, a table, lines, a folder and an archive are read the same.
func TestRecordsEncodings(t *testing.T) {
	for name, of := range alphabets {
		t.Run(name, func(t *testing.T) {
			c, err := charsetByName(name)
			if err != nil {
				t.Fatal(err)
			}
			encode := func(s string) []byte {
				if c.decoder == nil {
					return []byte(s)
				}
				b, err := c.decoder.NewEncoder().Bytes([]byte(s))
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			text := rapid.StringOfN(rapid.RuneFrom([]rune(of)), 1, 20, -1).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
			rapid.Check(t, func(r *rapid.T) {
				texts := rapid.SliceOfN(text, 1, 5).Draw(r, "texts")
				var csv, tsv, jsonl, fast strings.Builder
				csv.WriteString("text,label\n")
				tsv.WriteString("text\tlabel\n")
				var archived bytes.Buffer
				tw := tar.NewWriter(&archived)
				for i, s := range texts {
					csv.WriteString("\"" + s + "\",x\n")
					tsv.WriteString(s + "\tx\n")
					line, err := json.Marshal(map[string]string{"text": s, "label": "x"})
					if err != nil {
						r.Fatal(err)
					}
					jsonl.Write(append(line, '\n'))
					fast.WriteString("__label__x " + s + "\n")
					data := encode(s)
					if err := tw.WriteHeader(&tar.Header{Name: "a/x/" + string(rune('0'+i)) + ".txt", Typeflag: tar.TypeReg, Size: int64(len(data))}); err != nil {
						r.Fatal(err)
					}
					tw.Write(data)
				}
				tw.Close()
				for format, data := range map[string][]byte{
					"csv": encode(csv.String()), "tsv": encode(tsv.String()), "jsonl": encode(jsonl.String()), "fasttext": encode(fast.String()), "folder": archived.Bytes(),
				} {
					o := RecordOptions{Format: format, Encoding: name, Stdin: iotest.HalfReader(bytes.NewReader(data))}
					i := 0
					for rec, err := range Records(t.Context(), []string{"-"}, o) {
						if err != nil || i == len(texts) || rec.Text != texts[i] || rec.Label != "x" {
							r.Fatalf("%s: record %d is %+v, %v, want %q", format, i, rec, err, texts)
						}
						i++
					}
					if i != len(texts) {
						r.Fatalf("%s: %d records, want %d", format, i, len(texts))
					}
				}
			})
		})
	}
}

// What is guessed, what is said, and what an error offers.
func TestDetectCharset(t *testing.T) {
	for _, c := range []struct{ data, encoding, name, say, offer string }{
		{data: "plain", name: "utf-8"},
		{data: "é 영", name: "utf-8"},
		{data: "\xef\xbb\xbfa", name: "utf-8"},
		{data: "\xef\xbb\xbfa", encoding: "euc-kr", name: "utf-8", say: "its byte order mark says that it is utf-8 and not euc-kr"},
		{data: "\xff\xfea\x00", name: "utf-16le", say: "read as utf-16le, as its byte order mark says"},
		{data: "\xfe\xff\x00a", name: "utf-16be", say: "read as utf-16be, as its byte order mark says"},
		{data: "\xff\xfe\x00\x00a\x00\x00\x00", name: "utf-32le", say: "read as utf-32le, as its byte order mark says"},
		{data: "a\x00b\x00,\x00", name: "utf-16le", say: "it is not UTF-8: read as utf-16le, which its beginning looks like"},
		{data: "a\x00b\n\n", name: "utf-8"},
		{data: "a\x00b\n", name: "utf-8"},
		{data: "\x00\r\n\r\n", name: "utf-8"},
		{data: "\x00\n\r\n", name: "utf-8"},
		{data: "\x00a\x00b\x00,", name: "utf-16be", say: "it is not UTF-8: read as utf-16be, which its beginning looks like"},
		{data: "a nul \x00 in much text", name: "utf-8"},
		{data: "I\x92m at home and don\x92t wait \x96 win \xa3100 cash", name: "windows-1252", say: "it is not UTF-8: read as windows-1252, which its beginning looks like"},
		{data: "caf\xe9 cr\xe8me, a text", name: "utf-8", offer: "windows-1252"},
		{data: "\xc1\xf6\xb7\xe7\xc7\xd1 \xbf\xb5\xc8\xad", name: "utf-8", offer: "euc-kr"},
		{data: "\x82\xa0\x82\xa2\x82\xa4\x82\xa6", name: "utf-8", offer: "shift_jis"},
		{data: "\xa3\xb3d\xbc, Polish, and \xb3 again", name: "utf-8", offer: "windows-1252"},
		{data: "win \xe5\xa31000 \x89\xdb\xaas", name: "utf-8", offer: "windows-1252"},
		{data: "é", encoding: "latin1", name: "windows-1252", say: "it looks like UTF-8, but is read as windows-1252, as told"},
		{data: "\xe9", encoding: "latin1", name: "windows-1252"},
	} {
		got, say, err := detectCharset([]byte(c.data), true, c.encoding)
		if err != nil || got.name != c.name || say != c.say {
			t.Errorf("%q: %s, %q, %v; want %s, %q", c.data, got.name, say, err, c.name, c.say)
		}
		var e *EncodingError
		if offered := errors.As(CheckUTF8(c.data), &e); c.offer != "" && (!offered || e.Likely != c.offer) {
			t.Errorf("%q: the error is %v, want it to offer %s", c.data, e, c.offer)
		}
	}
}

func TestCharsetNames(t *testing.T) {
	for name, want := range map[string]string{
		"": "utf-8", "UTF8": "utf-8", "utf-8-sig": "utf-8", "Windows-1252": "windows-1252", "cp1252": "windows-1252", "CP-1252": "windows-1252",
		"latin-1": "windows-1252", "Latin1": "windows-1252", "ISO-8859-1": "windows-1252", "iso8859_1": "windows-1252", "latin2": "iso-8859-2", "cp949": "euc-kr", "EUC-KR": "euc-kr",
		"euc_kr": "euc-kr", "ks_c_5601-1987": "euc-kr", "uhc": "euc-kr", "utf16": "utf-16le", "utf-16": "utf-16le", "UTF_16BE": "utf-16be", "sjis": "shift_jis", "cp1251": "windows-1251",
	} {
		if got, err := charsetByName(name); err != nil || got.name != want {
			t.Errorf("%q is %s, %v, want %s", name, got.name, err, want)
		}
	}
	for _, name := range []string{"nope", "utf-7", "iso-2022-kr", "1252"} {
		if err := CheckEncoding(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

// Bytes that an encoding lacks make a bad row, and are never read as U+FFFD.
func TestRecordsNotInEncoding(t *testing.T) {
	data := "text,label\n\xc1\xf6\xb7\xe7,x\ngood\xff,x\n"
	got := readAll(t, []string{"-"}, RecordOptions{Encoding: "euc-kr", SkipBad: SkipAll, Stdin: strings.NewReader(data)})
	if len(got.Records) != 1 || got.Records[0].Text != "지루" || len(got.Skipped) != 1 || !strings.HasSuffix(got.Skipped[0], "it is not euc-kr") {
		t.Errorf("%+v", got)
	}
}

// A folder's texts are decoded one by one, and what is guessed is told once.
func TestRecordsFolderEncodings(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{"c/1.txt": "don\x92t, I said", "c/2.txt": "plain", "c/3.txt": "it\x92s not", "d/1.txt": "\xff\xfea\x00"})
	var notes []string
	got := readAll(t, []string{dir}, RecordOptions{Note: func(line string) { notes = append(notes, line) }})
	want := dir + ": 2 texts: it is not UTF-8: read as windows-1252, which its beginning looks like|" + dir + ": 1 text: read as utf-16le, as its byte order mark says"
	if len(got.Records) != 4 || got.Records[0].Text != "don’t, I said" || got.Records[3].Text != "a" || strings.Join(notes, "|") != want {
		t.Errorf("%+v, notes %q, want %q", got, notes, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "d", "2.txt"), []byte("\xc1\xf6\xb7\xe7"), 0o644); err != nil {
		t.Fatal(err)
	}
	got = readAll(t, []string{dir}, RecordOptions{})
	if !strings.HasSuffix(got.Error, "d/2.txt: it is not UTF-8 but perhaps euc-kr") {
		t.Errorf("error %q", got.Error)
	}
}

// newLines is what a decoder makes of the line ends of text.
func newLines(text string) string {
	if strings.Contains(text, "\n") || !strings.Contains(strings.TrimRight(text, "\r"), "\r") {
		return text
	}
	return strings.ReplaceAll(text, "\r", "\n")
}

// A decoder waits for no more than a mark, gives what decodeText gives, with \n for \r
// where there is no \n, and never more alphabets than bytes.
func FuzzDecoder(f *testing.F) {
	names := []string{"", "utf-16", "utf-16be", "windows-1252", "euc-kr", "shift_jis", "gb18030", "utf-8"}
	for i, seed := range []string{"a\n", "\xff\xfea\x00", "\xfe", "\xef\xbb", "\xef\xbb\xbfé", "don\x92t do", "\xc1\xf6\xb7", "\x00a\x00b", "\xff\xfe\x00\x00\x01\xd8", "a\rb\r\nc\n", "\r\r\nb\rc", "0000\x00"} {
		f.Add([]byte(seed), byte(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, name byte) {
		encoding := names[int(name)%len(names)]
		d, err := NewDecoder(bytes.NewReader(data), encoding, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(d)
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := decodeText(data, encoding)
		want = newLines(want)
		if len(data) < 4096 && string(got) != want && (err == nil || utf8.ValidString(want)) {
			t.Fatalf("%s: %q, want %q (%v)", encoding, got, want, err)
		}
		one, err := NewDecoder(iotest.OneByteReader(bytes.NewReader(data)), cmp.Or(encoding, "utf-8"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if bytewise, err := io.ReadAll(one); err != nil || encoding != "" && !bytes.Equal(bytewise, got) {
			t.Fatalf("%s: byte by byte %q, %v, want %q", encoding, bytewise, err, got)
		}
	})
}
