// Package bench measures this project, and holds what the measurements share:
// the models, their inputs, and the baseline written with Gorgonia's own
// functions.
//
//   - go test -bench . ./bench compares the executions with the baseline: the
//     time to build, differentiate and compile a graph, and to run it;
//   - bench/table turns what that prints into tables;
//   - bench/peers compares training and inference with PyTorch, and the
//     recurrence with the processor's own limit;
//   - bench/texts compares sentiment train with fastText and scikit-learn.
//
// Sizes that would take minutes to compile are left out, and a line that starts
// with "# skipped" says so.
package bench
