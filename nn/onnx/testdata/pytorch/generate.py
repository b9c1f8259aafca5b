"""Writes small models in the form in which PyTorch's exporters write theirs, and what
PyTorch computes of them by the equations of its documentation, in numpy.

PyTorch itself takes no part: the graphs follow torch/onnx/symbolic_opset9.py and its
successors for the exporter by TorchScript, and torch.onnx of 2.5 and later for the one by
torch.export (dynamo), whose graphs have other names, initial states by Expand and opset 18.

    /usr/bin/python3 generate.py        (numpy and onnx, as of Debian's python3-onnx)
"""
import json
import os
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

F, I = TensorProto.FLOAT, TensorProto.INT64
HERE = os.path.dirname(os.path.abspath(__file__))
goldens = {}
sigmoid = lambda x: 1 / (1 + np.exp(-x))
relu = lambda x: np.maximum(x, 0)


class Graph:
    """A graph that grows node by node; op returns the name of the first output."""

    def __init__(self, name, opset, seed):
        self.name, self.opset, self.r = name, opset, np.random.default_rng(seed)
        self.nodes, self.inits, self.inputs, self.outputs, self.n = [], [], [], [], 0

    def input(self, name, shape, typ=F):
        self.inputs.append(helper.make_tensor_value_info(name, typ, shape))
        return name

    def output(self, value, name, shape):
        self.nodes.append(helper.make_node('Identity', [value], [name], name='/Identity_' + name))
        self.outputs.append(helper.make_tensor_value_info(name, F, shape))

    def weight(self, name, *shape, scale=0.5):
        w = (self.r.standard_normal(shape) * scale).astype(np.float32)
        return self.init(name, w), w

    def init(self, name, value):
        self.inits.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def ops(self, op, inputs, outputs=1, module='', **attrs):
        self.n += 1
        outs = [f'{module}/{op}_output_{self.n}_{k}' for k in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, outs, name=f'{module}/{op}_{self.n}', **attrs))
        return outs

    def op(self, op, *inputs, module='', **attrs):
        return self.ops(op, list(inputs), 1, module, **attrs)[0]

    def const(self, value, typ=np.int64):
        """A Constant node, as TorchScript writes them."""
        return self.op('Constant', value=numpy_helper.from_array(np.array(value, typ)))

    def unsqueeze(self, x, axes):
        return self.op('Unsqueeze', x, axes=axes) if self.opset < 13 else self.op('Unsqueeze', x, self.const(axes))

    def squeeze(self, x, axes):
        return self.op('Squeeze', x, axes=axes) if self.opset < 13 else self.op('Squeeze', x, self.const(axes))

    def slice(self, x, axis, start, end):
        if self.opset < 10:
            return self.op('Slice', x, axes=[axis], starts=[start], ends=[end])
        return self.op('Slice', x, self.const([start]), self.const([end]), self.const([axis]))

    def zeros(self, x, batch_axis, directions, hidden):
        """The first states of an RNN that is given none."""
        batch = self.op('Gather', self.op('Shape', x), self.const(batch_axis), axis=0)
        shape = self.op('Concat', self.const([directions]), self.unsqueeze(batch, [0]), self.const([hidden]), axis=0)
        return self.op('ConstantOfShape', shape, value=helper.make_tensor('value', F, [1], [0.0]))

    def save(self, inputs, outputs):
        g = helper.make_graph(self.nodes, 'main_graph', self.inputs, self.outputs, self.inits)
        m = helper.make_model(g, producer_name='pytorch', producer_version='form', opset_imports=[helper.make_opsetid('', self.opset)])
        m.ir_version = 8
        if self.opset < 18:
            onnx.checker.check_model(m)
        with open(os.path.join(HERE, self.name + '.onnx'), 'wb') as f:
            f.write(m.SerializeToString())
        pack = lambda d: {k: {'type': 'int64' if v.dtype == np.int64 else 'float32', 'shape': list(v.shape),
                              'values': [round(float(x), 7) for x in v.flatten()]} for k, v in d.items()}
        goldens[self.name] = {'inputs': pack(inputs), 'outputs': pack(outputs)}


GATES = {'LSTM': 4, 'GRU': 3, 'RNN': 1}
ORDER = {'LSTM': [0, 3, 1, 2], 'GRU': [1, 0, 2], 'RNN': [0]}  # PyTorch's i f g o and r z n as ONNX's


class Recurrent:
    """nn.LSTM, nn.GRU or nn.RNN: its state_dict, its export and its equations."""

    def __init__(self, g, kind, features, hidden, layers=1, both=False, nonlinearity='tanh', bias=True, module=''):
        self.g, self.kind, self.h, self.layers, self.d = g, kind, hidden, layers, 2 if both else 1
        self.f, self.bias, self.module, self.w = {'tanh': np.tanh, 'relu': relu}[nonlinearity], bias, module or '/' + kind.lower(), {}
        self.act = nonlinearity.capitalize()
        n = GATES[kind] * hidden
        for i in range(layers):
            for s in [''] + ['_reverse'] * both:
                width = features if i == 0 else hidden * self.d
                for name, shape in [('weight_ih', (n, width)), ('weight_hh', (n, hidden)), ('bias_ih', (n,)), ('bias_hh', (n,))]:
                    self.w[f'{name}_l{i}{s}'] = (g.r.standard_normal(shape) * 0.5).astype(np.float32)

    def export(self, x, h0=None, folded=True, zeros=None):
        """x is [steps, batch, features]; returns output and states, as torch.nn does."""
        g = self.g
        total = self.layers * self.d
        if h0 is None:
            h0 = [(zeros or g.zeros)(x, 1, total, self.h) for _ in range(1 + (self.kind == 'LSTM'))]
        finals = [[], []]
        for i in range(self.layers):
            W, R, B = [], [], []
            for s in [''] + ['_reverse'] * (self.d - 1):
                for into, name in [(W, 'weight_ih'), (R, 'weight_hh'), (B, 'bias_ih'), (B, 'bias_hh')]:
                    w = self.w[f'{name}_l{i}{s}']
                    if folded:
                        into.append(np.concatenate([w[k * self.h:(k + 1) * self.h] for k in ORDER[self.kind]]))
                    else:
                        name = g.init(f'rnn.{name}_l{i}{s}', w)
                        into.append(name if self.kind == 'RNN' else g.op('Concat', *[g.slice(name, 0, k * self.h, (k + 1) * self.h) for k in ORDER[self.kind]], axis=0))
            if folded:
                num = len(g.inits)
                w, r = g.init(f'onnx::{self.kind}_{num}', np.stack(W)), g.init(f'onnx::{self.kind}_{num + 1}', np.stack(R))
                b = g.init(f'onnx::{self.kind}_{num + 2}', np.stack([np.concatenate(B[2 * k:2 * k + 2]) for k in range(self.d)])) if self.bias else ''
            else:
                join = lambda parts: parts[0] if len(parts) == 1 else g.op('Concat', *parts, axis=0)
                w, r = join([g.unsqueeze(x_, [0]) for x_ in W]), join([g.unsqueeze(x_, [0]) for x_ in R])
                b = join([g.unsqueeze(g.op('Concat', B[2 * k], B[2 * k + 1], axis=0), [0]) for k in range(self.d)])
            states = [h if self.layers == 1 else g.slice(h, 0, i * self.d, (i + 1) * self.d) for h in h0]
            attrs = {'hidden_size': self.h}
            if self.d == 2:
                attrs['direction'] = 'bidirectional'
            if self.kind == 'RNN':
                attrs['activations'] = [self.act] * self.d
            if self.kind == 'GRU':
                attrs['linear_before_reset'] = 1
            y, *last = g.ops(self.kind, [x, w, r, b, ''] + states, 1 + len(states), self.module, **attrs)
            if self.d == 2:
                y = g.op('Reshape', g.op('Transpose', y, perm=[0, 2, 1, 3]), g.const([0, 0, -1]))
            else:
                y = g.squeeze(y, [1])
            x = y
            for k, v in enumerate(last):
                finals[k].append(v)
        return x, [f[0] if self.layers == 1 else g.op('Concat', *f, axis=0) for f in finals if f]

    def run(self, x, h0=None):
        """The same of arrays: x is [steps, batch, features]."""
        finals = [[], []]
        for i in range(self.layers):
            outs = []
            for k, s in enumerate([''] + ['_reverse'] * (self.d - 1)):
                at = lambda name: self.w[f'{name}_l{i}{s}']
                b_ih, b_hh = (at('bias_ih'), at('bias_hh')) if self.bias else (0, 0)
                h = np.zeros((x.shape[1], self.h)) if h0 is None else h0[0][i * self.d + k]
                c = np.zeros_like(h) if h0 is None or len(h0) < 2 else h0[1][i * self.d + k]
                ys = [None] * len(x)
                for t in (range(len(x)) if k == 0 else reversed(range(len(x)))):
                    a, b = x[t] @ at('weight_ih').T + b_ih, h @ at('weight_hh').T + b_hh
                    A, B = np.split(a, GATES[self.kind], -1), np.split(b, GATES[self.kind], -1)
                    if self.kind == 'LSTM':
                        i_, f, g_, o = [p + q for p, q in zip(A, B)]
                        c = sigmoid(f) * c + sigmoid(i_) * np.tanh(g_)
                        h = sigmoid(o) * np.tanh(c)
                    elif self.kind == 'GRU':
                        r, z = sigmoid(A[0] + B[0]), sigmoid(A[1] + B[1])
                        h = (1 - z) * np.tanh(A[2] + r * B[2]) + z * h
                    else:
                        h = self.f(a + b)
                    ys[t] = h
                outs.append(np.stack(ys))
                finals[0].append(h)
                finals[1].append(c)
            x = np.concatenate(outs, -1)
        return x, [np.stack(f) for f in finals][:2 if self.kind == 'LSTM' else 1]


def ids(r, batch, steps, words=12):
    return r.integers(0, words, (batch, steps)).astype(np.int64)


def linear(g, x, name, n, m, flat=True):
    """nn.Linear, of a matrix and of more dimensions."""
    w, W = g.weight(name + '.weight', m, n)
    b, B = g.weight(name + '.bias', m)
    if flat:
        return g.op('Gemm', x, w, b, alpha=1.0, beta=1.0, transB=1, module='/' + name), W, B
    k = g.init(f'onnx::MatMul_{len(g.inits)}', W.T)
    g.inits = [t for t in g.inits if t.name != w]
    return g.op('Add', b, g.op('MatMul', x, k, module='/' + name), module='/' + name), W, B


def lstm_last():
    g = Graph('lstm_last', 14, 1)
    x = g.input('ids', ['batch', 'steps'], I)
    e, E = g.weight('embedding.weight', 12, 5)
    emb = g.op('Gather', e, x, module='/embedding')
    lstm = Recurrent(g, 'LSTM', 5, 4)
    y, _ = lstm.export(g.op('Transpose', emb, perm=[1, 0, 2]))
    y = g.op('Transpose', y, perm=[1, 0, 2])
    z, W, B = linear(g, g.op('Gather', y, g.const(-1), axis=1), 'fc', 4, 1)
    g.output(g.squeeze(g.op('Sigmoid', z), [1]), 'probability', ['batch'])
    v = ids(g.r, 3, 6)
    g.save({'ids': v}, {'probability': sigmoid(lstm.run(E[v].transpose(1, 0, 2))[0][-1] @ W.T + B)[:, 0]})


def bilstm_stacked():
    g = Graph('bilstm_stacked', 17, 2)
    x = g.input('ids', ['batch', 'steps'], I)
    e, E = g.weight('embedding.weight', 12, 5)
    emb = g.op('Gather', e, x, module='/embedding')
    lstm = Recurrent(g, 'LSTM', 5, 3, layers=2, both=True)
    _, (h, _) = lstm.export(g.op('Transpose', emb, perm=[1, 0, 2]))
    both = g.op('Concat', g.op('Gather', h, g.const(-2), axis=0), g.op('Gather', h, g.const(-1), axis=0), axis=1)
    z, W, B = linear(g, both, 'fc', 6, 3)
    g.output(g.op('Softmax', z, axis=-1), 'probabilities', ['batch', 3])
    v = ids(g.r, 2, 7)
    H = lstm.run(E[v].transpose(1, 0, 2))[1][0]
    s = np.exp(np.concatenate([H[-2], H[-1]], -1) @ W.T + B)
    g.save({'ids': v}, {'probabilities': s / s.sum(-1, keepdims=True)})


def gru_tagger():
    g = Graph('gru_tagger', 9, 3)
    x = g.input('x', ['steps', 'batch', 4])
    gru = Recurrent(g, 'GRU', 4, 3, both=True)
    y, _ = gru.export(x)
    z, W, B = linear(g, y, 'fc', 6, 5, flat=False)
    g.output(g.op('LogSoftmax', z, axis=2), 'tags', ['steps', 'batch', 5])
    v = g.r.standard_normal((5, 2, 4)).astype(np.float32)
    s = gru.run(v)[0] @ W.T + B
    g.save({'x': v}, {'tags': s - np.log(np.exp(s).sum(-1, keepdims=True))})


def rnn_state():
    g = Graph('rnn_state', 11, 4)
    x = g.input('x', ['batch', 'steps', 4])
    rnn = Recurrent(g, 'RNN', 4, 3)
    _, (h,) = rnn.export(g.op('Transpose', x, perm=[1, 0, 2]))
    z, W, B = linear(g, g.op('Gather', h, g.const(-1), axis=0), 'fc', 3, 2)
    g.output(z, 'scores', ['batch', 2])
    v = g.r.standard_normal((2, 5, 4)).astype(np.float32)
    g.save({'x': v}, {'scores': rnn.run(v.transpose(1, 0, 2))[1][0][-1] @ W.T + B})


def rnn_relu_two_layers():
    g = Graph('rnn_relu_two_layers', 13, 5)
    x = g.input('x', ['batch', 'steps', 4])
    rnn = Recurrent(g, 'RNN', 4, 3, layers=2, nonlinearity='relu')
    y, (h,) = rnn.export(g.op('Transpose', x, perm=[1, 0, 2]))
    g.output(g.op('Transpose', y, perm=[1, 0, 2]), 'output', ['batch', 'steps', 3])
    g.output(h, 'h_n', [2, 'batch', 3])
    v = g.r.standard_normal((2, 5, 4)).astype(np.float32)
    Y, (H,) = rnn.run(v.transpose(1, 0, 2))
    g.save({'x': v}, {'output': Y.transpose(1, 0, 2), 'h_n': H})


def gru_with_state():
    g = Graph('gru_with_state', 12, 6)
    x, h0 = g.input('x', ['steps', 'batch', 4]), g.input('h0', [1, 'batch', 3])
    gru = Recurrent(g, 'GRU', 4, 3)
    y, (h,) = gru.export(x, [h0], folded=False)
    g.output(y, 'output', ['steps', 'batch', 3])
    g.output(h, 'h_n', [1, 'batch', 3])
    v, s = g.r.standard_normal((5, 2, 4)).astype(np.float32), g.r.standard_normal((1, 2, 3)).astype(np.float32)
    Y, (H,) = gru.run(v, [s])
    g.save({'x': v, 'h0': s}, {'output': Y, 'h_n': H})


def lstm_unfolded():
    g = Graph('lstm_unfolded', 13, 7)
    x = g.input('x', ['batch', 'steps', 4])
    lstm = Recurrent(g, 'LSTM', 4, 3, both=True)
    y, _ = lstm.export(g.op('Transpose', x, perm=[1, 0, 2]), folded=False)
    g.output(g.op('Transpose', y, perm=[1, 0, 2]), 'output', ['batch', 'steps', 6])
    v = g.r.standard_normal((2, 5, 4)).astype(np.float32)
    g.save({'x': v}, {'output': lstm.run(v.transpose(1, 0, 2))[0].transpose(1, 0, 2)})


def lstm_static():
    """No dynamic axes: sizes are constants, and so are the first states."""
    g = Graph('lstm_static', 14, 8)
    x = g.input('x', [1, 5, 4])
    lstm = Recurrent(g, 'LSTM', 4, 3, bias=False)
    zeros = lambda x, axis, d, h: g.const(np.zeros((d, 1, h)), np.float32)
    y, _ = lstm.export(g.op('Transpose', x, perm=[1, 0, 2]), zeros=zeros)
    y = g.op('Transpose', y, perm=[1, 0, 2])
    flat = g.op('Reshape', y, g.const([1, -1]))
    z, W, B = linear(g, flat, 'fc', 15, 2)
    g.output(z, 'scores', [1, 2])
    v = g.r.standard_normal((1, 5, 4)).astype(np.float32)
    g.save({'x': v}, {'scores': lstm.run(v.transpose(1, 0, 2))[0].transpose(1, 0, 2).reshape(1, -1) @ W.T + B})


def lstm_dynamo():
    """As torch.export gives it: opset 18, other names, states by Expand."""
    g = Graph('lstm_dynamo', 18, 9)
    x = g.input('x', ['s0', 's1', 4])
    lstm = Recurrent(g, 'LSTM', 4, 3, layers=2, module='node')

    def zeros(v, axis, d, h):
        batch = g.op('Shape', v, start=axis, end=axis + 1)
        shape = g.op('Concat', g.init(f'val_{len(g.inits)}', np.array([d], np.int64)), batch, g.init(f'val_{len(g.inits)}', np.array([h], np.int64)), axis=0)
        return g.op('Expand', g.init(f'val_{len(g.inits)}', np.array(0, np.float32)), shape)
    y, _ = lstm.export(g.op('Transpose', x, perm=[1, 0, 2]), zeros=zeros)
    y = g.op('Transpose', y, perm=[1, 0, 2])
    gamma, G = g.weight('norm.weight', 3)
    beta, b = g.weight('norm.bias', 3)
    n = g.op('LayerNormalization', y, gamma, beta, axis=-1, epsilon=1e-5, stash_type=1)
    mean = g.op('ReduceMean', n, g.init('val_axes', np.array([1], np.int64)), noop_with_empty_axes=0, keepdims=0)
    z, W, B = linear(g, mean, 'fc', 3, 2)
    g.output(z, 'linear', ['s0', 2])
    v = g.r.standard_normal((2, 5, 4)).astype(np.float32)
    Y = lstm.run(v.transpose(1, 0, 2))[0].transpose(1, 0, 2)
    N = (Y - Y.mean(-1, keepdims=True)) / np.sqrt(Y.var(-1, keepdims=True) + 1e-5) * G + b
    g.save({'x': v}, {'linear': N.mean(1) @ W.T + B})


def conv(x, w, b, stride=1, pad=(0, 0), dilation=1):
    x = np.pad(x, ((0, 0), (0, 0), pad))
    k = w.shape[2]
    steps = (x.shape[2] - (k - 1) * dilation - 1) // stride + 1
    out = np.zeros((x.shape[0], w.shape[0], steps))
    for t in range(steps):
        out[:, :, t] = np.einsum('bck,ock->bo', x[:, :, t * stride:t * stride + (k - 1) * dilation + 1:dilation], w) + b
    return out


def textcnn():
    g = Graph('textcnn', 13, 10)
    x = g.input('ids', ['batch', 'steps'], I)
    e, E = g.weight('embedding.weight', 12, 5)
    emb = g.op('Transpose', g.op('Gather', e, x, module='/embedding'), perm=[0, 2, 1])
    v = ids(g.r, 2, 8)
    X, parts, P = E[v].transpose(0, 2, 1), [], []
    for i, k in enumerate([2, 3, 4]):
        w, W = g.weight(f'convs.{i}.weight', 4, 5, k)
        b, B = g.weight(f'convs.{i}.bias', 4)
        y = g.op('Conv', emb, w, b, dilations=[1], group=1, kernel_shape=[k], pads=[k - 1, k - 1], strides=[1], module=f'/convs.{i}')
        parts.append(g.op('ReduceMax', g.op('Relu', y), axes=[2], keepdims=0))
        P.append(relu(conv(X, W, B, pad=(k - 1, k - 1))).max(2))
    z, W, B = linear(g, g.op('Concat', *parts, axis=1), 'fc', 12, 2)
    g.output(z, 'logits', ['batch', 2])
    g.save({'ids': v}, {'logits': np.concatenate(P, 1) @ W.T + B})


def conv_net():
    g = Graph('conv_net', 14, 11)
    x = g.input('signal', ['batch', 3, 20])
    v = g.r.standard_normal((2, 3, 20)).astype(np.float32)
    w, W = g.weight('conv.weight', 4, 3, 3)
    b, B = g.weight('conv.bias', 4)
    y = g.op('Conv', x, w, b, dilations=[1], group=1, kernel_shape=[3], pads=[1, 1], strides=[1], module='/conv')
    Y = conv(v, W, B, pad=(1, 1))
    names, stats = [], []
    for n in ['weight', 'bias', 'running_mean', 'running_var']:
        val = np.abs(g.r.standard_normal(4)).astype(np.float32) + 0.5
        names.append(g.init('bn.' + n, val))
        stats.append(val[None, :, None])
    y = g.op('Relu', g.op('BatchNormalization', y, *names, epsilon=1e-5, momentum=0.9, training_mode=0, module='/bn'))
    Y = relu((Y - stats[2]) / np.sqrt(stats[3] + 1e-5) * stats[0] + stats[1])
    y = g.op('MaxPool', y, ceil_mode=0, kernel_shape=[2], pads=[0, 0], strides=[2], module='/pool')
    Y = Y.reshape(2, 4, 10, 2).max(3)
    w, W = g.weight('conv2.weight', 4, 2, 3)
    b, B = g.weight('conv2.bias', 4)
    y = g.op('Conv', y, w, b, dilations=[2], group=2, kernel_shape=[3], pads=[2, 1], strides=[1], module='/conv2')
    Y = np.concatenate([conv(Y[:, :2], W[:2], B[:2], pad=(2, 1), dilation=2), conv(Y[:, 2:], W[2:], B[2:], pad=(2, 1), dilation=2)], 1)
    y = g.op('AveragePool', y, ceil_mode=0, kernel_shape=[3], strides=[3], module='/avg')
    Y = Y.reshape(2, 4, 3, 3).mean(3)
    a, W, B = linear(g, g.op('Flatten', y, axis=1), 'fc', 12, 3)
    g.output(a, 'scores', ['batch', 3])
    g.output(g.op('Flatten', g.op('GlobalAveragePool', y), axis=1), 'means', ['batch', 4])
    g.save({'signal': v}, {'scores': Y.reshape(2, -1) @ W.T + B, 'means': Y.mean(2)})


def mlp():
    """BatchNorm1d, and LayerNorm and GELU as they are written before opset 17."""
    from math import erf
    g = Graph('mlp', 13, 12)
    x = g.input('x', ['batch', 6])
    v = g.r.standard_normal((3, 6)).astype(np.float32)
    y, W, B = linear(g, x, 'fc1', 6, 5)
    Y = v @ W.T + B
    names, stats = [], []
    for n in ['weight', 'bias', 'running_mean', 'running_var']:
        val = np.abs(g.r.standard_normal(5)).astype(np.float32) + 0.5
        names.append(g.init('bn.' + n, val))
        stats.append(val)
    y = g.op('BatchNormalization', y, *names, epsilon=1e-5, momentum=0.9, module='/bn')
    Y = (Y - stats[2]) / np.sqrt(stats[3] + 1e-5) * stats[0] + stats[1]
    half = g.op('Erf', g.op('Div', y, g.const(np.sqrt(2), np.float32)))
    y = g.op('Mul', g.op('Mul', y, g.op('Add', half, g.const(1, np.float32))), g.const(0.5, np.float32))
    Y = Y * 0.5 * (1 + np.vectorize(erf)(Y / np.sqrt(2)))
    gamma, G = g.weight('norm.weight', 5)
    beta, b = g.weight('norm.bias', 5)
    d = g.op('Sub', y, g.op('ReduceMean', y, axes=[-1], keepdims=1))
    var = g.op('ReduceMean', g.op('Pow', d, g.const(2, np.float32)), axes=[-1], keepdims=1)
    n = g.op('Div', d, g.op('Sqrt', g.op('Add', var, g.const(1e-5, np.float32))))
    y = g.op('Add', g.op('Mul', n, gamma), beta)
    Y = (Y - Y.mean(-1, keepdims=True)) / np.sqrt(Y.var(-1, keepdims=True) + 1e-5) * G + b
    y = g.op('Dropout', y, g.const(0.25, np.float32), g.const(False, bool))
    z, W, B = linear(g, y, 'fc2', 5, 2)
    g.output(z, 'scores', ['batch', 2])
    g.save({'x': v}, {'scores': Y @ W.T + B})


def activations():
    g = Graph('activations', 14, 13)
    x = g.input('x', ['batch', 4])
    v = (g.r.standard_normal((3, 4)) * 2).astype(np.float32)
    soft = lambda x: np.log1p(np.exp(x))
    one = lambda v: g.const(v, np.float32)
    y = g.op('Elu', x, alpha=1.0)
    Y = np.where(v > 0, v, np.exp(v) - 1)
    y, Y = g.op('LeakyRelu', y, alpha=0.01), np.where(Y > 0, Y, 0.01 * Y)
    y, Y = g.op('Selu', y), 1.0507009873554805 * np.where(Y > 0, Y, 1.6732632423543772 * (np.exp(Y) - 1))
    y, Y = g.op('HardSigmoid', y, alpha=1 / 6, beta=0.5), np.clip(Y / 6 + 0.5, 0, 1)
    y, Y = g.op('Softplus', y), soft(Y)
    y, Y = g.op('Softsign', y), Y / (1 + np.abs(Y))
    y, Y = g.op('Mul', y, g.op('Sigmoid', y)), Y * sigmoid(Y)
    y, Y = g.op('Mul', y, g.op('Tanh', g.op('Softplus', y))), Y * np.tanh(soft(Y))
    y, Y = g.op('Clip', g.op('Mul', y, one(3)), one(0), one(6)), np.clip(Y * 3, 0, 6)
    y, Y = g.op('Clip', g.op('Sub', y, one(0.5)), one(-1), one(1)), np.clip(Y - 0.5, -1, 1)
    slope, S = g.weight('prelu.weight', 4)
    y, Y = g.op('PRelu', y, slope), np.where(Y > 0, Y, Y * S)
    y, Y = g.op('Div', g.op('Neg', y), one(2)), -Y / 2
    y, Y = g.op('HardSwish', y), Y * np.clip(Y / 6 + 0.5, 0, 1)
    a, A = g.weight('scale', 4)
    y, Y = g.op('Mul', y, a), Y * A
    y, Y = g.op('Add', y, a), Y + A
    g.output(y, 'y', ['batch', 4])
    g.save({'x': v}, {'y': Y})


for make in [lstm_last, bilstm_stacked, gru_tagger, rnn_state, rnn_relu_two_layers, gru_with_state, lstm_unfolded,
             lstm_static, lstm_dynamo, textcnn, conv_net, mlp, activations]:
    make()
with open(os.path.join(HERE, 'golden.json'), 'w') as f:
    json.dump(goldens, f, indent=0, sort_keys=True)
    f.write('\n')
