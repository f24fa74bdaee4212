"""`numpy.fft` on Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.functions.fft import (
    fft as fft,
)
from numtorch.functions.fft import (
    fft2 as fft2,
)
from numtorch.functions.fft import (
    fftn as fftn,
)
from numtorch.functions.fft import (
    fftshift as fftshift,
)
from numtorch.functions.fft import (
    hfft as hfft,
)
from numtorch.functions.fft import (
    ifft as ifft,
)
from numtorch.functions.fft import (
    ifft2 as ifft2,
)
from numtorch.functions.fft import (
    ifftn as ifftn,
)
from numtorch.functions.fft import (
    ifftshift as ifftshift,
)
from numtorch.functions.fft import (
    ihfft as ihfft,
)
from numtorch.functions.fft import (
    irfft as irfft,
)
from numtorch.functions.fft import (
    irfft2 as irfft2,
)
from numtorch.functions.fft import (
    irfftn as irfftn,
)
from numtorch.functions.fft import (
    rfft as rfft,
)
from numtorch.functions.fft import (
    rfft2 as rfft2,
)
from numtorch.functions.fft import (
    rfftn as rfftn,
)
from numtorch.functions.places import place_of

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]


def fftfreq(n: int, d: float = 1.0, device: Any = None, *, dtype: Any = None, dev: int | None = None) -> Tensor:
    """
    The frequencies of `fft`'s results: see `numpy.fft.fftfreq`.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> np.fft.fftfreq(4)
    Tensor([ 0.  ,  0.25, -0.5 , -0.25], dtype=float64, dev=-1)
    """
    return tensor(np.fft.fftfreq(n, d), dev=place_of(device, dev), dtype=dtype)


def rfftfreq(n: int, d: float = 1.0, device: Any = None, *, dtype: Any = None, dev: int | None = None) -> Tensor:
    """
    The frequencies of `rfft`'s results: see `numpy.fft.rfftfreq`.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> np.fft.rfftfreq(4)
    Tensor([0.  , 0.25, 0.5 ], dtype=float64, dev=-1)
    """
    return tensor(np.fft.rfftfreq(n, d), dev=place_of(device, dev), dtype=dtype)
