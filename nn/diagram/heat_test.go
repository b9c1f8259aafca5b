package diagram

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"
)

// hot is small whose operations have shares, from all to none.
func hot() Graph {
	g := small()
	g.Heat = "Share of the time"
	for i, share := range []float64{0, 0.5, 0.0499, 0, 0.009, 1, 0} {
		g.Nodes[i].Heat = share
	}
	return g
}

// TestHeat: operations, gradients and outputs are coloured, what is only read is not.
func TestHeat(t *testing.T) {
	var svg, dot bytes.Buffer
	if err := hot().WriteSVG(&svg); err != nil {
		t.Fatal(err)
	}
	if err := hot().WriteDOT(&dot); err != nil {
		t.Fatal(err)
	}
	golden(t, "hot.svg", svg.Bytes())
	golden(t, "hot.dot", dot.Bytes())
	for _, want := range []string{
		`<g class="operation heat heat2"><title>matmul`, `<g class="gradient heat heat6"><title>∂ matmul`,
		`<g class="output heat heat0"><title>loss`, `<g class="weight"><title>kernel`, ">Share of the time:<", ">below 1%<", ">2–5%<", ">50% and more<",
	} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestHeatOfShares(t *testing.T) {
	for share, want := range map[float64]int{0: 0, 0.0099: 0, 0.01: 1, 0.02: 2, 0.07: 3, 0.1: 4, 0.2: 5, 0.49: 5, 0.5: 6, 1: 6} {
		if got := heat(share); got != want {
			t.Errorf("%v has the colour %d, want %d", share, got, want)
		}
	}
}

// TestHeatLegible holds text on each colour to WCAG's contrast for small text.
func TestHeatLegible(t *testing.T) {
	for i, h := range heats {
		for paper, text := range map[string]string{h.light: "#1f2328", h.dark: "#e6edf3"} {
			if c := contrast(t, paper, text); c < 4.5 {
				t.Errorf("colour %d: %s on %s has a contrast of %.2f", i, text, paper, c)
			}
		}
	}
}

// contrast is that of the Web Content Accessibility Guidelines 2.1.
func contrast(t *testing.T, a, b string) float64 {
	light := func(color string) float64 {
		v, err := strconv.ParseUint(color[1:], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		part := func(at int) float64 {
			c := float64(v>>at&0xff) / 255
			if c <= 0.03928 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0) + 0.05
	}
	x, y := light(a), light(b)
	return max(x, y) / min(x, y)
}

func TestHeatErrors(t *testing.T) {
	for _, share := range []float64{-0.1, 1.1, math.NaN()} {
		g := hot()
		g.Nodes[2].Heat = share
		if err := g.WriteSVG(new(bytes.Buffer)); err == nil || !strings.HasSuffix(err.Error(), `diagram: node 2, "matmul", has a share of `+strconv.FormatFloat(share, 'g', -1, 64)+", want 0 to 1") {
			t.Errorf("the error is %v", err)
		}
	}
}
