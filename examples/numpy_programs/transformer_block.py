"""A transformer's block over token sequences: normalization, causal attention with several heads, and two layers."""

import numpy as np


def make_data(batch=2, length=6, vocabulary=11):
    """Tokens (batch, length), the last one of the second sequence being padding, -1."""
    tokens = (3 * np.arange(batch * length).reshape(batch, length) ** 2 + 1) % vocabulary
    tokens[1, -1] = -1
    return tokens


def make_parameters(width=8, heads=2, vocabulary=11):
    rng = np.random.default_rng(0)

    def normal(*shape):
        return rng.normal(scale=shape[-2] ** -0.5, size=shape)

    return {
        "embedding": normal(vocabulary, width),
        "qkv": normal(3, heads, width, width // heads),
        "out": normal(heads, width // heads, width),
        "scale": np.linspace(0.5, 1.5, width),
        "shift": np.zeros(width),
        "up": normal(width, 4 * width),
        "down": normal(4 * width, width),
    }


def positions(length, width):
    """Sines and cosines of ever longer waves, (length, width)."""
    angles = np.arange(length)[:, None] / 100 ** (np.arange(0, width, 2) / width)
    waves = np.empty((length, width))
    waves[:, 0::2] = np.sin(angles)
    waves[:, 1::2] = np.cos(angles)
    return waves


def normalize(x, scale, shift, epsilon=1e-5):
    centred = x - np.mean(x, axis=-1, keepdims=True)
    return scale * centred / np.sqrt(np.var(x, axis=-1, keepdims=True) + epsilon) + shift


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def softmax(x, axis=-1):
    x = x - np.amax(x, axis=axis, keepdims=True)
    np.exp(x, out=x)
    x /= np.sum(x, axis=axis, keepdims=True)
    return x


def attention(x, padding, qkv, out):
    """Each position looks at itself and those before it, but not at padding; returns the weights, too."""
    q, k, v = np.einsum("bld,chdk->cbhlk", x, qkv)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    future = np.triu(np.ones(scores.shape[-2:], dtype=bool), k=1)
    scores[:, :, future] = -np.inf
    scores = np.where(padding[:, np.newaxis, np.newaxis, :], -1e9, scores)
    weights = softmax(scores)
    return np.einsum("bhlm,bhmk,hkd->bld", weights, v, out, optimize=True), weights


def block(x, padding, p):
    attended, _ = attention(normalize(x, p["scale"], p["shift"]), padding, p["qkv"], p["out"])
    x = x + attended
    return x + gelu(normalize(x, p["scale"], p["shift"]) @ p["up"]) @ p["down"]


def forward(tokens, p, layers=2):
    """Logits (batch, length, vocabulary)."""
    padding = tokens < 0
    x = p["embedding"][tokens] + positions(tokens.shape[1], p["embedding"].shape[1])
    x[padding] = 0
    for _ in range(layers):
        x = block(x, padding, p)
    return x @ p["embedding"].T


def loss(tokens, p):
    """Cross-entropy of each next token, padding left out."""
    logits, following = forward(tokens[:, :-1], p), tokens[:, 1:]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(logp, np.maximum(following, 0)[..., None], axis=-1).squeeze(-1)
    return -np.average(chosen, weights=following >= 0)


if __name__ == "__main__":
    tokens, parameters = make_data(), make_parameters()
    logits = forward(tokens, parameters)
    print(f"logits between {logits.min():.6f} and {logits.max():.6f}")
    print("guesses:", np.argmax(logits, axis=-1).tolist())
    print(f"loss {loss(tokens, parameters):.6f}")
