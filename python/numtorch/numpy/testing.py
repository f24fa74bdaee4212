"""`numpy.testing`'s assertions, on the values of Tensors, which they copy to the host."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy.testing
from numpy.testing import (
    assert_,
    assert_no_warnings,
    assert_raises,
    assert_raises_regex,
    assert_warns,
    suppress_warnings,
)

from numtorch._core import Tensor, collect

__all__ = [
    "assert_",
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_equal",
    "assert_array_less",
    "assert_array_max_ulp",
    "assert_equal",
    "assert_no_warnings",
    "assert_raises",
    "assert_raises_regex",
    "assert_warns",
    "suppress_warnings",
]


def _hosted(x: Any) -> Any:
    if isinstance(x, Tensor):
        return collect(x)
    return type(x)(map(_hosted, x)) if type(x) in (list, tuple) else x


def _on_values(check: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(check)
    def checked(*args: Any, **kwargs: Any) -> Any:
        return check(*map(_hosted, args), **{name: _hosted(x) for name, x in kwargs.items()})

    return checked


assert_allclose = _on_values(numpy.testing.assert_allclose)
assert_almost_equal = _on_values(numpy.testing.assert_almost_equal)
assert_approx_equal = _on_values(numpy.testing.assert_approx_equal)
assert_array_almost_equal = _on_values(numpy.testing.assert_array_almost_equal)
assert_array_almost_equal_nulp = _on_values(numpy.testing.assert_array_almost_equal_nulp)
assert_array_equal = _on_values(numpy.testing.assert_array_equal)
assert_array_less = _on_values(numpy.testing.assert_array_less)
assert_array_max_ulp = _on_values(numpy.testing.assert_array_max_ulp)
assert_equal = _on_values(numpy.testing.assert_equal)
