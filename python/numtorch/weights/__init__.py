"""Weights in files: safetensors, .npz, and PyTorch's checkpoints, which are read without running them."""

from numtorch.weights.checkpoint import read_checkpoint
from numtorch.weights.files import load, save
from numtorch.weights.npz import read_npz, write_npz
from numtorch.weights.safetensors import read_metadata, read_safetensors, write_safetensors

__all__ = [
    "load",
    "read_checkpoint",
    "read_metadata",
    "read_npz",
    "read_safetensors",
    "save",
    "write_npz",
    "write_safetensors",
]
