"""NumPy's bit generators and seeds, which take Tensors for arrays of integers."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

import numpy as np

from numtorch.numpy.random.host import seed_numbers

__all__ = ["MT19937", "PCG64", "PCG64DXSM", "SFC64", "Philox", "SeedSequence"]


class _Kind(ABCMeta):
    """NumPy's own objects are instances, too: they are what NumPy's generators hold."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.__mro__[1])


class MT19937(np.random.MT19937, metaclass=_Kind):
    """NumPy's `MT19937`."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed_numbers("MT19937", "seed", seed))


class PCG64(np.random.PCG64, metaclass=_Kind):
    """NumPy's `PCG64`."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed_numbers("PCG64", "seed", seed))


class PCG64DXSM(np.random.PCG64DXSM, metaclass=_Kind):
    """NumPy's `PCG64DXSM`."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed_numbers("PCG64DXSM", "seed", seed))


class SFC64(np.random.SFC64, metaclass=_Kind):
    """NumPy's `SFC64`."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed_numbers("SFC64", "seed", seed))


class Philox(np.random.Philox, metaclass=_Kind):
    """NumPy's `Philox`."""

    def __init__(self, seed: Any = None, counter: Any = None, key: Any = None) -> None:
        super().__init__(
            *(seed_numbers("Philox", name, x) for name, x in (("seed", seed), ("counter", counter), ("key", key)))
        )


class SeedSequence(np.random.SeedSequence, metaclass=_Kind):
    """NumPy's `SeedSequence`."""

    def __init__(
        self, entropy: Any = None, *, spawn_key: Any = (), pool_size: int = 4, n_children_spawned: int = 0
    ) -> None:
        super().__init__(
            seed_numbers("SeedSequence", "entropy", entropy),
            spawn_key=seed_numbers("SeedSequence", "spawn_key", spawn_key),
            pool_size=pool_size,
            n_children_spawned=n_children_spawned,
        )
