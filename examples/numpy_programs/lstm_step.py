"""A long short-term memory cell over a batch of sequences, with masks for their lengths and a readout."""

import numpy as np


def make_data(length=7, batch=4, inputs=3):
    """Sequences (length, batch, inputs) and how long each really is."""
    time = np.arange(length)[:, None, None]
    phase = np.arange(batch * inputs).reshape(batch, inputs)
    return np.sin(0.7 * time + phase), np.array([7, 5, 6, 2])


def make_parameters(inputs=3, hidden=5, outputs=2):
    rng = np.random.default_rng(0)
    parameters = {
        "w": rng.standard_normal((inputs, 4 * hidden)) / np.sqrt(inputs),
        "u": np.concatenate([np.linalg.qr(rng.standard_normal((hidden, hidden)))[0] for _ in range(4)], axis=1),
        "b": np.zeros(4 * hidden),
        "readout": rng.standard_normal((hidden, outputs)) / np.sqrt(hidden),
    }
    parameters["b"][hidden : 2 * hidden] = 1  # the forget gate begins open
    return parameters


def sigmoid(x):
    """1 / (1 + exp(-x)), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def step(x, h, c, parameters):
    """The next output and cell, both (batch, hidden)."""
    gates = x @ parameters["w"] + h @ parameters["u"] + parameters["b"]
    i, f, g, o = np.split(gates, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def run(sequences, lengths, parameters):
    """All outputs (length, batch, hidden), zero after a sequence's end, and the last state of each sequence."""
    length, batch, _ = sequences.shape
    hidden = parameters["u"].shape[0]
    h = np.zeros_like(sequences, shape=(batch, hidden))
    c = np.zeros_like(h)
    outputs = np.zeros_like(h, shape=(length, batch, hidden))
    for t, x in enumerate(sequences):
        new_h, new_c = step(x, h, c, parameters)
        running = (t < lengths)[:, np.newaxis]
        h = np.where(running, new_h, h)
        c = np.where(running, new_c, c)
        outputs[t] = new_h * running
    return outputs, h, c


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return e


def probabilities(sequences, lengths, parameters):
    """Of each sequence's classes, from its mean output."""
    outputs, _, _ = run(sequences, lengths, parameters)
    mean = outputs.sum(axis=0) / lengths[:, None]
    return softmax(mean @ parameters["readout"])


def loss(sequences, lengths, labels, parameters):
    p = probabilities(sequences, lengths, parameters)
    return -np.log(np.take_along_axis(p, labels[:, None], axis=1)).mean()


if __name__ == "__main__":
    sequences, lengths = make_data()
    parameters = make_parameters()
    outputs, h, c = run(sequences, lengths, parameters)
    print(f"outputs between {outputs.min():.6f} and {outputs.max():.6f}, mean {outputs.mean():.6f}")
    print("norms of the last states:", np.round(np.linalg.norm(h, axis=1), 5))
    print("cells saturated:", np.count_nonzero(np.abs(c) > 0.9))
    print(f"loss {loss(sequences, lengths, np.array([0, 1, 1, 0]), parameters):.6f}")
