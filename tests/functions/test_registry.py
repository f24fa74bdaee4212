"""Every function that answers for one of NumPy's has its signature; every refusal says why."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.char
import numpy.fft
import numpy.lib.recfunctions
import numpy.polynomial
import numpy.strings
import pytest
from numpy._core.overrides import ARRAY_FUNCTIONS, array_function_dispatch
from numpy.testing.overrides import get_overridable_numpy_array_functions

import numtorch as nt
from numtorch.functions.calls import registry
from numtorch.functions.creation import like
from tests.versions import older_than, since


def shown_signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature; of a compiled function that has none, the one its documentation begins with."""
    try:
        return inspect.signature(function)
    except ValueError:
        shown = re.match(r"\w+\((.*?)\)\n", function.__doc__ or "", re.DOTALL)
        assert shown, function
        return inspect.signature(eval(f"lambda {shown[1]}: None"))


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults, without `like`, which NumPy takes away before it asks us."""
    return [(p.name, p.kind, p.default) for p in shown_signature(function).parameters.values() if p.name != "like"]


HANDLED = sorted(registry.handled().items(), key=lambda pair: (pair[0].__module__, pair[0].__name__))


@since("2.4.0", "its signatures are the functions'")
@pytest.mark.parametrize(("function", "handler"), HANDLED, ids=[f"{f.__module__}.{f.__name__}" for f, _ in HANDLED])
def test_signature(function: Callable[..., Any], handler: Callable[..., Any]) -> None:
    assert parameters(handler) == parameters(function)


@pytest.mark.parametrize(("function", "handler"), HANDLED, ids=[f"{f.__module__}.{f.__name__}" for f, _ in HANDLED])
def test_dispatches(function: Callable[..., Any], handler: Callable[..., Any]) -> None:
    assert handler.__doc__
    if older_than("2.4.0") and function.__module__ == "numpy.polynomial.polynomial":
        pytest.skip("NumPy asks Tensors since 2.4")
    if older_than("2.2.0") and function in dict(like.MADE):
        pytest.skip("NumPy lists functions with like= since 2.2")
    assert function in get_overridable_numpy_array_functions()


def test_nothing_is_both() -> None:
    assert not registry.handled().keys() & registry.unsupported().keys()


def test_refusal_says_why(dev: int) -> None:
    x = nt.tensor([1.0], dev=dev)
    for function, reason in registry.unsupported().items():
        with pytest.raises(TypeError) as raised:
            x.__array_function__(function, (nt.Tensor,), (x,), {})
        assert str(raised.value) == f"numpy.{function.__name__} is not supported on Tensors: {reason}"


def own_function() -> Any:
    """A function that dispatches as NumPy's do, and that nobody has registered."""

    @array_function_dispatch(lambda x: (x,))
    def twice(x: Any) -> Any:
        """Twice `x`."""
        return 2 * x

    ARRAY_FUNCTIONS.discard(twice)
    return twice


def test_unknown_function(dev: int) -> None:
    with pytest.raises(TypeError, match="no implementation found"):
        own_function()(nt.tensor([1.0, 2.0], dev=dev))


def test_a_row_is_enough(dev: int) -> None:
    def answered(x: Any) -> str:
        return f"answered on dev {x.dev}"

    function = own_function()
    x = nt.tensor([1.0], dev=dev)
    assert registry.implements(function)(answered) is answered
    assert function(x) == f"answered on dev {dev}"
    assert registry._handled.pop(function) is answered
    registry.unsupported_because("the test says so", [function])
    with pytest.raises(TypeError, match="twice is not supported on Tensors: the test says so"):
        function(x)
    registry._unsupported.pop(function)


# Behind functions with like= NumPy has a second object of the same name, which it alone calls.
LIKE_TWINS = frozenset({"eye", "fromfunction", "full", "genfromtxt", "identity", "loadtxt", "ones", "require", "tri"})


def is_twin(function: Callable[..., Any]) -> bool:
    return function.__name__ in LIKE_TWINS and function is not getattr(np, function.__name__)


def test_division_is_complete() -> None:
    divided = registry.handled().keys() | registry.unsupported().keys()
    left = [f for f in get_overridable_numpy_array_functions() if f not in divided and not is_twin(f)]
    assert sorted(f"{f.__module__}.{f.__name__}" for f in left) == []


def test_twins_are_handled() -> None:
    handled = registry.handled()
    assert all(getattr(np, name) in handled for name in LIKE_TWINS)


def test_records_are_refused_once_imported(dev: int) -> None:
    registry.unsupported()  # numpy.lib.recfunctions is imported above
    with pytest.raises(TypeError, match="repack_fields is not supported on Tensors: libtorch has no records"):
        numpy.lib.recfunctions.repack_fields(nt.tensor([1.0], dev=dev))
