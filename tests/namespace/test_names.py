"""numtorch.numpy has NumPy's names, or says why not, and its functions have NumPy's parameters."""

import inspect
from typing import Any

import numpy
import pytest

import numtorch.numpy as np
from numtorch.numpy import fft, linalg
from numtorch.numpy.absent import ABSENT

# What ours take besides.
MORE = {"dev", "device", "like", "dtype", "descending"}


def test_every_name_is_there_or_has_a_reason() -> None:
    names = {name for name in dir(numpy) if not name.startswith("_")}
    assert names - set(np.__all__) - ABSENT.keys() == set()
    assert ABSENT.keys() & set(np.__all__) == set()
    assert all(ABSENT.values())


def test_no_other_names() -> None:
    own = {"__array_api_version__", "__array_namespace_info__"}
    later = {"matvec", "vecmat", "unstack", "cumulative_prod", "cumulative_sum"}  # than NumPy 2.0
    assert set(np.__all__) - set(dir(numpy)) - own - later == set()


@pytest.mark.parametrize("module", [np, linalg, fft], ids=["numpy", "linalg", "fft"])
def test_all_is_true(module: Any) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    public = {name for name, value in vars(module).items() if not name.startswith("_") and inspect.isfunction(value)}
    assert {name for name in public if vars(module)[name].__module__ == module.__name__} <= set(module.__all__)


def test_linalg_and_fft_are_whole() -> None:
    assert set(numpy.linalg.__all__) - set(linalg.__all__) == set()
    assert set(numpy.fft.__all__) - set(fft.__all__) == set()


def functions() -> list[tuple[str, Any, Any]]:
    pairs = []
    for theirs, ours in ((numpy, np), (numpy.linalg, linalg), (numpy.fft, fft)):
        for name in ours.__all__:
            function = getattr(ours, name)
            if inspect.isfunction(function) and not isinstance(getattr(theirs, name, type), type):
                pairs.append((f"{theirs.__name__}.{name}", getattr(theirs, name), function))
    return pairs


@pytest.mark.parametrize(("name", "theirs", "ours"), functions(), ids=[name for name, _, _ in functions()])
def test_parameters(name: str, theirs: Any, ours: Any) -> None:
    del name
    try:
        expected = list(inspect.signature(theirs).parameters.values())
    except ValueError:
        pytest.skip("compiled, without a signature")
    actual = inspect.signature(ours).parameters
    if any(p.kind is p.VAR_KEYWORD for p in actual.values()):
        return
    for parameter in expected:
        if parameter.name == "like" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        assert parameter.name in actual
    assert {parameter.name for parameter in expected} | MORE >= actual.keys()


def test_ufuncs_are_numpys() -> None:
    for name in np.__all__:
        theirs = getattr(numpy, name, None)
        if isinstance(theirs, numpy.ufunc):
            ours = getattr(np, name)
            assert isinstance(ours, np.ufunc)
            assert (ours.nin, ours.nout, ours.identity, ours.signature) == (
                theirs.nin,
                theirs.nout,
                theirs.identity,
                theirs.signature,
            )
            assert list(ours.types) == list(theirs.types)
