"""Every function that answers for one of NumPy's has its signature; every refusal says why."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.recfunctions import repack_fields

import numtorch as nt
from numtorch.functions import registry


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults, without `like`, which NumPy takes away before it asks us."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values() if p.name != "like"]


HANDLED = sorted(registry.handled().items(), key=lambda pair: (pair[0].__module__, pair[0].__name__))


@pytest.mark.parametrize(("function", "handler"), HANDLED, ids=[f"{f.__module__}.{f.__name__}" for f, _ in HANDLED])
def test_signature(function: Callable[..., Any], handler: Callable[..., Any]) -> None:
    assert parameters(handler) == parameters(function)


@pytest.mark.parametrize(("function", "handler"), HANDLED, ids=[f"{f.__module__}.{f.__name__}" for f, _ in HANDLED])
def test_dispatches(function: Callable[..., Any], handler: Callable[..., Any]) -> None:
    from numpy.testing.overrides import get_overridable_numpy_array_functions

    assert function in get_overridable_numpy_array_functions()
    assert handler.__doc__


def test_nothing_is_both() -> None:
    assert not registry.handled().keys() & registry.unsupported().keys()


def test_refusal_says_why(dev: int) -> None:
    x = nt.tensor([1.0], dev=dev)
    for function, reason in registry.unsupported().items():
        with pytest.raises(TypeError) as raised:
            x.__array_function__(function, (nt.Tensor,), (x,), {})
        assert str(raised.value) == f"numpy.{function.__name__} is not supported on Tensors: {reason}"


def test_unknown_function(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    unknown = [
        f for f in (np.correlate, np.busday_count) if f not in registry.handled() and f not in registry.unsupported()
    ]
    for function in unknown:
        with pytest.raises(TypeError, match="no implementation found"):
            function(x, x)


def test_a_row_is_enough(dev: int) -> None:
    def answered(x: Any) -> str:
        return f"answered on dev {x.dev}"

    function: Any = repack_fields  # of structured arrays: never a Tensor's
    assert function not in registry.handled()
    registry.unsupported_because("the test says so", [function])
    with pytest.raises(TypeError, match="repack_fields is not supported on Tensors: the test says so"):
        function(nt.tensor([1.0], dev=dev))
    registry._unsupported.pop(function)
    assert registry.implements(function)(answered) is answered
    assert registry._handled.pop(function) is answered
