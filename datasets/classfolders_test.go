package datasets

import (
	"bytes"
	"strings"
	"testing"

	"unroll/internal/filetest"
)

// Which folders of an archive or on disk are classes, and what is said of texts
// elsewhere. Files are names in order; a text says its name.
func TestRecordsClassFolders(t *testing.T) {
	for _, c := range []struct {
		name, files string
		onDisk      bool
		texts       bool // without labels
		want, said  string
		err         string
	}{
		{name: "at the top", files: "pos/1.txt pos/2.txt neg/1.txt", want: "pos/1.txt pos/2.txt neg/1.txt"},
		{name: "in a folder", files: "a/pos/1.txt a/neg/1.txt", want: "pos/1.txt neg/1.txt"},
		{name: "in a dot", files: "./pos/1.txt", want: "pos/1.txt"},
		{name: "in parts", files: "train/pos/1.txt test/pos/1.txt", want: "train/pos/1.txt test/pos/1.txt"},
		{name: "a text before them", files: "a/notes.txt a/pos/1.txt a/neg/1.txt", want: "pos/1.txt neg/1.txt", said: "a/notes.txt skipped because it is in no class folder"},
		{name: "texts around them", files: "notes.txt a/notes.txt a/pos/1.txt a/pos/more/1.txt a/neg/1.txt", want: "pos/1.txt neg/1.txt",
			said: "3 texts in no class folder skipped, the first is notes.txt"},
		{name: "texts below those at the top", files: "pos/1.txt neg/1.txt neg/more/1.txt", want: "pos/1.txt neg/1.txt", said: "neg/more/1.txt skipped because it is in no class folder"},
		{name: "no labels", files: "a/train/unsup/1.txt a/train/pos/1.txt", want: "train/pos/1.txt", said: "a/train/unsup/1.txt skipped because it is in no class folder"},
		{name: "one folder", files: "a/1.txt a/2.txt a/3.csv", err: "it holds no texts, want DIR/CLASS/*.txt, CLASS/*.txt or {train,test}/CLASS/*.txt; it has 2 texts in no class folder, 1 .csv"},
		{name: "one folder without labels", files: "a/1.txt a/2.txt", texts: true, want: "a/1.txt a/2.txt"},
		{name: "a folder on disk", onDisk: true, files: "pos/1.txt pos/more/1.txt neg/1.txt notes.txt README .git/x", want: "neg/1.txt pos/1.txt",
			said: "1 file skipped (1 README): texts end in .txt or have no extension|2 texts in no class folder skipped, the first is notes.txt"},
		{name: "parts on disk", onDisk: true, files: "train/pos/1.txt train/notes.txt other/1.txt", want: "train/pos/1.txt", said: "2 texts in no class folder skipped, the first is other/1.txt"},
		{name: "parts on disk without labels", onDisk: true, texts: true, files: "train/pos/1.txt train/notes.txt other/1.txt", want: "train/notes.txt train/pos/1.txt",
			said: "other/1.txt skipped because it is in no class folder"},
		{name: "texts alone on disk", onDisk: true, files: "1.txt 2.txt", err: "it holds no texts, want CLASS/*.txt or {train,test}/CLASS/*.txt; it has 2 texts in no class folder"},
	} {
		var files []string
		for _, name := range strings.Fields(c.files) {
			files = append(files, name, name)
		}
		path, name := "-", "standard input: "
		var notes []string
		o := RecordOptions{NoLabels: c.texts, Note: func(line string) { notes = append(notes, strings.TrimPrefix(line, name)) }}
		if c.onDisk {
			path = t.TempDir()
			name = path + ": "
			for i := 0; i < len(files); i += 2 {
				filetest.Write(t, path, map[string]string{files[i]: files[i+1]})
			}
		} else {
			o.Stdin = bytes.NewReader(filetest.TarOf(t, files...))
		}
		got := readAll(t, []string{path}, o)
		var ids []string
		for _, r := range got.Records {
			ids = append(ids, r.ID)
			if !strings.HasSuffix(r.Text, r.ID) || !strings.Contains(r.ID, r.Label) {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
		if strings.Join(ids, " ") != c.want || strings.Join(notes, "|") != c.said || strings.TrimPrefix(got.Error, name) != c.err {
			t.Errorf("%s: %q, said %q, error %q; want %q, %q, %q", c.name, ids, notes, got.Error, c.want, c.said, c.err)
		}
	}
}
