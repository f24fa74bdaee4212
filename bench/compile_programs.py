"""The programs that compile.py times: NumPy code that takes the module it computes with, `xp`.

Each is `name: (function, arrays, by how many of them a gradient is taken; 0 for the value)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Program = tuple[Callable[..., Any], tuple[Any, ...], int]


def gauss(xp: Any, x: Any) -> Any:
    return xp.exp(-(((x - 0.5) / 0.1) ** 2) / 2)


def chain(xp: Any, a: Any, b: Any) -> Any:
    return xp.sqrt(a * a + b * b) + xp.sin(a) * b


def normal_cdf(xp: Any, d: Any) -> Any:
    """By Abramowitz and Stegun 26.2.17."""
    k = 1 / (1 + 0.2316419 * xp.abs(d))
    p = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    w = 1 - 0.3989422804014327 * xp.exp(-d * d / 2) * p
    return xp.where(d < 0, 1 - w, w)


def black_scholes(xp: Any, price: Any, strike: Any, time: Any) -> Any:
    rate, volatility = 0.02, 0.3
    d1 = (xp.log(price / strike) + (rate + volatility * volatility / 2) * time) / (volatility * xp.sqrt(time))
    d2 = d1 - volatility * xp.sqrt(time)
    return price * normal_cdf(xp, d1) - strike * xp.exp(-rate * time) * normal_cdf(xp, d2)


def stencil(xp: Any, u: Any) -> Any:  # noqa: ARG001  # all programs take it
    return u[1:-1, 1:-1] + 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])


def mandelbrot(xp: Any, cr: Any, ci: Any) -> Any:
    zr, zi, n = cr * 0, ci * 0, cr * 0
    for _ in range(20):
        r2, i2 = zr * zr, zi * zi
        inside = r2 + i2 <= 4.0
        n = n + xp.where(inside, 1.0, 0.0)
        zi = xp.where(inside, 2 * zr * zi + ci, zi)
        zr = xp.where(inside, r2 - i2 + cr, zr)
    return n


def nbody(xp: Any, x: Any) -> Any:
    d = x[:, None, :] - x[None, :, :]
    r2 = xp.sum(d * d, axis=2) + 1e-3
    return -xp.sum(1 / xp.sqrt(r2)) / 2


def distances(xp: Any, points: Any, centres: Any) -> Any:
    return xp.argmin(xp.sum((points[:, None, :] - centres[None, :, :]) ** 2, axis=2), axis=1)


def mlp(xp: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any, x: Any, y: Any) -> Any:
    h = xp.tanh(x @ w1 + b1)
    h = xp.tanh(h @ w2 + b2)
    return xp.mean((h @ w3 + b3 - y) ** 2)


def sigmoid(xp: Any, v: Any) -> Any:
    return 1 / (1 + xp.exp(-v))


def lstm(xp: Any, w: Any, u: Any, b: Any, x: Any) -> Any:
    n = u.shape[0]
    h = x[0, :, :1] * 0 + xp.zeros_like(b[:n])
    c = h
    for t in range(x.shape[0]):
        z = x[t] @ w + h @ u + b
        i, f, o, g = z[:, :n], z[:, n : 2 * n], z[:, 2 * n : 3 * n], z[:, 3 * n :]
        c = sigmoid(xp, f) * c + sigmoid(xp, i) * xp.tanh(g)
        h = sigmoid(xp, o) * xp.tanh(c)
    return xp.mean(h * h)


def attention(xp: Any, q: Any, k: Any, v: Any) -> Any:
    scores = q @ k.T * 0.125
    weights = xp.exp(scores - xp.max(scores, axis=1)[:, None])
    return weights / xp.sum(weights, axis=1)[:, None] @ v


def kalman(xp: Any, f: Any, q: Any, r: Any, ys: Any) -> Any:
    """A filter of two states and one observation over 50 steps, written out for its two states."""
    x0, x1, p00, p01, p11, loss = ys[0] * 0, ys[0] * 0, r, r * 0, r, r * 0
    for t in range(50):
        x0, p00, p01, p11 = x0 + f * x1, p00 + 2 * f * p01 + f * f * p11 + q, p01 + f * p11, p11 + q
        gain, s = ys[t] - x0, p00 + r
        x0, x1 = x0 + p00 / s * gain, x1 + p01 / s * gain
        p00, p01, p11 = p00 - p00 * p00 / s, p01 - p00 * p01 / s, p11 - p01 * p01 / s
        loss = loss + gain * gain / s + xp.log(s)
    return loss


def runge_kutta(xp: Any, x: Any) -> Any:
    """Twenty steps of a pendulum, many at once."""
    q, p, h = x[0], x[1], 0.1
    for _ in range(20):
        k1, l1 = p, -xp.sin(q)
        k2, l2 = p + h / 2 * l1, -xp.sin(q + h / 2 * k1)
        k3, l3 = p + h / 2 * l2, -xp.sin(q + h / 2 * k2)
        k4, l4 = p + h * l3, -xp.sin(q + h * k3)
        q, p = q + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), p + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
    return q * q + p * p


def total_variation(xp: Any, image: Any) -> Any:
    dx, dy = image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]
    return xp.sum(xp.sqrt(dx * dx + dy * dy + 1e-6))


def standardise(xp: Any, x: Any) -> Any:
    m = xp.mean(x, axis=0)
    return (x - m) / xp.sqrt(xp.mean((x - m) ** 2, axis=0) + 1e-5)


_random = np.random.default_rng(0)


def drawn(*shape: int, dtype: str = "f8") -> Any:
    return _random.random(shape).astype(dtype) + 0.5


def programs() -> dict[str, Program]:
    """With their arrays."""
    weights = ((10, 64), (64,), (64, 64), (64,), (64, 1), (1,))
    network = tuple(drawn(*shape, dtype="f4") - 1 for shape in weights)
    batch = (drawn(32, 10, dtype="f4"), drawn(32, 1, dtype="f4"))
    cell = tuple(a - np.float32(1) for a in (drawn(16, 128, dtype="f4"), drawn(32, 128, dtype="f4"), drawn(128, dtype="f4"), drawn(10, 8, 16, dtype="f4")))  # fmt: skip  # noqa: E501
    million = (drawn(10**6), drawn(10**6), drawn(10**6))
    return {
        "gauss 1e6 f8": (gauss, million[:1], 0),
        "gauss 1e7 f4": (gauss, (drawn(10**7, dtype="f4"),), 0),
        "chain of 5 1e6 f8": (chain, million[:2], 0),
        "Black-Scholes 1e6 f8": (black_scholes, million, 0),
        "stencil 2000^2 f8": (stencil, (drawn(2000, 2000),), 0),
        "Mandelbrot 500^2, 20 steps": (mandelbrot, (drawn(500, 500) * 2 - 2.5, drawn(500, 500) * 2 - 2), 0),
        "N-body 1000 f8": (nbody, (drawn(1000, 3),), 0),
        "distances 1e4 x 64 x 16 f4": (distances, (drawn(10**4, 16, dtype="f4"), drawn(64, 16, dtype="f4")), 0),
        "attention 512 x 64 f4": (attention, tuple(drawn(512, 64, dtype="f4") for _ in range(3)), 0),
        "Kalman, 1e4 filters, 50 steps": (kalman, (drawn(1), drawn(1), drawn(1), drawn(50, 10**4)), 0),
        "pendulums, 1e5, 20 steps of RK4": (runge_kutta, (drawn(2, 10**5),), 0),
        "standardise 1e5 x 32 f4": (standardise, (drawn(10**5, 32, dtype="f4"),), 0),
        "gauss 10 f8": (gauss, (drawn(10),), 0),
        "gradient: gauss 1e6 f8": (gauss, million[:1], 1),
        "gradient: Black-Scholes 1e6 f8": (black_scholes, million, 3),
        "gradient: N-body 1000 f8": (nbody, (drawn(1000, 3),), 1),
        "gradient: total variation 1000^2 f8": (total_variation, (drawn(1000, 1000),), 1),
        "gradient: MLP, batch 32, f4": (mlp, (*network, *batch), 6),
        "gradient: LSTM, 10 steps, f4": (lstm, cell, 3),
        "gradient: gauss 10 f8": (gauss, (drawn(10),), 1),
    }
