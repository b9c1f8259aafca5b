package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
)

// flood is what the server is asked.
type flood struct {
	addr                                          string
	connections, rounds, requests, clients, words int
	pid                                           int
	answers                                       sync.Map // status to *atomic.Int64
}

// reports is how often the memory is told of while requests are sent.
const reports = 10

// patience is how long a connection may take to be made, and a request to be answered.
const patience = time.Minute

func (f *flood) run() error {
	fmt.Printf("before: %s\n", f.memory())
	if f.connections > 0 {
		if err := f.burst(); err != nil {
			return errors.WithMessage(err, "burst")
		}
	}
	if f.requests > 0 {
		if err := f.steady(); err != nil {
			return errors.WithMessage(err, "steady")
		}
	}
	return nil
}

// asker is a connection, and the request that it sends.
type asker struct {
	net.Conn
	in      *bufio.Reader
	request []byte
}

func (f *flood) dial(number int) (*asker, error) {
	c, err := net.DialTimeout("tcp", f.addr, patience)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(strings.Repeat(fmt.Sprintf("film%d ", number), f.words))
	body := fmt.Sprintf(`{"texts":[%q]}`, text)
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /v1/predict HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", f.addr, len(body), body)
	return &asker{c, bufio.NewReaderSize(c, 1<<10), b.Bytes()}, nil
}

// ask sends what is left of the request and reads the answer, whose status is counted.
func (f *flood) ask(a *asker, rest []byte) error {
	_ = a.SetDeadline(time.Now().Add(patience))
	if _, err := a.Write(rest); err != nil {
		return err
	}
	r, err := http.ReadResponse(a.in, nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	n, ok := f.answers.Load(r.StatusCode)
	if !ok {
		n, _ = f.answers.LoadOrStore(r.StatusCode, new(atomic.Int64))
	}
	n.(*atomic.Int64).Add(1)
	return nil
}

// burst makes all connections, and sends a request on each of them at the same time.
func (f *flood) burst() error {
	all := make([]*asker, f.connections)
	defer func() {
		for _, a := range all {
			if a != nil {
				_ = a.Close()
			}
		}
	}()
	for i := range all {
		var err error
		if all[i], err = f.dial(i); err != nil {
			return err
		}
	}
	fmt.Printf("%d connections open: %s\n", f.connections, f.memory())
	for round := range f.rounds {
		// The last byte of each request comes when all others are there.
		for _, a := range all {
			if _, err := a.Write(a.request[:len(a.request)-1]); err != nil {
				return err
			}
		}
		fmt.Printf("all but a byte sent: %s\n", f.memory())
		var failed atomic.Int64
		var wg sync.WaitGroup
		start := time.Now()
		for _, a := range all {
			wg.Go(func() {
				if f.ask(a, a.request[len(a.request)-1:]) != nil {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		fmt.Printf("burst %d: %.2f s, %d without an answer, answers %s: %s\n", round+1, time.Since(start).Seconds(), failed.Load(), f.told(), f.memory())
	}
	return nil
}

// steady sends the requests one after the other on each of a few connections.
func (f *flood) steady() error {
	each := f.requests / reports / f.clients
	all := make([]*asker, f.clients)
	for i := range all {
		var err error
		if all[i], err = f.dial(i); err != nil {
			return err
		}
		defer all[i].Close()
	}
	begin, cpu := time.Now(), f.processor()
	for range reports {
		start := time.Now()
		errs := make(chan error, f.clients)
		for _, a := range all {
			go func() {
				for range each {
					if err := f.ask(a, a.request); err != nil {
						errs <- err
						return
					}
				}
				errs <- nil
			}()
		}
		for range f.clients {
			if err := <-errs; err != nil {
				return err
			}
		}
		fmt.Printf("%8.0f requests/s, answers %s: %s\n", float64(each*f.clients)/time.Since(start).Seconds(), f.told(), f.memory())
	}
	n := each * f.clients * reports
	took := time.Since(begin)
	fmt.Printf("%d requests in %.1f s, %.0f a second", n, took.Seconds(), float64(n)/took.Seconds())
	if f.pid != 0 {
		fmt.Printf("; the server's processor time is %.1f µs a request", float64((f.processor()-cpu).Microseconds())/float64(n))
	}
	fmt.Println()
	return nil
}

// told returns how often each status was answered, and forgets it.
func (f *flood) told() string {
	var out []string
	f.answers.Range(func(status, n any) bool {
		if n := n.(*atomic.Int64).Swap(0); n > 0 {
			out = append(out, fmt.Sprintf("%d× %d", n, status))
		}
		return true
	})
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// memory tells the server's resident memory, now and at its highest.
func (f *flood) memory() string {
	if f.pid == 0 {
		return "memory not asked for"
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.pid))
	if err != nil {
		return err.Error()
	}
	var now, highest int
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "VmRSS: %d kB", &now)
		_, _ = fmt.Sscanf(line, "VmHWM: %d kB", &highest)
	}
	return fmt.Sprintf("%d MB resident, %d MB at most", now/1000, highest/1000)
}

// processor returns the processor time that the server has taken, by Linux's clock of
// 100 ticks a second: other programs do not slow it down as they do the answers.
func (f *flood) processor() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", f.pid))
	if err != nil {
		return 0
	}
	const user, system = 11, 12 // behind the name, which may hold anything
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) <= system {
		return 0
	}
	var ticks time.Duration
	for _, i := range []int{user, system} {
		n, _ := strconv.Atoi(fields[i])
		ticks += time.Duration(n)
	}
	return ticks * time.Second / 100
}
