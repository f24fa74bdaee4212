"""Functions that only put arrays beside each other take NumPy's arrays of objects, texts and dates beside Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.rows import lines

FOREIGN = {
    "objects": np.array([None, "a", 2], dtype=object),
    "one object": np.array([None], dtype=object),
    "None": None,
    "texts": np.array(["x", "y", "z"]),
    "dates": np.array(["2020-01-01", "2020-01-02", "2020-01-03"], dtype="datetime64[D]"),
}
ROWS = lines("""
np.broadcast_arrays(x, f)
np.broadcast_arrays(x, f, x[:, None])
np.broadcast_arrays(f, x[0, ...], 2.0)
np.atleast_1d(x, f)
np.atleast_2d(f, x)
np.atleast_3d(x, f)
np.meshgrid(x, f)
np.meshgrid(f, x, sparse=True)
np.meshgrid(x, f, indexing='ij', copy=False)
""")


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("text", ROWS)
def test_foreign_arrays_stay_numpys(text: str, foreign: Any, dev: int) -> None:
    x = np.arange(3.0)
    expected = eval(text, {"np": np, "x": x, "f": foreign})
    actual = eval(text, {"np": np, "x": nt.tensor(x, dev=dev), "f": foreign})
    assert len(expected) == len(actual)
    for array, other in zip(expected, actual, strict=True):
        assert isinstance(other, nt.Tensor) == (array.dtype == np.float64), text
        assert other.dtype == array.dtype
        np.testing.assert_array_equal(nt.collect(other), array)


@pytest.mark.parametrize("text", ["np.concatenate([x, f])", "np.stack([x, f])", "np.where(x > 0, x, f)", "x + f"])
def test_no_tensor_holds_them(text: str, dev: int) -> None:
    with pytest.raises(TypeError, match="not supported"):
        eval(text, {"np": np, "x": nt.tensor(np.arange(3.0), dev=dev), "f": FOREIGN["objects"]})
