package main

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/choice"
	"unroll/internal/safefile"
	"unroll/nn"
	"unroll/nn/diagram"
)

func (a *app) graphCommand() *cobra.Command {
	f := &trainFlags{}
	var view, out string
	var steps int
	c := &cobra.Command{
		Use:   "graph",
		Short: "Draw a model's layers, or its expression graph with the gradients",
		Long: `Draws the layers of a model with shapes and parameters, or the expression graph of
its training: forward pass and gradients over a few time steps, in the execution that
--rnn chooses. The file name decides the format: .svg, or .dot for Graphviz.`,
		Example: `  sentiment graph --model embedding --out layers.svg
  sentiment graph --model embedding --view expression --rnn unrolled --steps 3 --out graph.svg`,
		Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if err := usage.Positive("steps", steps); err != nil {
				return err
			}
			if err := f.TextSettings.Check(); err != nil {
				return err
			}
			if view == "expression" {
				f.MaxLen = steps
			}
			return a.draw(f, view, steps, out)
		},
	}
	choose(c.Flags(), &f.Models, "model", "embedding", "`name` of the model: %s", run.Choices())
	choose(c.Flags(), &view, "view", "layers", "`what` to draw: %s", views.All())
	choose(c.Flags(), &f.RNN, "rnn", "auto", "`execution` of recurrent layers in the expression graph: %s", run.Executions())
	c.Flags().IntVar(&steps, "steps", 3, "time steps in the expression graph")
	c.Flags().StringVar(&out, "out", "graph.svg", "`file` to write, .svg or .dot")
	sizeFlags(&f.TextSettings, c.Flags())
	return c
}

// views are what can be drawn of a model.
var views = choice.Table[struct{}]{
	{Name: "layers", Help: "the layers with shapes and parameters"},
	{Name: "expression", Help: "the expression graph of the training, with the gradients"},
}

// drawnBatch is the batch of a drawn expression graph.
const drawnBatch = 2

func (a *app) draw(f *trainFlags, view string, steps int, out string) error {
	exec, err := run.Execution(f.RNN)
	if err != nil {
		return err
	}
	chosen, err := run.Choose(f.Models)
	if err != nil {
		return err
	}
	e := chosen[0]
	m, err := e.Build(corpus.ReviewTask, f.TextSettings.Encoder(e.Sizes, corpus.Reviews), 0)
	if err != nil {
		return err
	}
	var g diagram.Graph
	if view == "layers" {
		g = m.Diagram()
	} else if g, err = expression(m, exec, steps); err != nil {
		return err
	}
	return writeDiagram(g, out)
}

// expression returns the graph that trains a model.
func expression(m *nn.Model, exec nn.Execution, steps int) (diagram.Graph, error) {
	t, err := run.Compile(corpus.ReviewTask, m, nil, exec)
	if err != nil {
		return diagram.Graph{}, err
	}
	defer t.Close()
	return t.Diagram(drawnBatch, steps)
}

func writeDiagram(g diagram.Graph, path string) error {
	write := g.WriteSVG
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
	case ".dot", ".gv":
		write = g.WriteDOT
	default:
		return usage.Errorf("--out %s: the name must end in .svg or .dot", path)
	}
	return errors.WithMessage(safefile.Write(path, func(w io.Writer) error { return write(w) }), "--out")
}
