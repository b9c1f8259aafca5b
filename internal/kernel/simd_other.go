//go:build !amd64 || purego

package kernel

// There is no assembly here: every kernel is the portable one.

const (
	portable = 0
	level    = portable
)

func tanh32(_, _ []float32) bool                                                           { return false }
func sigmoid32(_, _ []float32) bool                                                        { return false }
func exp32(_, _ []float32) bool                                                            { return false }
func tanhGrad32(_, _, _ []float32) bool                                                    { return false }
func add32(_, _, _ []float32) bool                                                         { return false }
func mul32(_, _, _ []float32) bool                                                         { return false }
func affine32(_ []float32, _ float32, _ []float32, _ float32) bool                         { return false }
func axpy32(_ []float32, _ float32, _ []float32) bool                                      { return false }
func dot32(_, _ []float32) (float32, bool)                                                 { return 0, false }
func momentum32(_, _, _ []float32, _, _ float32) bool                                      { return false }
func nesterov32(_, _, _ []float32, _, _ float32) bool                                      { return false }
func adam32(_, _, _, _ []float32, _, _, _, _, _ float32) bool                              { return false }
func rmsprop32(_, _, _ []float32, _, _, _ float32) bool                                    { return false }
func rmspropCentered32(_, _, _, _, _ []float32, _, _, _, _, _ float32) bool                { return false }
func adagrad32(_, _, _ []float32, _, _ float32) bool                                       { return false }
func adadelta32(_, _, _, _ []float32, _, _, _ float32) bool                                { return false }
func adamax32(_, _, _, _ []float32, _, _, _, _ float32) bool                               { return false }
func lion32(_, _, _ []float32, _, _, _ float32) bool                                       { return false }
func scale32(_ []float32, _ float32, _ []float32) bool                                     { return false }
func blend32(_ []float32, _ float32, _ []float32) bool                                     { return false }
func clamp32(_ []float32, _, _ float32) bool                                               { return false }
func sumSquares32(_ *[16]float64, _ []float32) bool                                        { return false }
func gather32(_, _ []float32, _ []int32, _ int) bool                                       { return false }
func scatterAdd32(_, _ []float32, _ []int32, _ int) bool                                   { return false }
func colSums32(_, _ []float32) bool                                                        { return false }
func lstm32(_, _, _, _, _ []float32, _ int) bool                                           { return false }
func lstmGrad32(_, _, _, _, _, _ []float32, _ int) bool                                    { return false }
func gru32(_, _, _, _ []float32, _ int) bool                                               { return false }
func gruGrad32(_, _, _, _, _, _ []float32, _ int) bool                                     { return false }
func panelWidth() int                                                                      { return 0 }
func gemmPanel(_, _ int, _ *float32, _, _ int, _ *float32, _ int, _, _ *float32, _, _ int) {}

func transposed(dst []float32, w int, src []float32, lds, cols int) (rows, took int) { return 0, 0 }
