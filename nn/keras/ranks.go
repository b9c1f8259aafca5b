package keras

import (
	"slices"

	"unroll/nn"
)

// ranksOf returns the numbers of dimensions of what a layer returns, of one sample,
// for those of its inputs. Keras counts axes, and from the front often enough, so
// that which one is meant hangs on them. States are not listed: they have one.
func ranksOf(l nn.Layer, in []int) []int {
	switch l := l.(type) {
	case nn.Frozen:
		return ranksOf(l.Layer, in)
	case nn.Embedding, nn.OneHot:
		return []int{in[0] + 1}
	case nn.CategoryEncoding, nn.Flatten:
		return []int{1}
	case nn.GlobalMaxPooling1D:
		return overTime(l.KeepDims)
	case nn.GlobalAveragePooling1D:
		return overTime(l.KeepDims)
	case nn.Add, nn.Subtract, nn.Multiply, nn.Average, nn.Maximum, nn.Minimum: // which broadcast
		return []int{slices.Max(in)}
	case nn.Dot:
		n := -2
		for _, rank := range in {
			n += rank
		}
		return []int{max(n, 1)}
	case nn.RepeatVector, nn.TimeDistributed, nn.ZeroPadding1D, nn.Cropping1D, nn.UpSampling1D:
		return []int{2}
	case nn.Reshape:
		return []int{len(l.TargetShape)}
	case nn.Bidirectional:
		one := ranksOf(l.Layer, in)
		if l.Merge == nn.MergeNone {
			return append(one, one...)
		}
		return one
	case nn.SimpleRNN:
		return overTime(l.ReturnSequences)
	case nn.LSTM:
		return overTime(l.ReturnSequences)
	case nn.GRU:
		return overTime(l.ReturnSequences)
	case nn.RNN:
		return overTime(l.ReturnSequences)
	}
	return in[:1]
}

func overTime(sequences bool) []int {
	if sequences {
		return []int{2}
	}
	return []int{1}
}
