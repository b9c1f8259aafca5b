package run

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/drift"
	"unroll/internal/jsonfile"
	"unroll/internal/report"
	"unroll/internal/safefile"
)

// FuzzFiles: whatever a file of a run says, with a checksum that is right, it is refused by
// its path, or what the program does with it first can be done, and it is written and read
// as itself.
func FuzzFiles(f *testing.F) {
	dir := f.TempDir()
	kinds := []struct {
		name string
		read func() (any, error)
		use  func(v any)
	}{
		{StateFile, func() (any, error) {
			r := &Run{Resume: dir, Dir: dir}
			finished, err := r.load()
			return runState{runVersion, r.Plan, finished, r.Command, r.process, r.digests}, err
		}, func(v any) { s := v.(runState); s.Settings.From = ""; _, _, _ = s.Settings.Check() }},
		{settingsFile, func() (any, error) { return readTraining(safefile.Disk, filepath.Join(dir, settingsFile)) }, func(any) {}},
		{trialsFile, func() (any, error) { return readTrials(filepath.Join(dir, trialsFile)) }, func(any) {}},
		{ResultsFile, func() (any, error) { return readRunResults(dir) }, func(v any) { v.(*Results).print(io.Discard) }},
		{ReportData, func() (any, error) { return ReadReport(dir) }, func(v any) { _ = report.Write(io.Discard, v.(report.Report)) }},
		{profileFile, func() (any, error) { return readProfile(dir) }, func(v any) {
			before := v.(*drift.Profile)
			now := &drift.Profile{}
			now.Learn([][]string{{"a", "film"}, {"b"}}, before)
			now.Answered(nil, before)
			_ = drift.Compare(before, now).String()
		}},
	}
	for i, seeds := range [][]string{
		{`{"version":1,"settings":{"data":"sample","skip_top":5,"models":"auto","rnn":"auto","epochs":2,"batch":32,"seed":1},"finished":true,"command":"x","data":[]}`,
			`{"version":1,"settings":{"data":["a.csv"],"format":"csv","skip_bad":"all","split":"group","group_column":"g","text_column":["a","b"],"epochs":1,"batch":1,"models":"","class_weight":"a=1","optimizer":"adam","lr":1e-3,"schedule":"cosine","clip":1}}`},
		{`{"version":3,"data":["sample"],"seed":1,"batch":32}`, `{"version":3,"data":[],"imported":"x","batch":32,"trial":{"texts":1,"score":0.5,"factor":1,"steps":3}}`},
		{`{"version":1,"made":[{"block":"words","c":1,"texts":1,"score":0.5,"factor":1,"steps":3}]}`, `{"version":1,"made":null}`},
		{`{"version":1,"data":"x","seed":1,"experiments":[{"name":"a","parameters":9,"train_samples":3,"validation_samples":2,"epochs":[{"loss":0.5,"seconds":1}],"weights_epoch":1,"evaluate":{"accuracy":0.5,"loss":null}}]}`, `{"version":1,"folds":3}`},
		{`{"version":1,"title":"x","runs":[{"name":"a","experiments":[{"name":"b"}]}]}`},
		{`{"version":1,"texts":3,"lengths":{"edges":[1,2],"shares":[0.2,0.3,0.5],"n":3},"quartiles":[1,2,3],"unknown":0.1,"words":{"film":0.5},"labels":{"a":1},"answers":{"a":1},"scores":{"edges":[0.5],"shares":[0.5,0.5],"n":3},"mean":0.5}`},
	} {
		for _, doc := range seeds {
			f.Add(uint8(i), []byte(doc))
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, doc []byte) {
		k := kinds[int(kind)%len(kinds)]
		path := filepath.Join(dir, k.name)
		if !json.Valid(doc) || jsonfile.Write(path, json.RawMessage(doc)) != nil {
			return // which the fuzz target of jsonfile is for
		}
		v, err := k.read()
		if err != nil {
			if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		k.use(v)
		before, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		if err := jsonfile.Write(path, json.RawMessage(before)); err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		back, err := k.read()
		if err != nil {
			t.Fatalf("%s became %s: %v", doc, before, err)
		}
		if after, _ := json.Marshal(back); string(after) != string(before) {
			t.Errorf("%s became %s, and that %s", doc, before, after)
		}
	})
}
