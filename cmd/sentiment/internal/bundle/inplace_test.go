package bundle

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
)

// TestInPlace: a file is where it lies what it is if it is read, begins at an aligned place
// wherever the program ends, and is the caller's own.
func TestInPlace(t *testing.T) {
	for kind, program := range programs() {
		path := with(t, program)
		for _, f := range model {
			data, err := inPlace(path, f.Name)
			if errors.Is(err, errors.ErrUnsupported) {
				t.Skip("SKIPPED, THIS SYSTEM MAPS NO FILES: that they are read in place is not tested")
			}
			if err != nil || !bytes.Equal(data, f.Data) {
				t.Fatalf("%s: %s is %q, want %q; %v", kind, f.Name, data, f.Data, err)
			}
			data[0]++
			if again, err := inPlace(path, f.Name); err != nil || !bytes.Equal(again, f.Data) {
				t.Errorf("%s: %s is %q after the caller wrote into it; %v", kind, f.Name, again, err)
			}
			if got, err := Files.ReadFile(filepath.Join(path, f.Name)); err != nil || !bytes.Equal(got, f.Data) {
				t.Errorf("%s: %s is read as %q; %v", kind, f.Name, got, err)
			}
			if whole, err := Files.ReadFile(path); err != nil || bytes.Index(whole, f.Data)%aligned != 0 {
				t.Errorf("%s: %s begins at %d; %v", kind, f.Name, bytes.Index(whole, f.Data), err)
			}
			if !Files.Checked(filepath.Join(path, f.Name)) {
				t.Errorf("%s: %s is not checked", kind, f.Name)
			}
		}
		for _, name := range []string{"none", ""} {
			if _, err := inPlace(path, name); err == nil {
				t.Errorf("%s: %q is there", kind, name)
			}
		}
		if Files.Checked(path) {
			t.Errorf("%s: a file of the disk is checked", kind)
		}
	}
	if _, err := inPlace(save(t, filepath.Join(t.TempDir(), "other"), []byte("no program")), "model.json"); err == nil {
		t.Error("a file is in no program")
	}
}
