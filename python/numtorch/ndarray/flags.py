"""`Tensor.flags`: how the memory lies, and whether it may be written to."""

from __future__ import annotations

from collections.abc import Callable

from numtorch import _core
from numtorch._core import Tensor
from numtorch.functions.calls.layout import is_contiguous, is_fortran

__all__ = ["Flags", "setflags"]


class Flags:
    """
    What `numpy.ndarray.flags` says of an ndarray, of a Tensor.

    ``x.flags.writeable``, or ``x.flags["WRITEABLE"]``. Only `writeable` can be set; to True only where the Tensor owns
    its memory.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import Tensor
    >>> x = Tensor(2, 3)
    >>> x.flags.c_contiguous, x.T.flags.c_contiguous, x.T.flags.owndata
    (True, False, False)
    >>> np.broadcast_to(x, (4, 2, 3)).flags.writeable
    False
    """

    __slots__ = ("_of",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, of: Tensor) -> None:
        self._of = of

    @property
    def c_contiguous(self) -> bool:
        """Whether the elements lie one after another, the last axis fastest."""
        return is_contiguous(self._of)

    @property
    def f_contiguous(self) -> bool:
        """Whether the elements lie one after another, the first axis fastest."""
        return is_fortran(self._of)

    contiguous = c_contiguous

    @property
    def fnc(self) -> bool:
        """F_CONTIGUOUS and not C_CONTIGUOUS."""
        return self.f_contiguous and not self.c_contiguous

    fortran = fnc

    @property
    def forc(self) -> bool:
        """F_CONTIGUOUS or C_CONTIGUOUS."""
        return self.f_contiguous or self.c_contiguous

    @property
    def owndata(self) -> bool:
        """Whether the Tensor is no view of another array."""
        return not _core.is_view(self._of)

    @property
    def writeable(self) -> bool:
        """Whether the Tensor can be written to. Settable."""
        return _core.is_writeable(self._of)

    @writeable.setter
    def writeable(self, value: bool) -> None:
        _core.set_writeable(self._of, value)

    @property
    def aligned(self) -> bool:
        """True: libtorch has no other memory."""
        return True

    @property
    def writebackifcopy(self) -> bool:
        """False: a Tensor is no copy that has to be written back."""
        return False

    @property
    def behaved(self) -> bool:
        """ALIGNED and WRITEABLE."""
        return self.writeable

    @property
    def carray(self) -> bool:
        """Behaved and C_CONTIGUOUS."""
        return self.behaved and self.c_contiguous

    @property
    def farray(self) -> bool:
        """Behaved and F_CONTIGUOUS, but not C_CONTIGUOUS."""
        return self.behaved and self.fnc

    @property
    def num(self) -> int:
        """The flags as NumPy's bits."""
        return sum(bit for name, bit in _BITS.items() if _READ[name](self))

    def __getitem__(self, name: str) -> bool:
        if name not in _READ:
            raise KeyError("Unknown flag")
        return _READ[name](self)

    def __setitem__(self, name: str, value: bool) -> None:
        if name not in ("W", "WRITEABLE"):
            raise KeyError(f"flags: {name!r} cannot be set; WRITEABLE can")
        self.writeable = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flags) and self.num == other.num

    def __repr__(self) -> str:
        return "".join(f"  {name} : {_READ[name](self)}\n" for name in _BITS)


_BITS = {
    "C_CONTIGUOUS": 0x0001,
    "F_CONTIGUOUS": 0x0002,
    "OWNDATA": 0x0004,
    "WRITEABLE": 0x0400,
    "ALIGNED": 0x0100,
    "WRITEBACKIFCOPY": 0x2000,
}

_READ: dict[str, Callable[[Flags], bool]] = {
    **dict.fromkeys(("C_CONTIGUOUS", "CONTIGUOUS", "C"), lambda flags: flags.c_contiguous),
    **dict.fromkeys(("F_CONTIGUOUS", "FORTRAN", "F"), lambda flags: flags.f_contiguous),
    **dict.fromkeys(("OWNDATA", "O"), lambda flags: flags.owndata),
    **dict.fromkeys(("WRITEABLE", "W"), lambda flags: flags.writeable),
    **dict.fromkeys(("ALIGNED", "A"), lambda flags: flags.aligned),
    **dict.fromkeys(("WRITEBACKIFCOPY", "X"), lambda flags: flags.writebackifcopy),
    **dict.fromkeys(("BEHAVED", "B"), lambda flags: flags.behaved),
    **dict.fromkeys(("CARRAY", "CA"), lambda flags: flags.carray),
    **dict.fromkeys(("FARRAY", "FA"), lambda flags: flags.farray),
    "FNC": lambda flags: flags.fnc,
    "FORC": lambda flags: flags.forc,
}


def setflags(self: Tensor, /, write: bool | None = None, align: bool | None = None, uic: bool | None = None) -> None:
    """See `numpy.ndarray.setflags`: `write` can be set; `align` is always True and `uic` always False."""
    if align is not None and not align:
        raise ValueError("setflags: the memory of a Tensor is aligned")
    if uic:
        raise ValueError("cannot set WRITEBACKIFCOPY flag to True")
    if write is not None:
        _core.set_writeable(self, bool(write))
