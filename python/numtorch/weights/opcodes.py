"""A reader of pickles that runs nothing: it knows containers, texts, numbers and PyTorch's tensors."""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

# What is allowed to be called, and what it means; given to `read_pickle`.
Known = Mapping[str, Callable[..., Any]]
_MARK = object()
_PLAIN = {
    "BININT",
    "BININT1",
    "BININT2",
    "LONG1",
    "LONG4",
    "BINFLOAT",
    "BINUNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE8",
    "SHORT_BINBYTES",
    "BINBYTES",
    "BINBYTES8",
    "SHORT_BINSTRING",
    "BINSTRING",
}
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}
_PLAIN_KEYS = (str, int, float, bool, bytes, type(None))


class Reference:
    """The name of something that a pickle would import; here only a name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Names(tuple[Any, ...]):
    """A tuple that holds a `Reference`, as a persistent id does: for nothing else, and no value."""

    __slots__ = ()


class Unknown:
    """What a pickle would make of an unknown name. It stands for what the name means."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Refused(ValueError):
    """Something is in a pickle that is not read."""


def refused(name: str) -> NoReturn:
    """The error for everything that is no tensor, container, text or number."""
    raise Refused(f"it holds {name[:200]}, which is no tensor, container, text or number: refused")


def check_key(key: Any) -> None:
    """
    Refuses a key of a dict that is not plain, nor a tuple of plain ones.

    Tuples in tuples could be nested so deeply, or hold each other so often, that hashing them would never end.
    """
    for item in key if type(key) is tuple else (key,):
        if not isinstance(item, (*_PLAIN_KEYS, Unknown)):
            raise ValueError(f"a {type(item).__name__} is a key of a dict, or in one")


def unknown_in(value: Any) -> Unknown | None:
    """Something `Unknown` in containers, keys included."""
    seen: set[int] = set()
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, Unknown):
            return item
        if id(item) not in seen and isinstance(item, dict | list | tuple):
            seen.add(id(item))
            left.extend([*item, *item.values()] if isinstance(item, dict) else item)
    return None


class _Machine:
    """The stack and the memo of one pickle; `partly` if unknown names are passed over."""

    def __init__(self, known: Known, persistent: Callable[[Any], Any], partly: bool) -> None:
        self.known = known
        self.persistent = persistent
        self.partly = partly
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def marked(self) -> list[Any]:
        """What is on the stack since the last mark; the mark goes too."""
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise IndexError("no mark")
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def pop(self) -> Any:
        """The last value."""
        value = self.stack.pop()
        if value is _MARK:
            raise IndexError("a mark where a value is expected")
        return value

    def value(self, item: Any) -> Any:
        """An item as it stands in a container, which may not hold a name."""
        if isinstance(item, Reference | Names):
            name = item.name if isinstance(item, Reference) else "a tuple of names"
            return Unknown(name) if self.partly else refused(f"{name} itself")
        return item

    def step(self, name: str, arg: Any) -> None:
        """One opcode."""
        if name in _PLAIN:
            self.stack.append(arg)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name == "MARK":
            self.stack.append(_MARK)
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self.memo[len(self.memo) if name == "MEMOIZE" else arg] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[arg])
        elif name.startswith("TUPLE"):
            self.tuple(name)
        elif name in ("APPEND", "APPENDS", "SETITEM", "SETITEMS"):
            self.fill(name)
        elif name == "GLOBAL":
            self.refer(arg.replace(" ", "."))
        elif name == "STACK_GLOBAL":
            attribute, module = self.pop(), self.pop()
            if not isinstance(module, str) or not isinstance(attribute, str):
                raise ValueError("a name is no text")
            self.refer(f"{module}.{attribute}")
        elif name == "INST" and not self.partly:
            refused(arg.replace(" ", "."))
        elif name == "BINPERSID":
            self.stack.append(self.persistent(self.pop()))
        elif name in ("REDUCE", "NEWOBJ"):
            self.call()
        elif name == "BUILD":
            self.build()
        elif name not in ("PROTO", "FRAME") and not (self.partly and self.pass_over(name, arg)):
            raise ValueError(f"the opcode {name} is not read")

    def tuple(self, name: str) -> None:
        """TUPLE, TUPLE1, TUPLE2 and TUPLE3."""
        count = name.removeprefix("TUPLE")
        items = [self.pop() for _ in range(int(count))][::-1] if count else self.marked()
        if any(isinstance(item, Reference) for item in items):
            self.stack.append(Names(items))
            return
        self.stack.append(tuple([self.value(item) for item in items]))

    def fill(self, name: str) -> None:
        """Items for the list or dict below them."""
        if name.endswith("S"):
            items = self.marked()
        else:
            items = [self.pop() for _ in range(1 if name == "APPEND" else 2)][::-1]
        items = [self.value(item) for item in items]
        target = self.stack[-1]
        if isinstance(target, Unknown):
            return
        if name.startswith("APPEND"):
            if type(target) is not list:
                raise ValueError("items are appended to something other than a list")
            target.extend(items)
            return
        if type(target) is not dict or len(items) % 2:
            raise ValueError("items are set in something other than a dict")
        for key, value in zip(items[::2], items[1::2], strict=True):
            check_key(key)
            target[key] = value

    def refer(self, name: str) -> None:
        """A name, if it is one of those that are known."""
        if name not in self.known and not self.partly:
            refused(name)
        self.stack.append(Reference(name))

    def call(self) -> None:
        """What a known name makes of its arguments."""
        args, function = self.pop(), self.pop()
        if self.partly and (other := self.unknown(function, args)) is not None:
            self.stack.append(other)
            return
        if not isinstance(function, Reference) or type(args) is not tuple:
            raise ValueError("something is called that is no known name")
        try:
            self.stack.append(self.known[function.name](*args))
        except TypeError as error:
            raise ValueError(f"{function.name} with wrong arguments: {error}") from None

    def unknown(self, function: Any, args: Any) -> Unknown | None:
        """What stands for the result of a call, if anything in it is not known."""
        if isinstance(function, Reference) and function.name not in self.known:
            return Unknown(function.name)
        parts = [function, *args] if isinstance(args, tuple) else [function, args]
        return next((part for part in parts if isinstance(part, Unknown)), None)

    def build(self) -> None:
        """Attributes: PyTorch's dicts have some of their own, which say nothing of the arrays."""
        self.pop()
        target = self.stack[-1]
        if type(target) is dict or isinstance(target, Unknown):
            return
        what = f"a {type(target).__name__} with attributes"
        if not self.partly:
            refused(what)
        self.stack[-1] = Unknown(what)

    def pass_over(self, name: str, arg: Any) -> bool:
        """Opcodes that make objects of other kinds, none of which is made; whether this is one."""
        if name == "NEWOBJ_EX":
            self.pop()
            self.call()
        elif name == "INST":
            self.marked()
            self.stack.append(Unknown(arg.replace(" ", ".")))
        elif name == "OBJ":
            function = self.marked()[0]
            self.stack.append(Unknown(function.name if isinstance(function, Reference) else "an object"))
        elif name in ("EMPTY_SET", "FROZENSET"):
            if name == "FROZENSET":
                self.marked()
            self.stack.append(Unknown("a set"))
        elif name == "ADDITEMS":
            self.marked()
        elif name == "BYTEARRAY8":
            self.stack.append(Unknown("a bytearray"))
        else:
            return False
        return True


def read_pickle(data: Any, known: Known, persistent: Callable[[Any], Any], partly: bool = False) -> Any:
    """What a pickle says, without running any of it.

    Parameters
    ----------
    data : bytes or binary file
        One pickle; of a file, no more is read.
    known : mapping of str to callable
        What may be called, by its full name.
    persistent : callable
        What a persistent id stands for.
    partly : bool
        Whether to pass over unknown names; an `Unknown` stands for each.

    Returns
    -------
    object
        dict, list, tuple, text, number, or what `known` and `persistent` give.

    Raises
    ------
    ValueError
        Anything else is in it, or it is malformed.
    """
    machine = _Machine(known, persistent, partly)
    try:
        for opcode, arg, _ in pickletools.genops(data):
            if opcode.name == "STOP":
                result = machine.pop()
                if machine.stack:
                    raise ValueError("the pickle ends too early")
                return machine.value(result)
            machine.step(opcode.name, arg)
    except (IndexError, KeyError, TypeError, OverflowError, RecursionError, AttributeError) as error:
        raise ValueError(f"the pickle is malformed: {error!r}") from None
    raise ValueError("the pickle does not end")
