"""The names of NumPy's namespace that this one lacks, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

__all__ = ["ABSENT"]


def _because(reason: str, names: str) -> Iterator[tuple[str, str]]:
    return ((name, reason) for name in names.split())


def _table(*parts: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: reason for part in parts for name, reason in part}


ABSENT = _table(
    _because(
        "libtorch has no dates",
        "busday_count busday_offset busdaycalendar datetime_as_string datetime_data is_busday isnat",
    ),
    _because("libtorch has no records", "fromregex recarray record"),
    _because("libtorch has no long doubles", "complex256 float128"),
    _because("libtorch has no arrays of objects", "frompyfunc"),
    _because("a matrix, whose * is a matrix product, is an ndarray", "asmatrix bmat matlib matrix"),
    _because("a Tensor's memory is not a file's", "memmap"),
    _because("it makes iterators that share buffers on the host", "nested_iters"),
    _because("it is for code in C or Fortran, on ndarrays", "f2py get_include"),
    _because("it is private to NumPy", "core"),
    _because("it tests NumPy", "test"),
)
if not hasattr(np, "matvec"):
    ABSENT |= _table(_because("it is NumPy's ufunc on Tensors, and NumPy has it since 2.2", "matvec vecmat"))
