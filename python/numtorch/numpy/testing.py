"""`numpy.testing`: comparisons of values, which are copied to the host."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.testing import (
    IS_PYPY,
    KnownFailureException,
    SkipTest,
    assert_,
    assert_no_gc_cycles,
    assert_no_warnings,
    assert_raises,
    assert_raises_regex,
    assert_string_equal,
    assert_warns,
    break_cycles,
    suppress_warnings,
)

from numtorch.functions.io.files import hosted

__all__ = [
    "IS_PYPY",
    "KnownFailureException",
    "SkipTest",
    "assert_",
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_compare",
    "assert_array_equal",
    "assert_array_less",
    "assert_array_max_ulp",
    "assert_equal",
    "assert_no_gc_cycles",
    "assert_no_warnings",
    "assert_raises",
    "assert_raises_regex",
    "assert_string_equal",
    "assert_warns",
    "break_cycles",
    "suppress_warnings",
]

P = ParamSpec("P")
R = TypeVar("R")


def _of_values(assertion: Callable[P, R]) -> Callable[P, R]:
    """NumPy's assertion about the values of Tensors: waits for the device and copies them to the host."""

    @wraps(assertion)
    def compare(*args: P.args, **kwargs: P.kwargs) -> R:
        return assertion(*hosted(args), **hosted(kwargs))

    return compare


assert_allclose = _of_values(np.testing.assert_allclose)
assert_almost_equal = _of_values(np.testing.assert_almost_equal)
assert_approx_equal = _of_values(np.testing.assert_approx_equal)
assert_array_almost_equal = _of_values(np.testing.assert_array_almost_equal)
assert_array_almost_equal_nulp = _of_values(np.testing.assert_array_almost_equal_nulp)
assert_array_compare = _of_values(np.testing.assert_array_compare)
assert_array_equal = _of_values(np.testing.assert_array_equal)
assert_array_less = _of_values(np.testing.assert_array_less)
assert_array_max_ulp = _of_values(np.testing.assert_array_max_ulp)
assert_equal = _of_values(np.testing.assert_equal)
