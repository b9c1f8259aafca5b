package keras

import (
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/hdf5"
)

// placed is a file with the folder that it lies in.
type placed struct {
	io.ReaderAt
	folder fs.FS
}

// tfjsModel is a model.json of TensorFlow.js, the layers format.
type tfjsModel struct {
	Format   string          `json:"format"`
	Topology json.RawMessage `json:"modelTopology"`
	Training json.RawMessage `json:"trainingConfig"`
	Manifest []tfjsGroup     `json:"weightsManifest"`
	By       string          `json:"generatedBy,omitempty"`
	Convert  *string         `json:"convertedBy"`
}

// tfjsGroup are weights, one after the other in files.
type tfjsGroup struct {
	Paths   []string     `json:"paths"`
	Weights []tfjsWeight `json:"weights"`
}

type tfjsWeight struct {
	Name      string         `json:"name"`
	Shape     []int          `json:"shape"`
	Dtype     string         `json:"dtype"`
	Group     string         `json:"group,omitempty"`
	Quantized *tfjsQuantized `json:"quantization,omitempty"`
}

// tfjsQuantized says how a number q in the file stands for min + scale·q.
type tfjsQuantized struct {
	Dtype string  `json:"dtype"`
	Scale float64 `json:"scale"`
	Min   float64 `json:"min"`
}

// modelJSON is what the first file of such a model is called.
const modelJSON = "model.json"

// mostJSON is how long a model.json may be.
const mostJSON = 64 << 20

// tfjs reads a model.json and the files of weights that it names.
func (s *store) tfjs(r io.ReaderAt, doc []byte) error {
	in, ok := r.(placed)
	var m tfjsModel
	err := json.Unmarshal(doc, &m)
	switch {
	case err != nil && json.Valid(doc) || err == nil && m.Topology == nil && m.Manifest == nil:
		return whatIsIt(r, int64(len(doc)))
	case err != nil:
		return errors.Wrap(err, "this begins as JSON, and is cut short or damaged")
	case m.Format == "graph-model":
		return errors.New("this is a graph model of TensorFlow.js, which has no layers: convert the model as a layers model")
	case m.Topology == nil || m.Manifest == nil:
		return errors.New("this is a model.json of TensorFlow.js without a model, or without weights")
	case !ok:
		return errors.New("this is a model.json of TensorFlow.js, whose weights are in other files: open it by its path")
	}
	var t struct {
		Config   json.RawMessage `json:"model_config"` // of the converter
		Training json.RawMessage `json:"training_config"`
		Version  string          `json:"keras_version"`
	}
	if err := json.Unmarshal(m.Topology, &t); err != nil {
		return errors.Wrap(err, "modelTopology")
	}
	s.format, s.version, s.config, s.training = TFJS, t.Version, m.Topology, m.Training
	if t.Config != nil {
		s.config = t.Config
	}
	if t.Training != nil {
		s.training = t.Training
	}
	var config any
	if err := json.Unmarshal(s.config, &config); err != nil {
		return errors.Wrap(err, "modelTopology")
	}
	withoutCells(config)
	if s.config, err = json.Marshal(config); err != nil {
		return errors.Wrap(err, "modelTopology")
	}
	s.root = &hdf5.Group{}
	s.weights = s.root
	named := map[string]bool{}
	for _, g := range m.Manifest {
		if err := s.tfjsGroup(in.folder, g, named); err != nil {
			return err
		}
	}
	return nil
}

// withoutCells takes out the settings of cells that TensorFlow.js repeats among those
// of the RNN around them.
func withoutCells(v any) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			withoutCells(inner)
		}
	case object:
		settings := obj(v["config"])
		if cell := obj(settings["cell"]); str(v, "class_name") == "RNN" && cell != nil {
			for key := range obj(cell["config"]) {
				if !known(key, "name", "trainable", "dtype", "batch_input_shape") {
					delete(settings, key)
				}
			}
		}
		for _, inner := range v {
			withoutCells(inner)
		}
	}
}

// tfjsGroup finds the weights of a group, whose values stay in the files.
func (s *store) tfjsGroup(folder fs.FS, g tfjsGroup, named map[string]bool) error {
	in := tfjsFiles{folder: folder}
	left := int64(0) // bytes that are no weight's yet
	for _, name := range g.Paths {
		name = path.Clean(name)
		if named[name] {
			return errors.Errorf("the file of weights %s is named twice", brief(name))
		}
		named[name] = true
		info, err := fs.Stat(folder, name)
		if err != nil {
			return errors.WithMessagef(reason(err), "the file of weights %s", brief(name))
		}
		left += info.Size()
		in.files = append(in.files, tfjsFile{name, info.Size()})
	}
	at := int64(0)
	for _, w := range g.Weights {
		n, width, err := w.size()
		if err == nil && int64(n) > left/int64(width) {
			err = errors.Errorf("the files of weights are cut short: %d bytes are left for %v numbers of %d bytes each", left, w.Shape, width)
		}
		if err != nil {
			return errors.WithMessagef(err, "weight %s", brief(w.Name))
		}
		from := at
		at += int64(n * width)
		left -= int64(n * width)
		if w.Group == "optimizer" {
			s.notes.add("what the optimizer remembers is left out")
			continue
		}
		s.root.Datasets = append(s.root.Datasets, hdf5.Later(w.Name, w.Shape, func(dst []float32) error {
			r := in
			defer r.close()
			r.at = from
			return w.read(&r, dst, width)
		}))
	}
	if left != 0 {
		return errors.Errorf("the files of weights have %d bytes that no weight takes", left)
	}
	return nil
}

// matchTFJS finds the values of a model's weights by the names that TensorFlow.js gives
// them: the layer's, and the weight's own, with names between them or in front.
func (m *matcher) matchTFJS(p *part, g *hdf5.Group) error {
	if p.in == "layers" {
		for _, q := range p.list {
			if err := m.matchTFJS(q, g); err != nil {
				return err
			}
		}
		return nil
	}
	var layer []*hdf5.Dataset
	for _, d := range g.Datasets {
		if strings.Contains("/"+path.Dir(d.Name)+"/", "/"+p.label+"/") {
			layer = append(layer, d)
		}
	}
	var failed error
	p.each(func(q *part) {
		for _, w := range q.own {
			base, found := path.Base(w.Name()), false
			for _, d := range layer {
				if found = !m.used[d] && counted.ReplaceAllString(path.Base(d.Name), "") == base; found {
					m.pairs = append(m.pairs, pair{weight: w, shape: q.shapeOf(w), data: d, at: d.Name})
					m.used[d] = true
					break
				}
			}
			if !found && failed == nil {
				failed = errors.Errorf("layer %q: the files have no weight %s/…/%s", p.label, p.label, base)
			}
		}
	})
	return failed
}

// counted is what tells weights of the same name apart.
var counted = regexp.MustCompile(`(_\d+)?(:0)?$`)
