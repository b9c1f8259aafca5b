// Package nn holds layers, their weights, and models, under Keras's names. It has
// three kinds of readers.
//
// # For users
//
// A layer is a plain struct: its fields are its settings, and zero fields are
// Keras's defaults. A model is a chain of layers, Sequential, or a graph of them
// with several inputs and outputs and with layers that are shared, Functional:
//
//	model, err := nn.Sequential{
//		Input: nn.Tokens(100),
//		Layers: []nn.Layer{
//			nn.Embedding{InputDim: 1000, OutputDim: 32},
//			nn.GRU{Units: 8},
//			nn.Dense{Units: 1, Activation: nn.Sigmoid},
//		},
//	}.Build()
//
// Both are layers too, so models nest. A trained model becomes a layer of another
// by Model.AsLayer, Frozen keeps its weights as they are, and Model.SubModel
// returns a model that ends at an inner layer.
//
// Weights live in the model under paths such as gru/recurrent_kernel. Layers are
// named after their types, or by Named; Model.Layer finds one by its name, reads
// its weights and sets them. A model is saved as two files, strict JSON and
// safetensors; see Model.Save and Load. Package train fits it.
//
// # For authors of layers
//
// A Layer has two methods. Init declares weights for the shapes of its inputs
// (Scope); Apply emits the forward computation as nodes of an expression graph
// (Context, which is a graph.Builder). Gradients are symbolic and follow from the
// nodes; no layer holds backward code. A layer may also declare states and give
// them their next values (Scope.State, Context.Assign), add to the loss
// (Context.AddLoss), and draw masks of dropout that repeat by seed and step
// (Context.DropoutMask). Register makes its type known to Load.
//
// A Cell is one step of a recurrent layer. RNN runs it unrolled, looped or fused;
// see Execution.
//
// Word ids stay ids. OneHot and Embedding pass on the ids and what they stand
// for, and Context.Linear turns the product with a one-hot vector into a gather of
// the kernel's rows.
//
// # For trainers
//
// Model.Forward emits a program: the forward pass for one phase, batch size and
// number of steps. A Loss adds the scalar to minimize to it, Context.Grad the
// gradients by the weights' nodes, and Pass.Compile makes it run. All programs of
// a model share its weights, whose first values are drawn from streams seeded by
// seed and path. Besides the outputs a Pass has what the layers add to the loss
// (Losses), the next values of states (Assigned), and whether it needs batches as
// a whole (Whole). Model.Blended emits a pass for explanations.
//
// # Masks
//
// A mask travels beside a sequence's values and says which steps count.
// Embedding with MaskZero and Masking make one. The rules are those of Keras 3.4;
// a sequence of one step is one as any other.
//
//	layer                                   at masked steps                    mask of the output
//	-----                                   ---------------                    ------------------
//	SimpleRNN, LSTM, GRU, RNN               the states stay as they were;      the input's, of sequences;
//	                                        a sequence repeats the output      else none
//	                                        before, or has zeros by
//	                                        ZeroOutputForMask
//	Bidirectional                           the same, always with zeros        the input's, of sequences
//	Dense, Activation, LayerNormalization,  as any step                        the input's
//	Dropout, SpatialDropout1D,
//	GaussianNoise, GaussianDropout,
//	AlphaDropout, ActivityRegularization,
//	UnitNormalization, RMSNormalization,
//	ReLU, LeakyReLU, PReLU, ELU,
//	Normalization, Rescaling
//	SoftmaxLayer                            0 over the steps, as any step      the input's
//	                                        over the features
//	BatchNormalization                      not in the moments                 the input's
//	TimeDistributed                         by its layer, which gets the mask  the input's
//	Frozen, Named, Sequential, Functional   by their layers                    by their layers
//	Attention, AdditiveAttention            of the value: no weight;           the query's
//	                                        of the query: zeros
//	MultiHeadAttention                      of value and key: no weight;       the query's
//	                                        of the query: as any step
//	Add, Subtract, Average                  as any step                        either
//	Multiply                                counts as 1; 0 if all are masked   either
//	Maximum, Minimum                        left out; the first if all are     either
//	Concatenate                             as any step                        either
//	Concatenate with Time                   as any step                        one after the other
//	GlobalAveragePooling1D,                 left out; zeros if all are masked  none
//	GlobalMaxPooling1D with Masked
//	ConvMaxPooling1D                        zeros, and no filter is at one     none
//	TokenConvMaxPooling1D                   the same, and so is padding        none
//	Conv1D, SeparableConv1D,                as any step                        none
//	DepthwiseConv1D, Conv1DTranspose,
//	MaxPooling1D, AveragePooling1D,
//	GlobalMaxPooling1D,
//	Flatten, Reshape, ZeroPadding1D,
//	Cropping1D, UpSampling1D, Permute, Dot
//	Embedding, OneHot                       as any step                        it, with MaskZero the padding's too
//	WordDropout                             stay left out                      its own, the padding's too
//	CategoryEncoding                        an error: it would count them      none
//	EmbeddingBag, RepeatVector              have no mask in                    none
//	Masking                                 zeros, at those it finds           its own
//	loss and metrics of a sequence output   left out: Σ mask·loss / Σ mask
//
// Either means: a step counts where it does in at least one of the inputs, so
// that an input without a mask leaves none. In time an input without a mask
// counts as a whole.
//
// This differs from Keras on purpose: a mean of nothing is zeros and not NaN
// (GlobalAveragePooling1D); Concatenate of an input with a mask and one without
// returns no mask where Keras returns one of ones, which says the same; a
// BatchNormalization in TimeDistributed takes its moments over all steps at once,
// and not step by step; Keras warns where a mask ends, this table says it.
package nn
