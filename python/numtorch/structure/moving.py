"""Models moved between devices and dtypes."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from numpy.typing import NDArray

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.structure.parts import is_array
from numtorch.structure.rebuild import fmap

T = TypeVar("T")
K = TypeVar("K")
# An array alone, or a dict or list of arrays, changes its type; a model of any class keeps it.


@overload
def to_tensor(x: NDArray[Any], dev: int | None = None) -> Tensor: ...
@overload
def to_tensor(x: T, dev: int | None = None) -> T: ...
def to_tensor(x: Any, dev: int | None = None) -> Any:
    """An array as a Tensor on a device, anything else as it is: what `torch` does to each part of a model.

    Parameters
    ----------
    x : any
        An ndarray of numbers is copied, a Tensor moved.
    dev : int, optional
        Device; by default GPU 0 if there is one, else the CPU.

    Returns
    -------
    Tensor, or `x`

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import fmap, to_tensor
    >>> fmap(lambda x: to_tensor(x, -1), {"weight": np.ones(2), "name": "first"})
    {'weight': Tensor([1., 1.], dtype=float64, dev=-1), 'name': 'first'}
    """
    if not is_array(x):
        return x
    dev = _chosen(dev)
    return x.to(dev=dev) if isinstance(x, Tensor) else tensor(x, dev=dev)


def _chosen(dev: int | None) -> int:
    if dev is None:
        return 0 if _core.device_count() > 0 else -1
    return dev


@overload
def torch(model: NDArray[Any], dev: int | None = None) -> Tensor: ...
@overload
def torch(model: dict[K, NDArray[Any]], dev: int | None = None) -> dict[K, Tensor]: ...
@overload
def torch(model: list[NDArray[Any]], dev: int | None = None) -> list[Tensor]: ...
@overload
def torch(model: T, dev: int | None = None) -> T: ...
def torch(model: Any, dev: int | None = None) -> Any:
    """The same model on libtorch: a copy with every array of numbers as a Tensor on `dev`.

    Parameters
    ----------
    model : nest of arrays
        Mappings, lists, tuples, dataclasses, functools.partial, plain objects, in any depth; ndarrays and Tensors in it
        are moved.
    dev : int, optional
        Device; by default GPU 0 if there is one, else the CPU.

    Returns
    -------
    nest
        Containers keep their types, shared arrays stay shared, everything else is left as it is. The original model is
        not changed.

    Raises
    ------
    TypeError
        A function in the model closes over arrays, which cannot be replaced there; or a Mapping cannot be made anew; or
        an array has a dtype that libtorch lacks.
    ValueError
        The device does not exist.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import torch
    >>> torch({"weight": np.ones(2), "name": "first"}, dev=-1)
    {'weight': Tensor([1., 1.], dtype=float64, dev=-1), 'name': 'first'}
    """
    chosen = _chosen(dev)
    return fmap(lambda leaf: to_tensor(leaf, chosen), model)


@overload
def collect(tree: Tensor) -> NDArray[Any]: ...
@overload
def collect(tree: dict[K, Tensor]) -> dict[K, NDArray[Any]]: ...
@overload
def collect(tree: list[Tensor]) -> list[NDArray[Any]]: ...
@overload
def collect(tree: T) -> T: ...
def collect(tree: Any) -> Any:
    """Arrays of the host: the ndarray of a Tensor, or a copy of a nest with an ndarray for every Tensor.

    Parameters
    ----------
    tree : Tensor or nest of them
        What is to be copied to the host. Waits for the device.

    Returns
    -------
    ndarray or nest

    Examples
    --------
    >>> from numtorch import Tensor, collect
    >>> collect(Tensor(2, 2))
    array([[0., 0.],
           [0., 0.]], dtype=float32)
    """
    if isinstance(tree, Tensor):
        return _core.collect(tree)
    return fmap(_core.collect, tree)


@overload
def cpu(model: Tensor) -> NDArray[Any]: ...
@overload
def cpu(model: dict[K, Tensor]) -> dict[K, NDArray[Any]]: ...
@overload
def cpu(model: list[Tensor]) -> list[NDArray[Any]]: ...
@overload
def cpu(model: T) -> T: ...
def cpu(model: Any) -> Any:
    """The same model on the host: a copy with an ndarray for every Tensor, as `collect` makes it.

    Parameters
    ----------
    model : nest of arrays
        What `torch` moved.

    Returns
    -------
    nest
        Containers keep their types, shared arrays stay shared.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import cpu, torch
    >>> cpu(torch({"weight": np.ones(2)}, dev=-1))
    {'weight': array([1., 1.])}
    """
    return collect(model)
