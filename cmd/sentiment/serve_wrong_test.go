package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrongServe(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string { return writeFile(t, filepath.Join(dir, name), content) }
	token, cert := file("token", "0123456789abcdef\n"), file("cert", "none")
	for want, args := range map[string][]string{
		"model folder nowhere does not exist":      {"nowhere"},
		"--addr 127.0.0.1:99999: invalid port":     {sharedRun(t), "--addr", "127.0.0.1:99999"},
		"--addr nowhere: missing port in address":  {sharedRun(t), "--addr", "nowhere"},
		"--metrics-addr nowhere: missing port":     {sharedRun(t), "--addr", "127.0.0.1:0", "--metrics-addr", "nowhere"},
		"--addr unix:: want unix:PATH":             {sharedRun(t), "--addr", "unix:"},
		"there is a file that is no socket":        {sharedRun(t), "--addr", "unix:" + token},
		"--addr unix:" + dir + "/x/y: no such":     {sharedRun(t), "--addr", "unix:" + dir + "/x/y"},
		"--token-file nowhere: no such file":       {sharedRun(t), "--token-file", "nowhere"},
		"--token-file " + dir + ": it is a folder": {sharedRun(t), "--token-file", dir},
		"it is not a regular file":                 {sharedRun(t), "--token-file", "/dev/zero"},
		"the token has 15 characters, want at":     {sharedRun(t), "--token-file", file("short", " 0123456789abcde \n")},
		"the token has 0 characters":               {sharedRun(t), "--token-file", file("empty", "\n")},
		"/lines: want one line of visible":         {sharedRun(t), "--token-file", file("lines", "0123456789abcdef\n0123456789abcdef\n")},
		"/letters: want one line of visible":       {sharedRun(t), "--token-file", file("letters", "0123456789abcdefé")},
		"--tls-cert nowhere: no such file":         {sharedRun(t), "--tls-cert", "nowhere", "--tls-key", "nowhere"},
		"--tls-key " + token + ": failed to find":  {sharedRun(t), "--tls-cert", cert, "--tls-key", token},
	} {
		status, stdout, stderr := command("", append([]string{"serve"}, args...)...)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		checkFailure(t, status, exitFailure, stdout, lines[len(lines)-1]+"\n", want)
		if strings.Contains(stderr, "0123456789abcde") {
			t.Errorf("%v: the token is told: %s", args, stderr)
		}
	}
	for want, args := range map[string][]string{
		`--host is "a:80": it has a port`:         {"--host", "a:80"},
		`--host is "localhost": it is answered`:   {"--host", "b", "--host", "localhost"},
		"--load-timeout is 0s":                    {"--load-timeout", "0s"},
		"--tls-cert has no effect without --tls":  {"--tls-cert", cert},
		"--tls-key has no effect without --tls-c": {"--tls-key", cert},
	} {
		status, stdout, stderr := command("", append([]string{"serve", sharedRun(t)}, args...)...)
		checkFailure(t, status, exitUsage, stdout, stderr, want)
	}
	if data, err := os.ReadFile(token); err != nil || string(data) != "0123456789abcdef\n" {
		t.Errorf("the file in the socket's place is %q, error %v", data, err)
	}
}
