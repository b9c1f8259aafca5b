package nn

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// savedModel builds an embedding model, gives its weights values that no
// initializer draws, and saves it.
func savedModel(t testing.TB, dt tensor.Dtype) (m *Model, dir string) {
	t.Helper()
	s := embeddingModel(5, 3, 2, 2)
	s.Dtype = dt
	m, err := s.Build()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Weights() {
		if err := w.Set(wave(float64(10*i), len(w.Float64s()))); err != nil {
			t.Fatal(err)
		}
	}
	dir = t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	return m, dir
}

// savedFiles returns the same model and the contents of its files.
func savedFiles(t testing.TB, dt tensor.Dtype) (m *Model, doc, data []byte) {
	t.Helper()
	m, dir := savedModel(t, dt)
	return m, readFile(t, dir, ArchitectureFile), readFile(t, dir, WeightsFile)
}

func weightBits(m *Model) (all [][]uint64) {
	for _, w := range m.Weights() {
		var bits []uint64
		for _, x := range w.Float64s() {
			bits = append(bits, math.Float64bits(x))
		}
		all = append(all, bits)
	}
	return all
}

func predictIDs(t *testing.T, m *Model, ids ...int32) []float64 {
	t.Helper()
	steps := m.Inputs()[0].Steps()
	p, err := m.Forward(Infer, Auto, len(ids)/steps, steps)
	if err != nil {
		t.Fatal(err)
	}
	return outputFor(t, p, ids...)
}

// outputFor runs a pass, in whose order the ids are.
func outputFor(t *testing.T, p *Pass, ids ...int32) []float64 {
	t.Helper()
	copy(p.Inputs[0].X.Int32s(), ids)
	prog, err := p.Compile(p.Outputs[0].Node)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	return floatsOf(t, prog, p.Outputs[0].Node)
}

func TestLoadedModelPredictsTheSameBits(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		t.Run(dt.String(), func(t *testing.T) {
			m, dir := savedModel(t, dt)
			got, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(weightBits(m), weightBits(got)); diff != "" {
				t.Error(diff)
			}
			ids := []int32{0, 0, 4, 1, 2, 3}
			if want, got := predictIDs(t, m, ids...), predictIDs(t, got, ids...); !cmp.Equal(want, got) {
				t.Errorf("the model predicts %v, after loading %v", want, got)
			}
			if got.Summary() != m.Summary() {
				t.Errorf("the summary became\n%s", got.Summary())
			}
		})
	}
}

// TestLoadKeepsOddFloats saves values that a text format would lose.
func TestLoadKeepsOddFloats(t *testing.T) {
	m, dir := savedModel(t, tensor.Float32)
	odd := []float64{math.Copysign(0, -1), math.MaxFloat32, -1.1754942e-38, math.SmallestNonzeroFloat32}
	w, err := m.Weight("simple_rnn/kernel")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set(odd); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(weightBits(m), weightBits(got)); diff != "" {
		t.Error(diff)
	}
}

// refused fails unless err is one line that names the file.
func refused(t *testing.T, what string, err error, file string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error", what)
	case strings.Contains(err.Error(), "\n"):
		t.Errorf("%s: the error has several lines: %q", what, err)
	case !strings.Contains(err.Error(), file):
		t.Errorf("%s: the error does not name %s: %v", what, filepath.Base(file), err)
	}
}

func readFile(t testing.TB, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryTruncationIsRefused(t *testing.T) {
	_, doc, data := savedFiles(t, tensor.Float32)
	for n := range doc {
		file := ArchitectureFile
		if n == len(doc)-1 {
			file = WeightsFile // only the newline is gone: the weights' digest tells
		}
		_, err := load("dir", doc[:n], data, false)
		refused(t, ArchitectureFile+"[:"+strconv.Itoa(n)+"]", err, filepath.Join("dir", file))
	}
	for n := range data {
		_, err := load("dir", doc, data[:n], false)
		refused(t, WeightsFile+"[:"+strconv.Itoa(n)+"]", err, filepath.Join("dir", WeightsFile))
	}
}

// TestEveryFlippedBitIsNoticed flips the bits of the architecture and of the
// weights: the pair is refused. A flip in the header that JSON does
// not see may pass, if every weight is what it was.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	m, doc, data := savedFiles(t, tensor.Float32)
	want := weightBits(m)
	flip := func(name string, part []byte) {
		for i := range part {
			for bit := range 8 {
				part[i] ^= 1 << bit
				got, err := load("dir", doc, data, false)
				if err != nil {
					refused(t, name+"["+strconv.Itoa(i)+"]", err, "dir")
				} else if name == ArchitectureFile || !cmp.Equal(want, weightBits(got)) {
					t.Errorf("%s: byte %d, bit %d: no error", name, i, bit)
				}
				part[i] ^= 1 << bit
			}
		}
	}
	flip(ArchitectureFile, doc)
	flip(WeightsFile, data)
}

func TestMissingFiles(t *testing.T) {
	for _, name := range []string{ArchitectureFile, WeightsFile} {
		_, dir := savedModel(t, tensor.Float32)
		file := filepath.Join(dir, name)
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		_, err := Load(dir)
		refused(t, "no "+name, err, file)
	}
	m, dir := savedModel(t, tensor.Float32)
	nowhere := filepath.Join(dir, "nowhere")
	_, err := Load(nowhere)
	refused(t, "no folder to load from", err, nowhere)
	file := filepath.Join(dir, WeightsFile)
	refused(t, "a file in the folder's place", m.Save(filepath.Join(file, "model")), file)
}

// TestSaveMakesItsFolder: and those above it.
func TestSaveMakesItsFolder(t *testing.T) {
	m, _ := savedModel(t, tensor.Float32)
	dir := filepath.Join(t.TempDir(), "a", "model")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err != nil {
		t.Error(err)
	}
}

// TestFailedSaveLeavesTheOldModel: a folder stands where the weights should go.
func TestFailedSaveLeavesTheOldModel(t *testing.T) {
	m, dir := savedModel(t, tensor.Float32)
	if err := os.Remove(filepath.Join(dir, WeightsFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, WeightsFile), 0o700); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, dir, ArchitectureFile)
	refused(t, "save", m.Save(dir), WeightsFile)
	if !bytes.Equal(before, readFile(t, dir, ArchitectureFile)) {
		t.Error("the architecture changed")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("%d entries in the folder, want 2: %v", len(entries), entries)
	}
}

type unregistered struct{ Dense }

func TestSaveNamesTheUnregisteredLayer(t *testing.T) {
	cases := []struct {
		name  string
		layer Layer
		want  string
	}{
		{"unknown type", unregistered{Dense{Units: 1}}, "unregistered: type nn.unregistered is not registered: call nn.Register(unregistered{})"},
		{"pointer to a known type", &Dense{Units: 1}, "dense: type *nn.Dense is not registered, nn.Dense is"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := Sequential{Input: Features(2), Layers: []Layer{c.layer}}.Build()
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Save(t.TempDir()); err == nil || err.Error() != c.want {
				t.Errorf("the error is %v, want %s", err, c.want)
			}
		})
	}
}
