package parallel

import "testing"

// Benchmark is what an update, a batch that is predicted and a call pay.
func Benchmark(b *testing.B) {
	nothing := func() error { return nil }
	var l Lock
	var c Calls
	me := Goroutine()
	for name, f := range map[string]func(){
		"Write": func() { _ = l.Write(me, nothing) },
		"Read":  func() { _ = l.Read(0, nothing) },
		"Call":  func() { _ = c.Begin("Predict", "the trainer"); c.End("Predict") },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}
