package imdb

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// goModule is a Go module that carries data. The go command downloads it, so it
// arrives wherever Go modules do, and is verified against the checksum database.
type goModule struct {
	command       string // the go command
	path, version string
	sum           string // its hash as in go.sum
	size          string // in words
	connect       time.Duration
}

// cached returns the module's folder if it is in Go's module cache already.
func (m *goModule) cached(ctx context.Context) (dir string, err error) {
	// The hash is compared with ours, so asking the checksum database, which takes a
	// network, would add nothing.
	return m.download(ctx, "GOPROXY=off", "GOSUMDB=off")
}

// fetch downloads the module and returns its folder in Go's module cache.
func (m *goModule) fetch(ctx context.Context, log func(string, ...any)) (dir string, err error) {
	out, err := m.run(ctx, nil, "env", "GOMODCACHE")
	if err != nil {
		return "", err
	}
	log("downloading the IMDB reviews as the Go module %s@%s (%s) to %s", m.path, m.version, m.size, strings.TrimSpace(string(out)))
	// The go command waits long for a network that swallows packets. Asking for the
	// module's few bytes of description first tells soon whether there is one.
	probe, cancel := context.WithTimeout(ctx, m.connect)
	defer cancel()
	if _, err := m.run(probe, nil, "list", "-m", m.path+"@"+m.version); err != nil {
		if ctx.Err() == nil && probe.Err() != nil {
			return "", errors.Errorf("no answer within %v", m.connect)
		}
		return "", err
	}
	return m.download(ctx)
}

// download runs go mod download and checks the module's hash.
func (m *goModule) download(ctx context.Context, env ...string) (dir string, err error) {
	out, runErr := m.run(ctx, env, "mod", "download", "-json", m.path+"@"+m.version)
	var result struct{ Dir, Sum, Error string }
	if err := json.Unmarshal(out, &result); err != nil || result.Error != "" {
		switch {
		case result.Error != "":
			return "", errors.New(oneLine(result.Error))
		case runErr != nil:
			return "", runErr
		}
		return "", errors.Wrap(err, "go mod download answered in an unknown form")
	}
	if runErr != nil {
		return "", runErr
	}
	if result.Sum != m.sum {
		return "", errors.Errorf("%s@%s has the hash %s, want %s", m.path, m.version, result.Sum, m.sum)
	}
	return result.Dir, nil
}

// run runs the go command in a module of its own, in a folder that is removed
// afterwards, so it neither reads nor changes a go.mod, go.work or vendor folder
// of the user. Settings such as GOPROXY and GOMODCACHE remain the user's.
func (m *goModule) run(ctx context.Context, env []string, args ...string) (stdout []byte, err error) {
	command, err := exec.LookPath(m.command)
	if err != nil {
		return nil, errors.Errorf("the command %q is not installed here", m.command)
	}
	dir, err := os.MkdirTemp("", "unroll-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module fetch\n"), 0o644); err != nil {
		return nil, err
	}
	var out, errOut bytes.Buffer
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = &out, &errOut
	// GOFLAGS cannot be unset, for go env -w may have set it too; this harmless value
	// overrides -mod=vendor and the like. Git must not ask for a password.
	cmd.Env = append(cmd.Environ(), "GO111MODULE=on", "GOWORK=off", "GOFLAGS=-mod=mod", "GIT_TERMINAL_PROMPT=0")
	cmd.Env = append(cmd.Env, env...)
	// A child of the go command may hold the pipes open after it was killed.
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		} else if message := oneLine(errOut.String()); message != "" {
			err = errors.New(message)
		}
		return out.Bytes(), errors.Wrapf(err, "go %s", args[0])
	}
	return out.Bytes(), nil
}

// oneLine joins the lines of a message of the go command, leaving out what it says
// of its progress.
func oneLine(message string) string {
	var lines []string
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "go: downloading ") {
			lines = append(lines, strings.TrimPrefix(line, "go: "))
		}
	}
	return strings.Join(lines, "; ")
}
