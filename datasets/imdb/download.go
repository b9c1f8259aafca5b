package imdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/filelock"
	"unroll/internal/safefile"
)

// download is one file on the web, known in advance to the byte.
type download struct {
	what    string // it is, for people
	url     string
	size    int64
	sha256  string
	connect time.Duration // until the response begins
	stall   time.Duration // without a byte of it
}

// fetch makes path hold the file. The bytes gather in path.part, which survives an
// interruption and is continued later; path appears complete and verified, or not
// at all. A lock beside it makes other processes wait for their turn.
func (d *download) fetch(ctx context.Context, path string, log func(string, ...any), progress func(done, total int64)) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	waiting := func() { log("waiting for another download to %s", path) }
	unlock, err := filelock.Wait(ctx, path+".lock", waiting)
	if err != nil {
		return err
	}
	defer unlock()
	if d.verify(path) == nil {
		return nil // another process was faster
	}
	part, err := os.OpenFile(path+".part", os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer part.Close()
	done, err := part.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if done > d.size {
		done = 0 // not a part of this file
	}
	if done < d.size {
		log("downloading the %s from %s (%s) to %s%s", d.what, d.url, megabytes(d.size), filepath.Dir(path), resuming(done))
		if err := d.transfer(ctx, part, done, progress); err != nil {
			if info, statErr := part.Stat(); statErr == nil && info.Size() == 0 {
				part.Close()
				os.Remove(part.Name())
			}
			return err
		}
	}
	if err := d.verify(part.Name()); err != nil {
		part.Close()
		os.Remove(part.Name())
		return err
	}
	return safefile.Commit(part, path)
}

// transfer appends to part what follows its first done bytes, or writes all of it
// anew if the server does not continue where it is asked to.
func (d *download) transfer(ctx context.Context, part *os.File, done int64, progress func(done, total int64)) error {
	host := d.host()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := errors.Errorf("%s did not answer within %v", host, d.connect)
	connecting := time.AfterFunc(d.connect, func() { cancel(late) })
	defer connecting.Stop()
	resp, first, err := d.open(ctx, done)
	if err != nil {
		return cause(ctx, err)
	}
	defer resp.Body.Close()
	connecting.Stop()

	if first == 0 && resp.StatusCode != http.StatusOK {
		return errors.Errorf("%s answered %s", host, resp.Status)
	}
	if n := resp.ContentLength; n >= 0 && first+n != d.size {
		return errors.Errorf("%s offers %d bytes, want %d", host, first+n, d.size)
	}
	if err := part.Truncate(first); err != nil {
		return err
	}
	if _, err := part.Seek(first, io.SeekStart); err != nil {
		return err
	}
	stalled := errors.Errorf("%s sent nothing for %v", host, d.stall)
	waiting := time.AfterFunc(d.stall, func() { cancel(stalled) })
	defer waiting.Stop()
	total := first
	n, err := io.Copy(part, &watched{
		r: io.LimitReader(resp.Body, d.size-first+1), // one more, to notice excess
		seen: func(n int) {
			waiting.Reset(d.stall)
			total += int64(n)
			if progress != nil && total <= d.size {
				progress(total, d.size)
			}
		},
	})
	if err == nil && first+n < d.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return errors.Wrapf(cause(ctx, err), "the download stopped after %d of %d bytes", first+n, d.size)
	}
	return nil
}

// watched tells of every read that brought bytes.
type watched struct {
	r    io.Reader
	seen func(n int)
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.seen(n)
	}
	return n, err
}

func (d *download) host() string {
	if u, err := url.Parse(d.url); err == nil {
		return u.Host
	}
	return d.url
}

// open asks for the bytes behind the first done ones, and returns the position where
// the response begins: done, or 0 if the server would not continue there.
func (d *download) open(ctx context.Context, done int64) (resp *http.Response, first int64, err error) {
	resp, err = d.request(ctx, done)
	if err != nil || done == 0 || resp.StatusCode == http.StatusOK {
		return resp, 0, err
	}
	if resp.StatusCode == http.StatusPartialContent {
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &first); err == nil && first == done {
			return resp, done, nil
		}
	}
	resp.Body.Close()
	resp, err = d.request(ctx, 0)
	return resp, 0, err
}

func (d *download) request(ctx context.Context, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, err
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	// Without DisableCompression, a server that labels the archive as compressed
	// content would have it unpacked on the way.
	client := http.Client{Transport: &http.Transport{
		Proxy:              http.ProxyFromEnvironment,
		DisableCompression: true,
		DisableKeepAlives:  true,
	}}
	return client.Do(req)
}

// verify checks the whole file, the bytes of earlier calls included.
func (d *download) verify(path string) error {
	f, err := safefile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != d.sha256 {
		return errors.Errorf("%s has SHA-256 %s, want %s; the download was removed", d.url, got, d.sha256)
	}
	return nil
}

// cause prefers the reason for which ctx was cancelled to the error that followed,
// and strips the address that the sentence around it names.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func resuming(done int64) string {
	if done == 0 {
		return ""
	}
	return ", continuing after " + megabytes(done)
}
