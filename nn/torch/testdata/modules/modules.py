"""Writes the state_dicts of four modules of PyTorch as files of safetensors, and what the
modules compute of inputs of two batches and lengths as golden.json.

    /usr/bin/python3 modules.py        (PyTorch 1.13, as of Debian's python3-torch)

A second run writes the same bytes. The format is written here by hand, in the order of
safetensors.torch.save_file, so that the package is not needed.
"""
import json
import os
import struct

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS, WIDTH = 11, 4


def save_file(state, path):
    """The length of a header, the header as JSON, and the numbers, one tensor after the other."""
    header, data = {'__metadata__': {'format': 'pt'}}, b''
    for name, t in sorted(state.items(), key=lambda item: (-item[1].element_size(), item[0])):
        values = t.contiguous().numpy().tobytes()
        header[name] = {'dtype': {torch.float32: 'F32', torch.int64: 'I64'}[t.dtype], 'shape': list(t.shape), 'data_offsets': [len(data), len(data) + len(values)]}
        data += values
    head = json.dumps(header, separators=(',', ':')).encode()
    head += b' ' * (-len(head) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(head)) + head + data)


class LSTMClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.encoder = nn.LSTM(WIDTH, 5, batch_first=True)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(5, 3)

    def forward(self, ids):
        _, (h, _) = self.encoder(self.embedding(ids))
        return torch.softmax(self.head(self.dropout(h[-1])), 1)


class GRUTagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(WIDTH, 3, num_layers=2, bidirectional=True, batch_first=True)
        self.norm = nn.LayerNorm(6)
        self.tags = nn.Linear(6, 4, bias=False)

    def forward(self, x):
        return self.tags(self.norm(self.gru(x)[0]))


class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.convs = nn.ModuleList(nn.Conv1d(WIDTH, 3, k) for k in (2, 3, 4))
        self.norm = nn.BatchNorm1d(9)
        self.head = nn.Linear(9, 2)

    def forward(self, ids):
        x = self.words(ids).transpose(1, 2)
        return self.head(self.norm(torch.cat([torch.relu(conv(x)).max(2)[0] for conv in self.convs], 1)))


class RNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(WIDTH, 5, num_layers=2, nonlinearity='relu', bias=False)
        self.out = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 1))

    def forward(self, x):
        return torch.sigmoid(self.out(self.rnn(x.transpose(0, 1))[0][-1]))


pack = lambda t: {'shape': list(t.shape), 'values': [round(float(x), 7) for x in t.flatten()]}
goldens = {}
for seed, (name, module) in enumerate({'lstm_classifier': LSTMClassifier, 'gru_tagger': GRUTagger, 'text_cnn': TextCNN, 'rnn': RNN}.items()):
    torch.manual_seed(seed)
    m = module().eval()
    for norm in m.modules():  # as after some training
        if isinstance(norm, (nn.LayerNorm, nn.BatchNorm1d)):
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)
        if isinstance(norm, nn.BatchNorm1d):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
    save_file(m.state_dict(), os.path.join(HERE, name + '.safetensors'))
    goldens[name] = []
    for batch, steps in ((2, 7), (3, 5)):
        x = torch.randint(0, WORDS, (batch, steps)) if name in ('lstm_classifier', 'text_cnn') else torch.round(torch.randn(batch, steps, WIDTH) * 64) / 64
        with torch.no_grad():
            goldens[name].append({'input': pack(x), 'output': pack(m(x))})
with open(os.path.join(HERE, 'golden.json'), 'w') as f:
    json.dump(goldens, f, separators=(',', ':'))
    f.write('\n')
