// Package nn holds layers, their weights, and models, under Keras's names.
//
// A layer is a plain struct: its fields are its settings, zero fields are
// Keras's defaults, and two methods are what it does. Init declares weights for
// the shapes of its inputs; Apply emits the forward computation as nodes of an
// expression graph. Gradients are symbolic and follow from the nodes; no layer
// holds backward code.
//
// Weights live in the model under paths such as simple_rnn/recurrent_kernel,
// are drawn from a stream seeded by seed and path, and are shared by all
// programs of the model: one for each phase, batch size and length.
//
// Sequential describes a chain of layers, Functional a graph of them with
// several inputs and outputs and with layers that are shared. A layer may also
// declare states and give them their next values (Scope.State, Context.Assign),
// add to the loss (Context.AddLoss), and draw masks of dropout that repeat by
// seed and step (Context.DropoutMask).
//
// A mask travels beside a sequence's values. Recurrent layers pass over masked
// steps, layers that work on each step hand the mask on, and the loss and the
// metrics of a sequence output leave masked steps out.
//
// A Cell is one step of a recurrent layer. RNN runs it unrolled, looped or
// fused; see Execution.
//
// Word ids stay ids. OneHot and Embedding pass on the ids and what they stand
// for, and Context.Linear turns the product with a one-hot vector into a gather
// of the kernel's rows.
//
// A model is saved as two files, strict JSON and safetensors; see Model.Save.
package nn
