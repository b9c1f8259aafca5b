"""Exports small models by PyTorch's own torch.onnx.export, and writes what PyTorch computes
of them on inputs of two other batches and lengths than the one that was exported.

    /usr/bin/python3 export.py        (PyTorch 1.13 and onnx, as of Debian's python3-torch, python3-onnx)

A second run writes the same bytes. golden.json has for each file the axes of its inputs and
outputs, b for the batch, t for the steps and f for features, and the runs. The files whose
names begin with "refused" are those that no model of nn is.
"""
import io
import json
import os
import warnings

import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings('ignore')
HERE = os.path.dirname(os.path.abspath(__file__))
goldens = {}
WORDS, WIDTH = 12, 4


def shaped(axes, batch, steps, width):
    """The shape of an input."""
    return [{'b': batch, 't': steps}.get(a, width) for a in axes]


def export(name, module, inputs, outputs, lengths=((1, 7), (3, 5)), opset=14, refused=False, open=True):
    """inputs and outputs have the axes of each by name, with the width where it is not WIDTH.
    An input of "bt" is of word ids, and one of "b" of lengths."""
    torch.manual_seed(len(goldens) + 1)
    for m in module.modules():  # as after some training
        if isinstance(m, nn.BatchNorm1d):
            m.running_mean.normal_()
            m.running_var.uniform_(0.5, 2)
        if isinstance(m, (nn.BatchNorm1d, nn.LayerNorm)) and m.weight is not None:
            nn.init.normal_(m.weight)
            nn.init.normal_(m.bias)
    module.eval()
    inputs = {k: v if isinstance(v, tuple) else (v, WIDTH) for k, v in inputs.items()}

    def draw(batch, steps):
        def one(axes, width):
            if 'f' in axes:
                return torch.randn(shaped(axes, batch, steps, width)) * 2
            low, high = (0, WORDS) if 't' in axes else (1, steps + 1)
            return torch.randint(low, high, shaped(axes, batch, steps, width))
        return tuple(one(*axes) for axes in inputs.values())

    axes = {**{k: a for k, (a, _) in inputs.items()}, **outputs}
    named = {k: {i: {'b': 'batch', 't': 'steps' if k in inputs else 'steps_of_' + k}[x] for i, x in enumerate(a) if x in 'bt'} for k, a in axes.items()}
    f = io.BytesIO()
    torch.onnx.export(module, draw(4, 6), f, opset_version=opset, input_names=list(inputs), output_names=list(outputs), dynamic_axes=named if open else None)
    with __builtins__.open(os.path.join(HERE, name + '.onnx'), 'wb') as out:
        out.write(f.getvalue())
    if refused:
        return
    pack = lambda t: {'type': 'int64' if t.dtype == torch.int64 else 'float32', 'shape': list(t.shape),
                      'values': [round(float(x), 7) for x in t.flatten()]}
    runs = []
    for batch, steps in lengths if open else ((4, 6), (4, 6)):
        x = draw(batch, steps)
        x = tuple(v if v.dtype == torch.int64 else torch.round(v * 64) / 64 for v in x)  # few digits
        with torch.no_grad():
            y = module(*x)
        y = y if isinstance(y, tuple) else (y,)
        assert len(y) == len(outputs), name
        runs.append({'inputs': dict(zip(inputs, map(pack, x))), 'outputs': dict(zip(outputs, map(pack, y)))})
    goldens[name] = {'axes': axes, 'runs': runs}


class Of(nn.Module):
    """A function of modules, called as f(self, inputs...)."""

    def __init__(self, f, **modules):
        super().__init__()
        self.f = f
        for k, m in modules.items():
            setattr(self, k, m)

    def forward(self, *x):
        return self.f(self, *x)


def recurrent():
    export('rnn_tanh', Of(lambda m, x: m.rnn(x), rnn=nn.RNN(4, 3)), {'x': 'tbf'}, {'y': 'tbf', 'h_n': 'fbf'})
    export('rnn_relu_stacked', Of(lambda m, x: m.rnn(x)[0][:, -1], rnn=nn.RNN(4, 3, num_layers=2, nonlinearity='relu', batch_first=True)),
           {'x': 'btf'}, {'y': 'bf'})
    export('lstm_states', Of(lambda m, x: (m.lstm(x)[0], *m.lstm(x)[1]), lstm=nn.LSTM(4, 3, batch_first=True)),
           {'x': 'btf'}, {'y': 'btf', 'h_n': 'fbf', 'c_n': 'fbf'}, opset=9)
    export('lstm_given_state', Of(lambda m, x, h, c: m.lstm(x, (h.unsqueeze(0), c.unsqueeze(0)))[0], lstm=nn.LSTM(4, 3)),
           {'x': 'tbf', 'h0': ('bf', 3), 'c0': ('bf', 3)}, {'y': 'tbf'})
    export('lstm_classifier', Of(lambda m, ids: F.softmax(m.head(m.drop(m.lstm(m.words(ids))[1][0][-1])), 1), words=nn.Embedding(WORDS, 4, padding_idx=0),
                                 lstm=nn.LSTM(4, 5, num_layers=2, dropout=0.3, batch_first=True), drop=nn.Dropout(0.5), head=nn.Linear(5, 3)),
           {'ids': 'bt'}, {'probabilities': 'bf'})
    export('gru_tagger', Of(lambda m, ids: F.log_softmax(m.head(m.gru(m.words(ids))[0]), -1), words=nn.Embedding(WORDS, 4), gru=nn.GRU(4, 3), head=nn.Linear(3, 4)),
           {'ids': 'tb'}, {'tags': 'tbf'})

    def states(m, x):
        _, h = m.gru(x)
        return m.head(torch.cat([h[-2], h[-1]], 1))
    export('bigru_stacked', Of(states, gru=nn.GRU(4, 3, num_layers=2, bidirectional=True, batch_first=True), head=nn.Linear(6, 2)), {'x': 'btf'}, {'y': 'bf'}, opset=17)
    export('bilstm_max', Of(lambda m, ids: torch.sigmoid(m.head(m.lstm(m.words(ids))[0].max(1)[0])).squeeze(1), words=nn.Embedding(WORDS, 4),
                            lstm=nn.LSTM(4, 3, bidirectional=True, batch_first=True), head=nn.Linear(6, 1)), {'ids': 'bt'}, {'probability': 'b'}, opset=11)

    def ends(m, x):
        y, (h, _) = m.lstm(x)
        return torch.cat([y[:, -1, :3], y[:, 0, 3:]], 1), h.transpose(0, 1).reshape(-1, 6)
    export('bilstm_ends', Of(ends, lstm=nn.LSTM(4, 3, bidirectional=True, batch_first=True)), {'x': 'btf'}, {'ends': 'bf', 'states': 'bf'})

    def steps(m, x):
        y, h = m.gru(x)
        return y[:, -1, :], y[:, 0], y[:, -2:-1, :].squeeze(1), y[:, -1:].flatten(1), h.squeeze(0), h[0], y[..., 1:], y.mean(1), y.select(1, -3)
    export('gru_steps', Of(steps, gru=nn.GRU(4, 3, batch_first=True)), {'x': 'btf'}, {k: 'bf' if k != 'part' else 'btf' for k in
           ['last', 'first', 'next_to_last', 'end', 'state', 'same_state', 'part', 'mean', 'third_to_last']})
    export('rnn_fixed', Of(lambda m, x: m.head(m.rnn(x)[0].flatten(1)), rnn=nn.RNN(4, 3, batch_first=True, bias=False), head=nn.Linear(18, 2)), {'x': 'btf'}, {'y': 'bf'}, open=False)
    export('one_step', Of(lambda m, x: m.head(m.lstm(x.unsqueeze(1))[0].squeeze(1)), lstm=nn.LSTM(4, 3, batch_first=True), head=nn.Linear(3, 2)), {'x': 'bf'}, {'y': 'bf'})


def convolutions():
    # padding='same' is none of what this exporter knows; these are the pads that it stands for.
    export('conv_kinds', Of(lambda m, x: (m.c(m.b(m.a(x))), m.d(x), m.e(F.pad(x, (1, 2)))), a=nn.Conv1d(4, 6, 3, padding=1), b=nn.Conv1d(6, 4, 3, stride=2, padding=1, bias=False),
                            c=nn.Conv1d(4, 4, 2, dilation=2, padding=3, groups=2), d=nn.Conv1d(4, 3, 5, padding=2), e=nn.Conv1d(4, 8, 4, groups=4)),
           {'x': 'bft'}, {'y': 'bft', 'd': 'bft', 'e': 'bft'}, lengths=((1, 10), (2, 13)))
    export('conv_net', nn.Sequential(nn.Conv1d(4, 5, 3), nn.BatchNorm1d(5), nn.ReLU(), nn.MaxPool1d(2), nn.Dropout(0.2), nn.Conv1d(5, 6, 2, padding=1), nn.AvgPool1d(3, stride=2, padding=1),
                                     nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(6, 2)), {'x': 'bft'}, {'y': 'bf'}, lengths=((1, 13), (2, 12)))
    export('pools', Of(lambda m, x: (m.most(x).squeeze(-1), m.mean(x).squeeze(2), x.max(2)[0], x.mean(2), x.amax(2), x.mean(-1, keepdim=True).flatten(1), torch.max(x, 2).values, m.padded(x)),
                       most=nn.AdaptiveMaxPool1d(1), mean=nn.AdaptiveAvgPool1d(1), padded=nn.MaxPool1d(3, stride=1, padding=1)),
           {'x': 'bft'}, {**{k: 'bf' for k in ['most', 'mean', 'max', 'means', 'amax', 'kept', 'values']}, 'padded': 'bft'})
    export('text_cnn', Of(lambda m, ids: m.head(torch.cat([F.relu(conv(m.words(ids).transpose(1, 2))).max(2)[0] for conv in m.convs], 1)), words=nn.Embedding(WORDS, 4),
                          convs=nn.ModuleList(nn.Conv1d(4, 3, k) for k in (2, 3, 4)), head=nn.Linear(9, 2)), {'ids': 'bt'}, {'scores': 'bf'})
    export('text_cnn_pooled', Of(lambda m, ids: torch.sigmoid(m.head(torch.cat([F.max_pool1d(F.relu(conv(m.words(ids).permute(0, 2, 1))), 3).mean(2) for conv in m.convs], 1))),
                                 words=nn.Embedding(WORDS, 4), convs=nn.ModuleList(nn.Conv1d(4, 3, k, padding=k // 2) for k in (2, 3, 4)), head=nn.Linear(9, 1)),
           {'ids': 'bt'}, {'scores': 'bf'})
    export('paddings', Of(lambda m, x: (F.pad(x, (2, 1)), m.a(F.pad(x, (2, 0))), m.b(m.zeros(x)), F.pad(F.relu(x), (0, 3)).max(2)[0]),
                          a=nn.Conv1d(4, 3, 3), b=nn.Conv1d(4, 3, 2, stride=2), zeros=nn.ConstantPad1d((1, 2), 0.0)),
           {'x': 'bft'}, {'padded': 'bft', 'causal': 'bft', 'strided': 'bft', 'most': 'bf'})
    # A convolution of what was before alone, as in temporal convolutional networks, and other cuts.
    export('cuts', Of(lambda m, x: (m.conv(x)[:, :, :-4], x[:, :, 1:-1], F.pad(x, (-1, 2)), x[:, :, 2:].mean(2)), conv=nn.Conv1d(4, 3, 3, dilation=2, padding=4)),
           {'x': 'bft'}, {'before': 'bft', 'inner': 'bft', 'shifted': 'bft', 'mean': 'bf'}, opset=10)
    export('signal', Of(lambda m, x: m.head(torch.cat([m.conv(x.unsqueeze(1)).max(2)[0], m.gru(x.unsqueeze(-1))[1][-1]], 1)), conv=nn.Conv1d(1, 3, 3),
                        gru=nn.GRU(1, 3, batch_first=True), head=nn.Linear(6, 2)), {'x': ('bf', 12)}, {'y': 'bf'})
    export('steps_padded', Of(lambda m, x: m.gru(F.pad(x, (0, 0, 1, 2)))[0], gru=nn.GRU(4, 3, batch_first=True)), {'x': 'btf'}, {'y': 'btf'}, opset=11)


def the_rest():
    one = {'relu': F.relu, 'leaky_relu': F.leaky_relu, 'elu': F.elu, 'selu': F.selu, 'gelu': F.gelu, 'softplus': F.softplus, 'softsign': F.softsign,
           'logsigmoid': F.logsigmoid, 'hardtanh': F.hardtanh, 'silu': F.silu, 'sigmoid': torch.sigmoid, 'tanh': torch.tanh}
    export('activations', Of(lambda m, x: tuple(f(m.linear(x)) for f in one.values()), linear=nn.Linear(4, 3)), {'x': 'btf'}, {k: 'btf' for k in one})
    more = {'celu': F.celu, 'gelu_tanh': lambda x: F.gelu(x, approximate='tanh'), 'relu6': F.relu6, 'hardsigmoid': F.hardsigmoid, 'hardswish': F.hardswish, 'mish': F.mish,
            'tanhshrink': F.tanhshrink, 'exp': torch.exp, 'elu_2': lambda x: F.elu(x, 0.5), 'clamp': lambda x: x.clamp(0, 2),
            'log_softmax': lambda x: F.log_softmax(x, 1), 'log_of_softmax': lambda x: torch.log(F.softmax(x, -1))}
    export('more_activations', Of(lambda m, x: tuple(f(m.linear(x)) for f in more.values()) + (m.prelu(x),), linear=nn.Linear(4, 3), prelu=nn.PReLU(4)), {'x': 'bf'}, {k: 'bf' for k in [*more, 'prelu']})
    mlp = lambda: nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.GELU(), nn.LayerNorm(5), nn.Dropout(0.4), nn.Linear(5, 2, bias=False), nn.Softmax(-1))
    export('mlp', mlp(), {'x': 'bf'}, {'y': 'bf'})
    # Six units, since of three that are all near 1 the variance is no more than what float32 rounds off.
    norms = lambda affine: Of(lambda m, x: (m.a(m.rnn(x)[0]), m.b(x)), rnn=nn.RNN(4, 6, batch_first=True), a=nn.LayerNorm(6), b=nn.LayerNorm(4, elementwise_affine=affine, eps=1e-3))
    export('norms', norms(False), {'x': 'btf'}, {'a': 'btf', 'b': 'btf'})
    export('norms_17', norms(True), {'x': 'btf'}, {'a': 'btf', 'b': 'btf'}, opset=17)


def refused():
    export('refused_attention', Of(lambda m, x: m.attention(x, x, x)[0], attention=nn.MultiheadAttention(4, 2, batch_first=True)), {'x': 'btf'}, {'y': 'btf'}, refused=True)
    export('refused_conv2d', Of(lambda m, x: m.conv(x.unsqueeze(1)).squeeze(1), conv=nn.Conv2d(1, 1, 3, padding=1)), {'x': 'btf'}, {'y': 'btf'}, refused=True)
    export('refused_reflected', Of(lambda m, x: m.conv(F.pad(x, (1, 1), mode='reflect')), conv=nn.Conv1d(4, 2, 3)), {'x': 'bft'}, {'y': 'bft'}, refused=True)
    export('refused_shrink', Of(lambda m, x: F.hardshrink(m.head(x)), head=nn.Linear(4, 2)), {'x': 'bf'}, {'y': 'bf'}, refused=True)
    export('refused_ones', Of(lambda m, x: m.conv(F.pad(x, (1, 1), value=1.)), conv=nn.Conv1d(4, 2, 3)), {'x': 'bft'}, {'y': 'bft'}, refused=True)
    export('refused_last_steps', Of(lambda m, x: m.head(m.gru(x)[0][:, -3:]), gru=nn.GRU(4, 3, batch_first=True), head=nn.Linear(3, 2)), {'x': 'btf'}, {'y': 'btf'}, refused=True)

    export('refused_squeeze', Of(lambda m, x: m.gru(x)[0].squeeze(1), gru=nn.GRU(4, 3, batch_first=True)), {'x': 'btf'}, {'y': 'btf'}, refused=True)
    export('refused_every_second', Of(lambda m, x: m.conv(x[:, :, ::2]), conv=nn.Conv1d(4, 2, 3)), {'x': 'bft'}, {'y': 'bft'}, refused=True)
    export('refused_padded_pool', Of(lambda m, x: m.pool(m.conv(x)), conv=nn.Conv1d(4, 2, 3), pool=nn.MaxPool1d(3, stride=2, padding=1)), {'x': 'bft'}, {'y': 'bft'}, refused=True)
    export('refused_lengths', Of(lambda m, x, n: m.gru(nn.utils.rnn.pack_padded_sequence(x, n, batch_first=True, enforce_sorted=False))[1][0], gru=nn.GRU(4, 3, batch_first=True)),
           {'x': 'btf', 'n': 'b'}, {'y': 'bf'}, refused=True)


torch.manual_seed(0)  # for the weights, which are drawn as the modules are made
recurrent()
convolutions()
the_rest()
refused()
with open(os.path.join(HERE, 'golden.json'), 'w') as f:
    json.dump(goldens, f, separators=(',', ':'), sort_keys=True)
    f.write('\n')
