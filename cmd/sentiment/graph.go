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
	"unroll/nn/diagram"
)

func (a *app) graphCommand() *cobra.Command {
	f := &trainFlags{}
	var view, out, trace string
	var steps int
	var profile bool
	c := &cobra.Command{
		Use:   "graph",
		Short: "Draw a model's layers, or its expression graph with the gradients",
		Long: `Draws the layers of a model with shapes and parameters, or the expression graph of
its training: forward pass and gradients over a few time steps, in the execution that
--rnn chooses. The file name decides the format: .svg, or .dot for Graphviz.

With --profile the training step is run on batches of made-up words, the operations
are coloured by their share of the time, and a table of them is printed.`,
		Example: `  sentiment graph --model embedding --out layers.svg
  sentiment graph --model embedding --view expression --rnn unrolled --steps 3 --out graph.svg
  sentiment graph --model embedding --view expression --profile --out profile.svg --trace trace.json`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := usage.Positive("steps", steps); err != nil {
				return err
			}
			if err := f.TextSettings.Check(); err != nil {
				return err
			}
			if err := f.Layout.Check(); err != nil {
				return err
			}
			if view == "expression" && (!profile || c.Flags().Changed("steps")) {
				f.MaxLen = steps
			}
			return a.draw(f, drawing{view, profile, out, trace})
		},
	}
	choose(c.Flags(), &f.Models, "model", "embedding", "`name` of the model: %s", run.Choices())
	choose(c.Flags(), &view, "view", "layers", "`what` to draw: %s", views.All())
	choose(c.Flags(), &f.RNN, "rnn", "auto", "`execution` of recurrent layers in the expression graph: %s", run.Executions())
	c.Flags().IntVar(&steps, "steps", 3, "time steps in the expression graph (default with --profile: the length of the texts that the model reads)")
	c.Flags().StringVar(&out, "out", "graph.svg", "`file` to write, .svg or .dot")
	c.Flags().BoolVar(&profile, "profile", false, "measure the training step, and colour its operations by their share of the time")
	c.Flags().StringVar(&trace, "trace", "", "`file` for when each operation ran, for ui.perfetto.dev or chrome://tracing")
	sizeFlags(&f.TextSettings, c.Flags())
	layoutFlags(&f.Layout, c.Flags())
	return c
}

// views are what can be drawn of a model.
var views = choice.Table[struct{}]{
	{Name: "layers", Help: "the layers with shapes and parameters"},
	{Name: "expression", Help: "the expression graph of the training, with the gradients"},
}

// drawing is what the graph command makes.
type drawing struct {
	view       string
	profile    bool
	out, trace string // files
}

// drawnBatch is the batch of a drawn expression graph.
const drawnBatch = 2

func (a *app) draw(f *trainFlags, d drawing) error {
	write, err := diagramWriter(d.out)
	if err != nil {
		return err
	}
	exec, err := run.Execution(f.RNN)
	if err != nil {
		return err
	}
	chosen, err := run.Choose(f.Models)
	if err != nil {
		return err
	}
	e := chosen[0]
	encoder := f.TextSettings.Encoder(e.Sizes, corpus.Reviews)
	m, err := e.Build(corpus.ReviewTask, encoder, f.Layout, 0)
	if err != nil {
		return err
	}
	if d.view == "layers" {
		return write(m.Diagram())
	}
	t, err := run.Compile(corpus.ReviewTask, m, nil, exec, 0)
	if err != nil {
		return err
	}
	defer t.Close()
	if d.profile {
		return a.profile(t, encoder, d.trace, write)
	}
	g, err := t.Diagram(drawnBatch, encoder.MaxLen)
	if err != nil {
		return err
	}
	return write(g)
}

// diagramWriter returns what writes a picture to a file, in the format of its name.
func diagramWriter(path string) (func(diagram.Graph) error, error) {
	write := diagram.Graph.WriteSVG
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
	case ".dot", ".gv":
		write = diagram.Graph.WriteDOT
	default:
		return nil, usage.Errorf("--out %s: the name must end in .svg or .dot", path)
	}
	return func(g diagram.Graph) error {
		err := safefile.Write(path, func(w io.Writer) error { return write(g, w) })
		return errors.WithMessage(err, "--out")
	}, nil
}
