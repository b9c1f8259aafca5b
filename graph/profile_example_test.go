package graph_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// Which node takes a program's time? Printed, a profile is a table of all of them.
func ExampleProgram_Profile() {
	b := graph.New(tensor.Float32)
	x := b.Input("x", tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(64, 256)))
	w := b.Input("w", tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(256, 256)))
	y := b.Tanh(b.MatMul(x, w))
	p, err := b.Compile(y)
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	profile, err := p.Profile(func() error {
		for range 10 {
			if err := p.Run(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range profile.Nodes {
		if n.Name == "matmul" {
			fmt.Println(n.Count, "times,", n.Work/1e6, "Mflop,", n.Bytes, "bytes")
		}
	}
	// Output: 10 times, 83.88608 Mflop, 65536 bytes
}
