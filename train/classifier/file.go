package classifier

import (
	"crypto/ed25519"
	"io/fs"
	"path"
	"path/filepath"
	"sync"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/signature"
	"unroll/nn"
)

// The files of a model's folder beside those of nn.
const (
	TaskFile       = "task.json"
	VocabularyFile = "vocabulary.json" // of an encoder
	GramsFile      = "grams.bin"       // of n-grams, in its place
	ColumnsFile    = "columns.json"    // of what stands beside a text, if anything does
)

// taskFile is the content of TaskFile.
type taskFile struct {
	Version int    `json:"version"`
	Name    string `json:"name"`
	Task
}

// version is 2 of a task of several labels, which programs that read version 1 would take
// for classes of which a text has one.
const version = 2

func (t Task) version() int {
	if t.Multi {
		return version
	}
	return 1
}

// Load reads a model's folder, as Save writes it and "sentiment train" does. What is
// missing, no regular file, too large for the memory (see debug.SetMemoryLimit), damaged, of
// a newer version, or does not fit its neighbours is an error that names the file; so are
// weights that are not finite.
func Load(dir string) (*Model, error) { return LoadFS(safefile.Disk, dir) }

// LoadSigned is Load of a folder that "sentiment sign" has signed, or of one in a folder that
// it has signed, with the private key of key. What was not signed so is an error that names
// the file. The key is Ed25519, RFC 8032; x509.ParsePKIXPublicKey reads those of a PEM file.
func LoadSigned(dir string, key ed25519.PublicKey) (*Model, error) {
	return LoadFS(signature.NewFS(safefile.Disk, key), dir)
}

// LoadFS is Load from a file system, such as what a program embeds.
func LoadFS(fsys fs.FS, dir string) (*Model, error) {
	grams := beginGrams(fsys, dir)
	net, err := nn.LoadFS(fsys, dir)
	if err != nil {
		return nil, err
	}
	in, err := loadInput(fsys, dir, net, grams)
	if err != nil {
		return nil, err
	}
	name, t, err := LoadTaskFS(fsys, dir)
	if err != nil {
		return nil, err
	}
	c, err := loadColumns(fsys, dir, net)
	if err != nil {
		return nil, err
	}
	m, err := newModel(name, net, in, t, Beside(c))
	return m, errors.WithMessagef(err, "%s: %s, %s and %s do not fit each other", dir, nn.ArchitectureFile, in.file(), TaskFile)
}

// beginGrams begins to read n-grams, which takes as long as the network. It returns what
// waits for them.
func beginGrams(fsys fs.FS, dir string) func() (*text.Grams, error) {
	at := path.Join(dir, GramsFile)
	read := sync.OnceValues(func() (*text.Grams, error) { return text.LoadGramsFS(fsys, at) })
	if _, err := fs.Stat(fsys, at); err == nil {
		go read()
	}
	return read
}

// loadInput reads what makes of texts what a network takes.
func loadInput(fsys fs.FS, dir string, net *nn.Model, grams func() (*text.Grams, error)) (input, error) {
	if in := net.Inputs(); len(in) > 0 && in[0].Bagged() {
		g, err := grams()
		return bag{g}, err
	}
	e, err := text.LoadEncoderFS(fsys, path.Join(dir, VocabularyFile))
	return sequence{e}, err
}

// columnsFile is the content of ColumnsFile.
type columnsFile struct {
	Version int `json:"version"`
	Columns
}

// loadColumns reads what a network with a second input takes beside a text.
func loadColumns(fsys fs.FS, dir string, net *nn.Model) (*Columns, error) {
	if len(net.Inputs()) < 2 {
		return nil, nil
	}
	at := path.Join(dir, ColumnsFile)
	var f columnsFile
	if err := jsonfile.Read(fsys, at, version, &f); err != nil {
		return nil, errors.WithMessage(err, "load columns")
	}
	return &f.Columns, errors.WithMessage(f.check(), at)
}

// LoadTask reads what the model in a folder says of a text, and not the model.
func LoadTask(dir string) (Task, error) {
	_, t, err := LoadTaskFS(safefile.Disk, dir)
	return t, err
}

// LoadTaskFS is LoadTask from a file system, and returns what the model is called, too.
func LoadTaskFS(fsys fs.FS, dir string) (string, Task, error) {
	at := path.Join(dir, TaskFile)
	var f taskFile
	if err := jsonfile.Read(fsys, at, version, &f); err != nil {
		return "", Task{}, errors.WithMessage(err, "load task")
	}
	if err := f.Task.check(); err != nil {
		return "", Task{}, errors.WithMessage(err, at)
	}
	if !(f.Factor >= 0) || f.Factor > 0 && (f.Number() || f.Multi) {
		return "", Task{}, errors.Errorf("%s: damaged: the logits of %d classes are multiplied by %v", at, len(f.Classes), f.Factor)
	}
	return f.Name, f.Task, nil
}

// Save writes the model into the folder dir, which it makes if there is none.
func (m *Model) Save(dir string) error { return m.save(dir, m.net.Save) }

func (m *Model) save(dir string, net func(dir string) error) error {
	if err := net(dir); err != nil {
		return err
	}
	if err := m.input.save(filepath.Join(dir, m.input.file())); err != nil {
		return err
	}
	if m.columns != nil {
		if err := jsonfile.Write(filepath.Join(dir, ColumnsFile), columnsFile{version, *m.columns}); err != nil {
			return err
		}
	}
	task := m.Task()
	return jsonfile.Write(filepath.Join(dir, TaskFile), taskFile{task.version(), m.name, task})
}
