package report

import "testing"

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		v    []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := Median(c.v); got != c.want {
			t.Errorf("Median(%v) = %v, want %v", c.v, got, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for s, want := range map[float64]string{
		0.4e-9:    "0.40 ns",
		999.4e-9:  "999 ns",
		999.7e-9:  "1.00 µs",
		12.34e-6:  "12.3 µs",
		99.96e-3:  "100 ms",
		0.2:       "200 ms",
		3.456:     "3.46 s",
		1234.5678: "1235 s",
	} {
		if got := Duration(s); got != want {
			t.Errorf("Duration(%v) = %q, want %q", s, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[float64]string{12: "12 B", 2272: "2.2 KiB", 8829310: "8.4 MiB", 3 << 30: "3.0 GiB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%v) = %q, want %q", n, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	x := Table{Text: 1, Head: []string{"model", "time"}}
	x.Add("a", "1 s")
	if got, want := x.String(), "| model | time |\n| --- | ---: |\n| a | 1 s |\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
