package run

import "testing"

// TestBytes: what is set is written so that it can be set again.
func TestBytes(t *testing.T) {
	for text, want := range map[string]struct {
		bytes Bytes
		again string
	}{
		"512MB": {512 << 20, "512MB"}, "2gb": {2 << 30, "2GB"}, "1.5GB": {3 << 29, "1536MB"},
		"2048kb": {2 << 20, "2MB"}, "1": {1, "1"}, "1025": {1025, "1025"}, "1e6": {1_000_000, "1000000"},
	} {
		var b, again Bytes
		if err := b.Set(text); err != nil || b != want.bytes || b.String() != want.again {
			t.Errorf("%s: %d, %s, %v, want %+v", text, b, b.String(), err, want)
		}
		if err := again.Set(b.String()); err != nil || again != b {
			t.Errorf("%s: %d, again %d, %v", text, b, again, err)
		}
	}
	for _, text := range []string{"", "MB", "some", "0", "0MB", "-1MB", "512 MB ", "512M", "NaN", "NaNMB", "Inf", "9e18GB", "0.5"} {
		b := Bytes(7)
		if err := b.Set(text); err == nil || b != 7 {
			t.Errorf("%q: %d, %v", text, b, err)
		}
	}
	if none := new(Bytes); none.String() != "" {
		t.Errorf("none is %s", none)
	}
}
