"""compile: a function as one program for each signature of its arguments."""

from __future__ import annotations

import functools
import threading
import types
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np

from numtorch import _core
from numtorch._core import CompileError, Tensor
from numtorch.programs import torch_side
from numtorch.programs.differentiation import Pull, differentiated
from numtorch.programs.effects import perform
from numtorch.programs.inputs import Arguments, current, is_abstract, is_same, is_tracked
from numtorch.programs.results import builder, plain_order
from numtorch.programs.tracing import Trace, as_value, once

MANY = 8  # signatures at which a warning says so
_lock = threading.RLock()  # of traces: while one is made, the Tensors that a function holds have no values


class Program:
    """A compiled trace.

    Parameters
    ----------
    trace : Trace
    freeze : bool
        Whether what the function holds are constants of the program.
    """

    def __init__(self, trace: Trace, freeze: bool) -> None:
        self.trace = trace
        self.freeze = freeze
        self.signature = _core.signature(trace.inputs)
        run = torch_side.lower_frozen(trace) if freeze else torch_side.lower(trace.graph, trace.mode, trace.fakes)
        rebound = [number for pair in trace.rebound for number in pair]
        order = None if trace.effects else plain_order(trace.spec)
        self.compiled = _core.Program(run, trace.written, rebound, trace.flags, order, self._finish)
        self._build = builder(trace.spec)

    def _finish(self, outputs: Sequence[Any], inputs: Sequence[Tensor]) -> Any:
        result = self._build(outputs, inputs)
        perform(self.trace.effects, outputs, inputs)
        return result

    def inputs(self, tensors: Sequence[Tensor]) -> list[Tensor] | None:
        """All inputs of a call; None if the function does not hold what it held when it was traced."""
        trace = self.trace
        if not all([is_same(current(edge), edge.value) for edge in trace.edges]):
            return None
        if not all([edge.value.tobytes() == content for edge, content in trace.arrays]):
            return None
        held = [current(edge) for edge in trace.tensor_edges]
        if self.freeze:
            same = [now is edge.value for now, edge in zip(held, trace.tensor_edges, strict=True)]
            if not all(same) or trace.versions != [_core.version(value) for value in held]:
                return None
            return list(tensors)
        inputs = [*tensors, *held]
        if not all([isinstance(value, Tensor) for value in inputs]):
            return None
        found = once(inputs)
        for group in trace.numbers:
            numbers = [current(edge) for edge in group]
            if any(type(n) is not type(group[0].value) or n != numbers[0] for n in numbers):
                return None
            found.append(as_value(numbers[0]))
        found.extend(draw.again() for draw in trace.draws)
        return found if _core.signature(found) == self.signature else None

    def first_inputs(self) -> list[Tensor]:
        """The inputs of the call that was traced."""
        if self.freeze:
            return list(self.trace.given)
        draws = self.trace.draws
        return [*self.trace.inputs[: len(self.trace.inputs) - len(draws)], *(draw.again() for draw in draws)]

    def add_to(self, table: _core.Programs, text: bytes) -> None:
        """Has calls whose arguments read like `text` go the short way."""
        trace = self.trace
        numbers = [[(edge.holder, edge.key, edge.value) for edge in group] for group in trace.numbers]
        if trace.draws or not all(
            map(_is_quick, [*trace.edges, *trace.tensor_edges, *(e for group in trace.numbers for e in group)])
        ):
            return
        edges = [(edge.holder, edge.key, edge.value) for edge in trace.edges]
        tensors = [(edge.holder, edge.key, edge.value) for edge in trace.tensor_edges]
        given = len(trace.given)
        if self.freeze:
            table.add(text, self.compiled, [*edges, *tensors], [], [], trace.given, given)
        else:
            table.add(text, self.compiled, edges, tensors, numbers, trace.inputs, given)


_QUICK = (types.CellType, types.MethodType)


def _is_quick(edge: Any) -> bool:
    """Whether C++ finds the value of an edge."""
    holder, key = edge.holder, edge.key
    if isinstance(holder, _QUICK):
        return True
    if type(holder) in (list, tuple):
        return isinstance(key, int)
    return type(holder) is dict or (isinstance(key, str) and not isinstance(holder, dict | list | tuple | set))


class Compiled:
    """A function that runs as compiled programs; see `compile`.

    Attributes
    ----------
    signatures : int
        How many programs were made.
    """

    def __init__(self, function: Callable[..., Any], freeze: bool, fallback: bool) -> None:
        if not callable(function):
            raise TypeError(f"compile: f must be callable, and {type(function).__name__} is not")
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.freeze = freeze
        self.fallback = fallback
        self.signatures = 0
        self._table = _core.Programs(True)
        self._programs: dict[Any, Program | None] = {}
        self._pulls: dict[Any, Compiled] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            try:
                found = self._table.call(args)
            except RuntimeError as error:
                raise _in_words(error) from error
            if found is not NotImplemented:
                return found
        return self._call(args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        arguments = Arguments(args, kwargs)
        if _core.is_tracing() or any(map(is_abstract, arguments.tensors)):
            return self.function(*args, **kwargs)  # part of another program, or of a batch
        if _core.recording_anywhere() and is_tracked(self.function, arguments):
            return differentiated(self, arguments)
        key = (arguments.key, _core.signature(arguments.tensors))
        program = self._programs.get(key)
        if program is None and key in self._programs:
            return self.function(*args, **kwargs)
        inputs = None if program is None else program.inputs(arguments.tensors)
        if program is None or inputs is None:
            with _lock:
                program = self._compiled(arguments, key, args if not kwargs else None)
            if program is None:
                return self.function(*args, **kwargs)
            inputs = program.first_inputs()
            if not self.freeze:
                program.trace.release()
        try:
            return program.compiled.run(inputs)
        except RuntimeError as error:
            raise _in_words(error) from error

    def _compiled(self, arguments: Arguments, key: Any, plain: tuple[Any, ...] | None) -> Program | None:
        self.signatures += 1
        if self.signatures == MANY:
            warnings.warn(
                f"compile: {self.function!r} was traced {MANY} times, for other shapes, dtypes, numbers or objects "
                "each time; numbers that change can be passed as 0-d Tensors, and lengths padded",
                stacklevel=4,
            )
        try:
            program = Program(Trace(self.function, arguments), self.freeze)
        except CompileError as error:
            if not self.fallback:
                raise
            warnings.warn(f"compile: {self.function!r} runs as it is, operation by operation: {error}", stacklevel=4)
            self._programs[key] = None
            return None
        self._programs[key] = program
        read = None if plain is None else _core.arguments_text(plain)
        if read is not None:
            program.add_to(self._table, read[0])
        return program

    def pull(self, wanted: tuple[int, ...], held: list[Tensor]) -> Compiled:
        """The way back to some of the arguments and to Tensors that the function holds, as a compiled function."""
        key = (wanted, tuple(map(id, held)))
        if key not in self._pulls:
            self._pulls[key] = Compiled(Pull(self.function, wanted, held), False, self.fallback)
        return self._pulls[key]

    def trace(self, *args: Any, **kwargs: Any) -> Trace:
        """What a call with these arguments comes down to, without running or compiling it."""
        with _lock:
            return Trace(self.function, Arguments(args, kwargs))

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """What the program for these arguments does: its operators in order, with shapes, and how often each occurs.

        Parameters
        ----------
        *args, **kwargs
            As for a call.

        Returns
        -------
        str
        """
        from numtorch.programs.explaining import explained

        return explained(self.trace(*args, **kwargs))

    def save(self, path: str | Path, *args: Any) -> None:
        """Writes the program for these arguments to a file; see `numtorch.load`.

        Parameters
        ----------
        path : str or Path
            The file.
        *args
            Arguments as those that the saved program will be called with: Tensors of these shapes and dtypes, and
            the same numbers.

        Raises
        ------
        CompileError
            The function writes to Tensors that it holds, or returns what no file can hold.
        """
        from numtorch.programs.saving import save

        with _lock:
            save(Trace(self.function, Arguments(args, {})), args, Path(path), self.freeze)

    def clear(self) -> None:
        """Forgets all programs."""
        self._table.clear()
        self._programs.clear()
        self._pulls.clear()

    def __repr__(self) -> str:
        return f"compile({self.function!r})"


def _in_words(error: RuntimeError) -> Exception:
    """What a compiled program raises, as eager mode would."""
    text = str(error)
    if "index out of bounds" in text or "is out of bounds for dimension" in text:
        return IndexError(f"compile: an index is out of bounds ({text.splitlines()[0]})")
    if type(error).__name__ == "_LinAlgError":
        return np.linalg.LinAlgError(text)
    return error


@overload
def compile(f: Callable[..., Any], *, freeze: bool = False, fallback: bool = False) -> Compiled: ...
@overload
def compile(
    f: None = None, *, freeze: bool = False, fallback: bool = False
) -> Callable[[Callable[..., Any]], Compiled]: ...
def compile(f: Callable[..., Any] | None = None, *, freeze: bool = False, fallback: bool = False) -> Any:
    """A function that runs as one fused program; a decorator too.

    The first call with arguments of a new signature traces `f` once, on Tensors without values, and compiles what
    libtorch's operators it called: for the CPU with the C++ compiler of the machine, for a GPU with Triton. Further
    calls run the program. Python's torch is imported at the first one.

    Parameters
    ----------
    f : callable
        A function of Tensors, ndarrays, numbers and nests of them; or a model. It may take gradients, write to its
        arguments, replace Tensors in objects that it can reach, and close over Tensors, which are looked up at each
        call.
    freeze : bool, default False
        For inference: the Tensors that `f` holds become constants of the program, so that norms fold into convolutions
        and weights are laid out in advance. One that is changed makes a new program.
    fallback : bool, default False
        Where `f` cannot be traced: True warns once and calls it as it is, False raises.

    Returns
    -------
    Compiled
        Called like `f`. ndarrays among the arguments become Tensors on their memory, so the result is of Tensors.

    Raises
    ------
    CompileError
        At a call: `f` asks for values that a trace does not know (``float(t)``, ``if t > 0``, ``np.asarray(t)``,
        ``x[mask]``), draws from the host's random numbers, or changes numbers outside. The message names the line.

    Notes
    -----
    A signature is the structure of the arguments; of each Tensor shape, dtype, device, layout and alignment, and with
    which others it shares memory; numbers, strings and functions by value; the number of threads. What `f` does besides
    computing (printing, appending numbers) happens at the trace only.

    See Also
    --------
    numtorch.load : a program that was saved.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> @nt.compile
    ... def gauss(x):
    ...     return np.exp(-(x**2) / 2)
    >>> gauss(nt.tensor([0.0, 1.0]))
    Tensor([1.        , 0.60653066], dtype=float64, dev=-1)
    >>> gauss.signatures
    1
    """
    if f is None:
        return lambda function: Compiled(function, freeze, fallback)
    return Compiled(f, freeze, fallback)
