"""One nest of every kind of container, each around the same three things."""

import functools
from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from numtorch.nn.layers import Dense, Dropout

Triple = namedtuple("Triple", "layer drop array")


class Plain:
    def __init__(self, layer: Any, drop: Any, array: Any) -> None:
        self.layer, self.drop, self.array = layer, drop, array


@dataclass
class Data:
    layer: Any
    drop: Any
    array: Any


@dataclass(frozen=True)
class Frozen:
    layer: Any
    drop: Any
    array: Any


@dataclass(slots=True)
class Slots:
    layer: Any
    drop: Any
    array: Any


@dataclass(frozen=True, slots=True)
class FrozenSlots:
    layer: Any
    drop: Any
    array: Any


class Private:
    """Slots whose names are others outside the class, and one that is never filled."""

    __slots__ = ("__layer", "drop", "missing")

    def __init__(self, layer: Any, drop: Any) -> None:
        self.__layer, self.drop = layer, drop


class Inherited(Private):
    """Slots of a base and a `__dict__` of its own."""

    def __init__(self, layer: Any, drop: Any, array: Any) -> None:
        super().__init__(layer, drop)
        self.array = array


class Property:
    """An attribute that is kept under the name of a property."""

    def __init__(self, layer: Any, drop: Any, array: Any) -> None:
        self.__dict__.update(layer=layer, drop=drop, array=array)

    @property
    def array(self) -> Any:
        return self.__dict__["array"]


class Fixed(Mapping[str, Any]):
    """A Mapping that cannot be written to, made of anything but a dict."""

    def __init__(self, *pairs: tuple[str, Any], prefix: str = "") -> None:
        self._keys = [key for key, _ in pairs]
        self._values = [value for _, value in pairs]
        self.prefix = prefix

    def __getitem__(self, key: str) -> Any:
        try:
            return self._values[self._keys.index(key.removeprefix(self.prefix))]
        except ValueError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (self.prefix + key for key in self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class Writable(MutableMapping[str, Any]):
    """A Mapping with slots, which keeps pairs."""

    __slots__ = ("_pairs",)

    def __init__(self, **items: Any) -> None:
        self._pairs = list(items.items())

    def __getitem__(self, key: str) -> Any:
        return dict(self._pairs)[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._pairs = [(name, old) for name, old in self._pairs if name != key] + [(key, value)]

    def __delitem__(self, key: str) -> None:
        self._pairs = [(name, old) for name, old in self._pairs if name != key]

    def __iter__(self) -> Iterator[str]:
        return iter([key for key, _ in self._pairs])

    def __len__(self) -> int:
        return len(self._pairs)


class Named(dict[str, Any]):
    """A dict with an attribute."""

    def __init__(self, array: Any, **items: Any) -> None:
        super().__init__(**items)
        self.array = array

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("not to be written to")


class AttrDict(dict[str, Any]):
    """A dict whose items are its attributes too."""

    def __init__(self, **items: Any) -> None:
        super().__init__(**items)
        self.__dict__ = self


class Numbered(list[Any]):
    def __init__(self, array: Any, *items: Any) -> None:
        super().__init__(items)
        self.array = array


class Both(tuple[Any, ...]):
    """A tuple that is not made of an iterable."""

    def __new__(cls, *items: Any) -> "Both":
        return super().__new__(cls, items)


class Method:
    def apply(self, layer: Any, drop: Any, array: Any) -> Any:
        raise NotImplementedError

    bound = functools.partialmethod(apply)


class Calling(Plain):
    def __call__(self, x: Any) -> Any:
        raise NotImplementedError


def call(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError


def _partial_with_attributes(layer: Any, drop: Any, array: Any) -> Any:
    made = functools.partial(call, layer, drop=drop)
    made.array = array  # type: ignore[attr-defined]
    return functools.update_wrapper(made, call)


def _default(layer: Any, drop: Any, array: Any) -> Any:
    made: Any = defaultdict(list)
    made.update(layer=layer, drop=drop, array=array)
    return made


def _shared(layer: Any, drop: Any, array: Any) -> Any:
    held = [drop, {"array": array}]
    return {"one": [layer, held], "two": (layer, held)}


def _cycle(layer: Any, drop: Any, array: Any) -> Any:
    """Through a list, a tuple, a partial, an object and a Mapping."""
    ring: list[Any] = []
    made = {"ring": (ring, layer), "proxy": MappingProxyType({"drop": drop})}
    ring.extend([made, SimpleNamespace(up=ring, array=array), functools.partial(call, ring)])
    return made


# Each is made of a layer, a layer without arrays that does something else in training, and an array.
KINDS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "dict": lambda a, b, c: {"layer": a, "drop": b, "array": c},
    "dict of numbers": lambda a, b, c: {0: a, (1, 2): b, None: c},
    "OrderedDict": lambda a, b, c: OrderedDict(layer=a, drop=b, array=c),
    "defaultdict": _default,
    "UserDict": lambda a, b, c: UserDict(layer=a, drop=b, array=c),
    "ChainMap": lambda a, b, c: ChainMap({"layer": a}, {"drop": b, "array": c}),
    "MappingProxyType": lambda a, b, c: MappingProxyType({"layer": a, "drop": b, "array": c}),
    "fixed Mapping": lambda a, b, c: Fixed(("layer", a), ("drop", b), ("array", c), prefix="my_"),
    "writable Mapping": lambda a, b, c: Writable(layer=a, drop=b, array=c),
    "dict with attributes": lambda a, b, c: Named(c, layer=a, drop=b),
    "dict that is its attributes": lambda a, b, c: AttrDict(layer=a, drop=b, array=c),
    "list": lambda a, b, c: [a, b, c],
    "list with attributes": lambda a, b, c: Numbered(c, a, b),
    "UserList": lambda a, b, c: UserList([a, b, c]),
    "deque": lambda a, b, c: deque([a, b, c], maxlen=3),
    "tuple": lambda a, b, c: (a, b, c),
    "namedtuple": Triple,
    "tuple of a class": Both,
    "object": Plain,
    "namespace": lambda a, b, c: SimpleNamespace(layer=a, drop=b, array=c),
    "dataclass": Data,
    "frozen dataclass": Frozen,
    "dataclass with slots": Slots,
    "frozen dataclass with slots": FrozenSlots,
    "slots of a base": Inherited,
    "property": Property,
    "partial's arguments": lambda a, b, c: functools.partial(call, a, b, c),
    "partial's keywords": lambda a, b, c: functools.partial(call, layer=a, drop=b, array=c),
    "partial's function": lambda a, b, c: functools.partial(Calling(a, b, c), 3),
    "partial's attributes": _partial_with_attributes,
    "partialmethod": lambda a, b, c: functools.partial(Method().bound, a, b, c),
    "partial of a ufunc": lambda a, b, c: [functools.partial(np.add, c), a, b],
    "shared": _shared,
    "cyclic": _cycle,
    "deep": lambda a, b, c: [MappingProxyType({"x": (functools.partial(call, deque([Frozen(a, Data(b, 1, 2), c)])),)})],
}


def content() -> tuple[Any, Any, Any]:
    return Dense(2, 3, rng=0), Dropout(0.5, rng=0), np.array([3.0, 4.0], np.float32)
