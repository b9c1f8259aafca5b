package signature

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"unroll/internal/jsonfile"
)

// FuzzSigned: whatever a list of files says, signed with the key that is required or not,
// only a file whose content is in a list with the right signature is read.
func FuzzSigned(f *testing.F) {
	private, public := keys(f)
	const content = "content"
	for _, doc := range []string{
		`{"version":1,"files":{"a/model.json":"` + sum([]byte(content)) + `"},"signature":""}`,
		`{"version":1,"files":{"model.json":"` + sum([]byte(content)) + `","gone":"00"},"signature":"AAAA"}`,
		`{"version":1,"files":{"../model.json":"","a\nb":"\"","a/model.json":"ab"},"signature":"=="}`,
		`{"version":2}`, `{"version":1,"files":null,"signature":null}`, `{`,
	} {
		for _, path := range []string{"run/a/model.json", "run/model.json", "./run/../model.json", "/"} {
			f.Add([]byte(doc), path, true)
			f.Add([]byte(doc), path, false)
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte, path string, sealed bool) {
		var s signed
		if sealed && json.Unmarshal(doc, &s) == nil {
			s.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(private, s.message()))
			doc, _ = json.Marshal(s)
		}
		if json.Valid(doc) {
			if whole, err := jsonfile.Marshal(json.RawMessage(doc)); err == nil {
				doc = whole
			}
		}
		files := fstest.MapFS{"run/a/model.json": {Data: []byte(content)}, "run/model.json": {Data: []byte(content)}, "run/" + File: {Data: doc}}
		data, err := NewFS(files, public).ReadFile(path)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(path, "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		var back signed
		if jsonfile.Unmarshal(doc, version, &back) != nil {
			t.Fatalf("%q is read, by a list that is damaged: %s", path, doc)
		}
		signature, err := base64.StdEncoding.DecodeString(back.Signature)
		if err != nil || !ed25519.Verify(public, back.message(), signature) || back.Files[strings.TrimPrefix(path, "run/")] != sum(data) {
			t.Errorf("%q is read by %s", path, doc)
		}
	})
}
