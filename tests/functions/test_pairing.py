"""The comparison itself, compared: it must see every way in which the two can differ."""

import importlib
import pkgutil

import pytest

from tests import ops
from tests.pairing import Row, check
from tests.versions import rows_that_wait

DIFFERENT = {
    "values": "x if isinstance(x, np.ndarray) else x + 1",
    "dtype": "x if isinstance(x, np.ndarray) else x.astype(np.float32)",
    "shape": "x if isinstance(x, np.ndarray) else x[None]",
    "a view instead of a copy": "x.copy() if isinstance(x, np.ndarray) else x[...]",
    "a copy instead of a view": "x[...] if isinstance(x, np.ndarray) else x.copy()",
    "error instead of a result": "x if isinstance(x, np.ndarray) else x[99]",
    "result instead of an error": "x[99] if isinstance(x, np.ndarray) else x",
    "another error": "x[99] if isinstance(x, np.ndarray) else int('x')",
    "how many": "(x, x) if isinstance(x, np.ndarray) else (x,)",
    "type of a tuple": "np.linalg.slogdet(q) if isinstance(q, np.ndarray) else tuple(np.linalg.slogdet(q))",
    "a number": "1 if isinstance(x, np.ndarray) else 2",
    "the host": "x if isinstance(x, np.ndarray) else np.asarray(x)",
    "what is written": "x.fill(1) if isinstance(x, np.ndarray) else None",
}


@pytest.mark.parametrize("text", DIFFERENT.values(), ids=DIFFERENT)
def test_it_sees_a_difference(text: str, dev: int) -> None:
    if dev != -1 and ("copy" in text or "asarray" in text):
        pytest.skip("memory is compared on the host")
    with pytest.raises(AssertionError):
        check(Row(text), dev)


def test_it_sees_no_difference(dev: int) -> None:
    check(Row("x + 1"), dev)
    check(Row("x[99]"), dev)


def test_it_sees_a_refusal_that_is_none(dev: int) -> None:
    with pytest.raises(AssertionError, match="refuses"):
        check(Row("x + 1", (), ("float64",)), dev)


def test_what_waits_for_a_newer_numpy_is_a_row() -> None:
    families = [importlib.import_module(f"tests.ops.{module.name}") for module in pkgutil.iter_modules(ops.__path__)]
    texts = {
        row.text
        for family in families
        for name in ("ROWS", "GRADIENTS")
        for row in getattr(family, name, [])
        if type(row) is Row
    }
    assert rows_that_wait() - texts == set()
