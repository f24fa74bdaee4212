"""ndarray's methods on Tensors: the parameters are NumPy's, in its order, and so is what they return."""

import inspect

import numpy as np
import pytest

import numtorch as nt
from tests.versions import since

METHODS = (
    "all any argmax argmin argsort astype choose clip compress conj conjugate copy cumprod cumsum diagonal dot fill "
    "flatten item max mean min nonzero prod put ravel repeat reshape round searchsorted sort squeeze std sum swapaxes "
    "take tolist trace transpose var view"
).split()
PYTHON_METHODS = [name for name in METHODS if inspect.isfunction(getattr(nt.Tensor, name))]


@pytest.mark.parametrize("name", METHODS)
def test_it_is_there(name: str) -> None:
    assert callable(getattr(nt.Tensor, name))
    assert getattr(nt.Tensor, name).__doc__


@since("2.4.0", "its methods have signatures")
@pytest.mark.parametrize("name", PYTHON_METHODS)
def test_positions(name: str) -> None:
    """Whoever passes arguments by position or by keyword as to an ndarray reaches the same parameters."""
    expected = list(inspect.signature(getattr(np.ndarray, name)).parameters.values())[1:]
    actual = list(inspect.signature(getattr(nt.Tensor, name)).parameters.values())[1:]
    for position, parameter in enumerate(expected):
        if parameter.kind is parameter.POSITIONAL_ONLY:
            assert actual[position].kind is not parameter.KEYWORD_ONLY
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            assert actual[position].name == parameter.name

            assert actual[position].default in (parameter.default, np._NoValue)
        elif parameter.kind is parameter.KEYWORD_ONLY:
            assert parameter.name in {p.name for p in actual}


def test_flatten_copies(dev: int) -> None:
    x = nt.tensor(np.arange(4.0), dev=dev)
    x.flatten()[0] = 9
    assert x[0].item() == 0


def test_in_place_methods(dev: int) -> None:
    x = nt.tensor([3.0, 1.0, 2.0], dev=dev)
    assert x.sort() is None
    assert x.tolist() == [1.0, 2.0, 3.0]
    assert x.fill(7) is None
    assert x.tolist() == [7.0, 7.0, 7.0]
    assert x.put([0, -1], [1, 2]) is None
    assert x.tolist() == [1.0, 7.0, 2.0]


def test_in_place_methods_of_views(dev: int) -> None:
    x = nt.tensor([[3.0, 1.0], [2.0, 0.0]], dev=dev)
    x[:, 0].sort()
    x.T[1].fill(5)
    assert x.tolist() == [[2.0, 5.0], [3.0, 5.0]]


def test_round(dev: int) -> None:
    value = nt.tensor([1.26, 2.5], dev=dev)
    assert round(value[1]) == 2
    assert type(round(value[1])) is int
    assert round(value[0], 1).item() == 1.3
    with pytest.raises(TypeError, match="__round__"):
        round(value)


def test_contains(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    assert 2 in x
    assert 3 not in x
    with pytest.raises(ValueError, match="broadcast"):
        assert [1.0, 2.0, 3.0] in x


def test_view_as_another_dtype(dev: int) -> None:
    x = nt.tensor(np.array([1.0, -1.0], np.float32), dev=dev)
    bits = x.view(np.int32)
    np.testing.assert_array_equal(nt.collect(bits), np.array([1.0, -1.0], np.float32).view(np.int32))
    bits[0] = 0
    assert x[0].item() == 0.0
    with pytest.raises(TypeError, match="view"):
        x.view(np.int32, np.ndarray, 1)
