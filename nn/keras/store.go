package keras

import (
	"bytes"
	"io"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/hdf5"
	"unroll/nn"
)

// store is a file whose weights are yet to be read, with its configurations, if it has
// any.
type store struct {
	format  string
	version string
	major   int

	config   []byte // of the model
	training []byte // of the training, in HDF5; in archives it is part of the model's
	root     *hdf5.Group
	weights  *hdf5.Group // where those of the model are
	legacy   bool
	notes    notes
	room     int // parameters that a model of the file can have
}

// openStore tells by its content what a file is.
func openStore(r io.ReaderAt, size int64) (*store, error) {
	head := make([]byte, min(size, 8))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, errors.Wrap(err, "read")
	}
	s := &store{}
	if bytes.HasPrefix(head, zipMagic) {
		a, err := openArchive(r, size)
		if err != nil {
			return nil, err
		}
		s.format, s.config, s.version = Archive, a.config, a.version
		if s.root, err = hdf5.Read(a.weights, a.size); err != nil {
			return nil, errors.WithMessage(err, weightsFile)
		}
		s.weights = s.root
	} else if isJSON(head) {
		if err := s.json(r, size); err != nil {
			return nil, err
		}
	} else {
		if !isHDF5(r, size) {
			return nil, whatIsIt(r, size)
		}
		var err error
		if s.root, err = hdf5.Read(r, size); err != nil {
			return nil, err
		}
		if err := s.layout(); err != nil {
			return nil, err
		}
	}
	if err := s.setMajor(); err != nil {
		return nil, err
	}
	if s.weights != nil {
		s.room = elements(s.weights) + mostStates
	}
	return s, nil
}

// setMajor tells by the version whether the file is of Keras 2 or 3.
func (s *store) setMajor() error {
	switch {
	case s.format == TFJS && !strings.HasPrefix(s.version, "3."), tfjsVersion(s.version):
		s.major = keras2
	case strings.HasPrefix(s.version, "1."), strings.HasPrefix(s.version, "0."):
		return errors.Errorf("the file is of Keras %s: only those from 2.0 on can be read", brief(word(s.version)))
	case s.version == "" && (s.format == Archive || s.format == Architecture && architectureMajor(s.config) == keras3):
		s.major = keras3
		s.notes.add("the file does not say which version of Keras wrote it: it is taken for 3")
	case s.version == "" && s.config != nil:
		s.major = keras2
		s.notes.add("the file does not say which version of Keras wrote it: it is taken for 2")
	case s.version != "" && s.version[0] >= '3':
		s.major = keras3
	default:
		s.major = keras2
	}
	return nil
}

// mostStates is how many numbers a model may hold beside those of its file: the states
// of stateful layers.
const mostStates = 1 << 22

// isHDF5 reports whether the file is HDF5, which may begin behind a block of the
// user's.
func isHDF5(r io.ReaderAt, size int64) bool {
	at := int64(0)
	for at+8 <= size {
		head := make([]byte, 8)
		if _, err := r.ReadAt(head, at); err != nil {
			return false
		}
		if bytes.Equal(head, hdf5Magic) {
			return true
		}
		if at *= 2; at == 0 {
			at = 512
		}
	}
	return false
}

// layout tells HDF5 files apart.
func (s *store) layout() error {
	attr := func(g *hdf5.Group, name string) string {
		text, _ := g.Attrs[name].(string)
		return text
	}
	weights := s.root.Group("model_weights")
	switch {
	case s.root.Attrs["model_config"] != nil && weights != nil:
		s.format, s.weights, s.legacy = WholeHDF5, weights, true
		if err, bad := s.root.Attrs["model_config"].(error); bad {
			return errors.WithMessage(err, "model_config")
		}
		s.config, s.training = []byte(attr(s.root, "model_config")), []byte(attr(s.root, "training_config"))
		s.version = attr(s.root, "keras_version")
		if s.version == "" {
			s.version = attr(weights, "keras_version")
		}
	case hasLayerNames(s.root):
		s.format, s.weights, s.legacy, s.version = LegacyHDF5, s.root, true, attr(s.root, "keras_version")
	case hasLayerNames(weights):
		s.format, s.weights, s.legacy, s.version = LegacyHDF5, weights, true, attr(weights, "keras_version")
	case s.root.Group("layers") != nil || s.root.Group(dependencies) != nil:
		s.format, s.weights = WeightHDF5, s.root
	default:
		return errors.New("this is HDF5, but not Keras's: it has neither model_config nor layers")
	}
	return nil
}

func hasLayerNames(g *hdf5.Group) bool {
	return g != nil && (g.Attrs["layer_names"] != nil || g.Attrs["layer_names0"] != nil)
}

// elements counts the numbers of a group, those of optimizers left out.
func elements(g *hdf5.Group) int {
	n := 0
	for _, d := range g.Datasets {
		n += d.Len()
	}
	for _, sub := range g.Groups {
		if !known(sub.Name, "optimizer", "optimizer_weights") {
			n += elements(sub)
		}
	}
	return n
}

// into sets a model's weights, and returns its parts.
func (s *store) into(m *nn.Model, order func(nn.Network) []operation, n *notes) (*part, error) {
	if s.format == Architecture {
		return nil, errors.Errorf("this is %s", Architecture)
	}
	t, err := tree(m, order)
	if err != nil {
		return nil, err
	}
	match := &matcher{used: map[*hdf5.Dataset]bool{}, notes: n}
	if s.format == TFJS {
		err = match.matchTFJS(t, s.weights)
	} else if s.legacy {
		err = match.matchLegacy(t, s.weights)
	} else {
		err = match.match(t, s.weights, "")
	}
	if err == nil {
		err = match.unused(s.weights)
	}
	if err != nil {
		return nil, err
	}
	return t, match.set()
}

// openFile reads a file, and of its training what is asked for.
func openFile(r io.ReaderAt, size int64, training bool) (*File, error) {
	s, err := openStore(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{Format: s.format, Version: s.version}
	if s.config != nil {
		d, err := readModel(s.config, s.major, &s.notes)
		if err != nil {
			return nil, err
		}
		if s.format == Architecture {
			err = s.described(f, d)
		} else {
			err = s.whole(f, d, training)
		}
		if err != nil {
			return nil, err
		}
	} else {
		f.Weights = stored(s.weights)
	}
	f.Notes = s.notes.list
	return f, nil
}

// whole reads a model with its weights, and of its training what is asked for.
func (s *store) whole(f *File, d description, training bool) (err error) {
	if f.Model, err = d.BuildZeros(s.room); err != nil {
		return err
	}
	t, err := s.into(f.Model, fileOrder, &s.notes)
	if err == nil && training {
		err = s.trained(f, t)
	}
	return err
}

// trained reads how the model was compiled and what its optimizer remembers.
func (s *store) trained(f *File, t *part) error {
	config, err := s.trainingOf()
	if err != nil {
		return err
	}
	f.Training = readTraining(config, &s.notes)
	var weights []*nn.Weight
	var shapes [][]int
	t.each(func(p *part) {
		for _, w := range p.own {
			if w.Trainable() {
				weights, shapes = append(weights, w), append(shapes, p.shapeOf(w))
			}
		}
	})
	f.Optimizer, err = s.readOptimizer(f.Training, weights, shapes)
	return err
}

// stored lists the weights below a group.
func stored(g *hdf5.Group) (list []Stored) {
	var walk func(g *hdf5.Group, at string)
	walk = func(g *hdf5.Group, at string) {
		for _, d := range g.Datasets {
			list = append(list, Stored{at + d.Name, d.Shape})
		}
		for _, sub := range g.Groups {
			if at != "" || !known(sub.Name, "optimizer", "optimizer_weights") {
				walk(sub, at+sub.Name+"/")
			}
		}
	}
	walk(g, "")
	return list
}
