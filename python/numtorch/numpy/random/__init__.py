"""NumPy's random numbers as Tensors: NumPy's own bit streams on the CPU, libtorch's on a GPU."""

from numpy.random import MT19937, PCG64, PCG64DXSM, SFC64, BitGenerator, Philox, SeedSequence

from numtorch.numpy.random.generator import Generator, default_rng

__all__ = [
    "MT19937",
    "PCG64",
    "PCG64DXSM",
    "SFC64",
    "BitGenerator",
    "Generator",
    "Philox",
    "SeedSequence",
    "default_rng",
]
