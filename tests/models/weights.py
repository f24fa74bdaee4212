"""Deterministic weights and inputs for the golden files beside this script.

A golden file records what a reference implementation (torchvision 0.28 on
libtorch 2.13, float64, eval mode) computes with exactly these weights, so a
port can be checked without downloading anything.
"""

import zlib

import numpy as np


def weight(name, shape):
    """The float64 value of the parameter or buffer `name` of the given shape."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    z = rng.standard_normal(shape)
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("running_var"):
        return 1.0 + 0.1 * np.abs(z)
    if len(shape) > 1:
        fan_in = int(np.prod(shape[1:]))
        return z * np.sqrt(1.5 / fan_in)
    if name.endswith("weight"):
        return 1.0 + 0.1 * z
    return 0.1 * z


def image_batch(n, channels, height, width):
    """A float64 batch of smooth images of shape (n, channels, height, width)."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    k = np.arange(n * channels).reshape(n, channels, 1, 1)
    return np.sin(3.0 * x * (k + 1)) + np.cos(2.0 * y * (k + 2)) * 0.5


class Zeros(np.random.Generator):
    """Costs less time than chance, for models whose numbers do not matter."""

    def standard_normal(self, size=None, dtype=np.float64, out=None):  # noqa: ARG002
        return np.zeros(size, dtype)

    def random(self, size=None, dtype=np.float64, out=None):  # noqa: ARG002
        return np.zeros(size, dtype)

    def uniform(self, low=0.0, high=1.0, size=None):  # noqa: ARG002
        return np.zeros(size)

    def normal(self, loc=0.0, scale=1.0, size=None):  # noqa: ARG002
        return np.zeros(size)


def zeros():
    return Zeros(np.random.PCG64(0))
