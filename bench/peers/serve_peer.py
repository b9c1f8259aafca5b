"""PyTorch's side of the comparison of servers: an embedding of 1,000 words, a
SimpleRNN of 8 units and a logistic unit, behind the standard library's HTTP
server, which keeps connections open.

usage: python3 serve_peer.py WORDS.json

WORDS.json is the list of the words with the ids 4, 5, ... It prints the port,
and answers POST with {"texts": [...]} as our server does, with a probability a
text.
"""
import http.server
import json
import sys

import torch

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
TABLE = str.maketrans({c: " " for c in FILTERS})
STEPS = 100

torch.set_num_threads(1)
IDS = {w: i + 4 for i, w in enumerate(json.load(open(sys.argv[1])))}


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(1000, 32)
        self.rnn = torch.nn.RNN(32, 8, batch_first=True)
        self.dense = torch.nn.Linear(8, 1)

    def forward(self, ids):
        _, h = self.rnn(self.embedding(ids))
        return torch.sigmoid(self.dense(h[0]))[:, 0]


MODEL = Model().eval()


def encode(text):
    ids = [IDS[w] for w in text.lower().translate(TABLE).split() if w in IDS][-STEPS:]
    return [0] * (STEPS - len(ids)) + ids


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a buffer, so that an answer is one packet

    def do_POST(self):
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["texts"]
        with torch.no_grad():
            y = MODEL(torch.tensor([encode(t) for t in texts])).tolist()
        body = json.dumps({"predictions": [{"label": "positive" if p > 0.5 else "negative", "probability": p} for p in y]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer.request_queue_size = 1024
http.server.ThreadingHTTPServer.request_queue_size = 1024
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
