"""numtorch.numpy has NumPy's names, with NumPy's signatures, and a reason for each that it has not."""

import importlib
import inspect
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch._core import Function
from numtorch.functions.calls import registry
from numtorch.numpy.absent import ABSENT
from tests.functions.test_registry import shown_signature
from tests.versions import older_than, since

# What a program may ask of numpy that `dir` does not show.
HIDDEN = {"__array_api_version__", "__array_namespace_info__", "__version__"}
# Names of some platforms only.
PLATFORMS = {"complex192", "complex256", "float96", "float128", "windll"}
# NumPy's own modules, imported when they are asked for.
OWN = {"char", "ctypeslib", "ma", "rec", "strings"}
SUBMODULES = ("linalg", "fft", "testing", "emath", "lib.stride_tricks", "polynomial.polynomial", "random")


def public(module: types.ModuleType) -> set[str]:
    return {name for name in dir(module) if not name.startswith("_")}


def is_answered(name: str) -> bool:
    """Whether Tensors answer this function of NumPy's; of some the names are here before the answers."""
    function = getattr(np, name)
    return not isinstance(function, type(np.sum)) or function in registry.handled()


def test_every_public_name_of_numpy_is_here_or_has_a_reason() -> None:
    expected = {name for name in public(np) if is_answered(name)}
    assert sorted(expected - set(xp.__all__) - ABSENT.keys() - OWN) == []


def test_nothing_is_both_here_and_absent() -> None:
    assert ABSENT.keys() & set(xp.__all__) == set()


def test_reasons_are_about_names_of_numpy() -> None:
    unknown = {"matlib"}  # imported when it is asked for
    if older_than("2.2.0"):
        unknown |= {"matvec", "vecmat"}
    assert ABSENT.keys() - public(np) - PLATFORMS == unknown


def test_nothing_is_added() -> None:
    added = {name for name in xp.__all__ if not hasattr(np, name)} - HIDDEN
    assert added == ({"cumulative_prod", "cumulative_sum", "unstack"} if older_than("2.1.0") else set())


@pytest.mark.parametrize("name", SUBMODULES)
def test_submodules_have_numpys_names(name: str) -> None:
    ours, theirs = importlib.import_module(f"numtorch.numpy.{name}"), operator.attrgetter(name)(np)
    assert {listed for listed in ours.__all__ if not hasattr(theirs, listed)} == set()
    answered = {f.__name__ for f in registry.handled() if f.__module__ == theirs.__name__}
    assert answered - set(ours.__all__) == set()


def test_absent_names_say_why() -> None:
    with pytest.raises(AttributeError, match="no attribute 'busday_count': libtorch has no dates"):
        xp.busday_count  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'no_such_thing'$"):
        xp.no_such_thing  # noqa: B018
    assert not hasattr(xp, "memmap")


@pytest.mark.parametrize("name", sorted(OWN))
def test_modules_of_numpys_own(name: str) -> None:
    assert getattr(xp, name) is getattr(np, name)
    assert name not in ABSENT


@pytest.mark.parametrize("name", ["dtypes", "exceptions", "typing"])
def test_modules_without_arrays_can_be_imported(name: str) -> None:
    assert importlib.import_module(f"numtorch.numpy.{name}") is getattr(np, name)


# Kept as NumPy shows them: NumPy's first parameter of these has no name, or says so otherwise.
FUNCTIONS = [
    name
    for name in xp.__all__
    if isinstance(getattr(xp, name), Function)
    and callable(getattr(np, name, None))
    and not inspect.isclass(getattr(np, name))
]
FREE = {"format_float_positional", "format_float_scientific"}  # hand on what they are given


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults, without what this namespace adds, and what few of NumPy's functions have."""
    return [
        (p.name, p.kind, p.default)
        for p in shown_signature(function).parameters.values()
        if p.name not in ("descending", "dev", "device", "like")
    ]


@since("2.4.0", "its signatures are the functions'")
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in FREE])
def test_signature(name: str) -> None:
    assert parameters(getattr(xp, name)) == parameters(getattr(np, name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_documentation(name: str) -> None:
    assert getattr(xp, name).__doc__


def test_the_class_of_arrays_is_tensor() -> None:
    assert xp.ndarray == nt.Tensor
    assert issubclass(nt.Tensor, xp.ndarray)
    assert isinstance(xp.zeros(3), xp.ndarray)


@pytest.mark.parametrize("name", ["float64", "int8", "bool", "pi", "newaxis", "dtype", "errstate", "exceptions"])
def test_what_is_numpys_own(name: str) -> None:
    assert getattr(xp, name) is getattr(np, name)
