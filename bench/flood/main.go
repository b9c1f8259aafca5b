// Flood asks a running server from outside: first on very many connections at once,
// then a great number of requests on a few, and tells how fast it answered and, where
// /proc knows, what memory the server's process held.
//
//	go run ./bench/flood [-connections 10000] [-requests 1000000] [-clients 64] [-pid PID] URL
//
// The process needs as many open files as there are connections, the server too:
// ulimit -n 20000. It shares nothing with the server's code, so that it can be held
// against another server of the same interface.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	f := flood{}
	flag.IntVar(&f.connections, "connections", 10_000, "`connections` of the burst, each with a request")
	flag.IntVar(&f.rounds, "rounds", 3, "bursts on the same connections, `times`")
	flag.IntVar(&f.requests, "requests", 1_000_000, "`requests` after the burst")
	flag.IntVar(&f.clients, "clients", 64, "`connections` on which they are sent")
	flag.IntVar(&f.words, "words", 20, "`words` of each text")
	flag.IntVar(&f.pid, "pid", 0, "the server's `process`, whose memory is told; 0: it is not")
	flag.Parse()
	if flag.NArg() != 1 || f.connections < 0 || f.requests < 0 || f.clients < 1 || f.words < 0 || f.rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	addr, ok := strings.CutPrefix(flag.Arg(0), "http://")
	if !ok {
		fmt.Fprintf(os.Stderr, "%s is not http://address:port\n", flag.Arg(0))
		os.Exit(2)
	}
	f.addr = strings.TrimSuffix(addr, "/")
	if err := f.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
