package show

import "testing"

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1536: "1.5 kB", 1<<20 - 1: "1024.0 kB", 1 << 20: "1.0 MB", 5 << 30: "5120.0 MB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) is %s, want %s", n, got, want)
		}
	}
}
