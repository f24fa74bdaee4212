"""Python's torch, which traces and lowers programs. Nothing else imports it, and nothing before the first compile.

Names of torch that it does not document are used here alone: each has another way beside it, or a clear error.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import logging
import math
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from numtorch import _core
from numtorch._core import CompileError, Tensor
from numtorch.programs.decompositions import corrected

if TYPE_CHECKING:
    from numtorch.programs.tracing import Trace

SETTINGS = {
    "size_asserts": False,  # numtorch checks the signature of each call
    "alignment_asserts": False,
    "scalar_asserts": False,
    "fallback_random": True,  # random numbers are those of libtorch's generators, as in eager mode
    "realize_opcount_threshold": 8,  # recurrences that use a value twice would be inlined exponentially
    "realize_cpu_opcount_threshold": 8,
}


class Torch(NamedTuple):
    """The parts of torch that are used, imported together."""

    torch: Any
    make_fx: Any
    FakeTensorMode: Any
    functionalize: Any
    decompositions: Any
    config: Any
    ShapeEnv: Any


_torch: Torch | None = None


def load() -> Torch:
    """Python's torch; RuntimeError if it is not there."""
    global _torch
    if _torch is None:
        try:
            import torch
            import torch._inductor.config
            from torch._inductor.decomposition import select_decomp_table
            from torch._subclasses.fake_tensor import FakeTensorMode
            from torch.func import functionalize
            from torch.fx.experimental.proxy_tensor import make_fx
            from torch.fx.experimental.symbolic_shapes import ShapeEnv
        except ImportError as error:
            raise RuntimeError(
                f"compile: needs Python's torch, which numtorch itself does not, and cannot import it ({error}); "
                "install numtorch in an environment with the whole torch package"
            ) from error
        _name_complex_numbers()
        _torch = Torch(
            torch, make_fx, FakeTensorMode, functionalize, select_decomp_table, torch._inductor.config, ShapeEnv
        )
    return _torch


def _name_complex_numbers() -> None:
    """The code of a graph may say ``(nan+infj)``, as Python writes such a number; torch knows inf and nan only."""
    import torch.fx.graph

    register = getattr(torch.fx.graph, "_register_custom_builtin", None)
    if register is not None:
        register("infj", "infj = complex(0, float('inf'))", complex(0, math.inf))
        register("nanj", "nanj = complex(0, float('nan'))", complex(0, math.nan))


def fakes_of(tensors: Sequence[Tensor]) -> tuple[Any, list[Any]]:
    """Tensors without values, of the shape, strides, dtype and device of these; and the mode that they live in."""
    t = load()
    mode = t.FakeTensorMode(allow_non_fake_inputs=True, static_shapes=True)
    mode.shape_env = None  # a size that depends on values raises, and is no symbol
    with t.torch.no_grad():
        return mode, [mode.from_tensor(_core.to_torch(value).detach()) for value in tensors]


@contextlib.contextmanager
def known_errors() -> Iterator[None]:
    """What torch raises while it traces, in numtorch's words with the user's line."""
    try:
        yield
    except CompileError:
        raise
    except Exception as error:
        name = type(error).__name__
        if name in ("DynamicOutputShapeException", "DataDependentOutputException", "GuardOnDataDependentSymNode"):
            raise CompileError(
                f"compile: the size or the value of what {getattr(error, 'func', 'a kernel')} gives depends on values, "
                f"which a program that is traced does not know ({_users_line(error) or 'in a library'}); "
                "np.where(mask, a, b) has the size of its arguments"
            ) from error
        raise


def _users_line(error: BaseException) -> str:
    """Where in a user's code an error came up: the innermost such frame that it left."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if module not in ("numtorch", "numpy", "torch", "contextlib"):
            found = f"{frame.f_code.co_filename}, line {trace.tb_lineno}, in {frame.f_code.co_name}"
        trace = trace.tb_next
    return found


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """What torch says of calls that fail is in the error that it raises, too."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def trace(function: Callable[..., Sequence[Any]], mode: Any, fakes: Sequence[Any]) -> Any:
    """The graph of libtorch's operators that ``function(*fakes)`` calls; it gives and takes torch.Tensors."""
    t = load()
    with t.torch.no_grad(), mode, known_errors(), _quietly():
        return t.make_fx(function, tracing_mode="real", _allow_non_fake_inputs=True)(*fakes)


def with_inputs(graph: Any, mode: Any, fakes: Sequence[Any], values: Sequence[Tensor]) -> tuple[Any, list[Any]]:
    """Makes inputs, after the others, of constants of a graph that are these Tensors; all inputs, without values."""
    if not values:
        return mode, list(fakes)
    last = [node for node in graph.graph.nodes if node.op == "placeholder"]
    anchor = last[-1] if last else next(iter(graph.graph.nodes))
    constants = [node for node in graph.graph.nodes if node.op == "get_attr"]
    for i, value in enumerate(values):
        found = [node for node in constants if _core.is_same(value, getattr(graph, node.target))]
        with graph.graph.inserting_after(anchor) if last else graph.graph.inserting_before(anchor):
            node = graph.graph.placeholder(f"drawn_{i}")
        last, anchor = [node], node
        with load().torch.no_grad():
            node.meta["val"] = mode.from_tensor(_core.to_torch(value).detach())
        for constant in found:
            constant.replace_all_uses_with(node)
            graph.graph.erase_node(constant)
    graph.recompile()
    drawn = [node.meta["val"] for node in graph.graph.nodes if node.op == "placeholder"][len(fakes) :]
    return mode, [*fakes, *drawn]


def scan_loop(body: Callable[..., list[Any]], first: list[Any], xs: list[Any], held: list[Any]) -> Sequence[Any]:
    """libtorch's loop along the first axes of `xs`: the last carry, and what was kept."""
    load()
    from torch._higher_order_ops.scan import scan_op

    with symbols(first[0].fake_mode):
        found: Sequence[Any] = scan_op(body, tuple(first), tuple(xs), tuple(held))
    return found


def while_loop(
    condition: Callable[..., Any], body: Callable[..., list[Any]], first: list[Any], held: list[Any]
) -> Sequence[Any]:
    """libtorch's loop for as long as a condition holds: the last carry."""
    load()
    from torch._higher_order_ops.while_loop import while_loop_op

    with symbols(first[0].fake_mode):
        found: Sequence[Any] = while_loop_op(condition, lambda *values: tuple(body(*values)), tuple(first), tuple(held))
    return found


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Inside, torch's warnings of what is to change in torch are not shown: they are no user's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def symbols(mode: Any) -> Iterator[None]:
    """Libtorch's loops ask for an environment of symbols; shapes are static all the same."""
    before = mode.shape_env
    mode.shape_env = load().ShapeEnv() if before is None else before
    try:
        yield
    finally:
        mode.shape_env = before


def functional(graph: Any, mode: Any, fakes: Sequence[Any]) -> Any:
    """The graph without writes, but for those to its inputs, which are copies at its end; in Inductor's operators."""
    t = load()
    # Only inputs are made functional, and a copy of a constant may be written to: constants are inputs meanwhile.
    open_graph, constants = _with_constants_as_inputs(graph)

    def run(*inputs: Any) -> Any:
        return open_graph.forward(*inputs)  # calling it prints what is raised

    with t.torch.no_grad(), mode, symbols(mode), quiet():
        traced = t.make_fx(
            t.functionalize(run, remove="mutations"),
            decomposition_table=_decompositions(),
            tracing_mode="real",
            _allow_non_fake_inputs=True,
        )(*fakes, *map(mode.from_tensor, constants))
    _put_constants_back(traced, constants)
    traced.graph.eliminate_dead_code()
    traced.recompile()
    return traced


def _with_constants_as_inputs(graph: Any) -> tuple[Any, list[Any]]:
    """A copy of a graph that takes its constants as inputs after the others, and those."""
    t = load()
    opened = t.torch.fx.GraphModule(graph, copy.deepcopy(graph.graph))
    inputs = [node for node in opened.graph.nodes if node.op == "placeholder"]
    anchor = inputs[-1] if inputs else None
    constants: list[Any] = []
    for node in [node for node in opened.graph.nodes if node.op == "get_attr"]:
        value = getattr(opened, node.target)
        if not isinstance(value, t.torch.Tensor):
            continue
        first = next(iter(opened.graph.nodes))
        with opened.graph.inserting_before(first) if anchor is None else opened.graph.inserting_after(anchor):
            anchor = opened.graph.placeholder(f"constant_{len(constants)}")
        constants.append(value)
        node.replace_all_uses_with(anchor)
        opened.graph.erase_node(node)
    opened.recompile()
    return opened, constants


def _put_constants_back(graph: Any, constants: Sequence[Any]) -> None:
    """The last inputs of a graph are constants of it again."""
    inputs = [node for node in graph.graph.nodes if node.op == "placeholder"]
    for i, (node, value) in enumerate(zip(inputs[len(inputs) - len(constants) :], constants, strict=True)):
        graph.register_buffer(f"constant_{i}", value)
        with graph.graph.inserting_before(node):
            constant = graph.graph.get_attr(f"constant_{i}")
        constant.meta = dict(node.meta)
        node.replace_all_uses_with(constant)
        graph.graph.erase_node(node)


def _decompositions() -> dict[Any, Any]:
    """Inductor's, but for random numbers, which are to be those of eager mode, bit for bit, and for complex sums, which
    it takes apart by looking at memory as real numbers: an operand that is broadcast has none to look at.
    """
    importlib.import_module("torch._inductor.lowering")  # some decompositions ask it

    t = load()
    with t.config.patch(SETTINGS):
        table = dict(t.decompositions())
    aten = t.torch.ops.aten
    for packet in (
        aten.add,
        aten.hardsigmoid_backward,
        aten.native_dropout,
        aten.bernoulli,
        aten.rand,
        aten.randn,
        aten.rand_like,
        aten.randn_like,
    ):
        for overload in packet.overloads():
            table.pop(getattr(packet, overload), None)
    return corrected(table, t.torch)


Run = Callable[[list[Any]], Sequence[Any]]


def lower(graph: Any, mode: Any, fakes: Sequence[Any]) -> Run:
    """A function that takes a list of torch.Tensors, which it empties, and gives the results of the graph."""
    t = load()
    _keep_strides(graph)
    with t.torch.no_grad(), t.config.patch(SETTINGS), compiler_errors(), quiet():
        try:
            from torch._guards import TracingContext, tracing
            from torch._inductor.compile_fx import compile_fx_inner
        except ImportError:
            return _lower_by_what_is_documented(graph, fakes)
        with tracing(TracingContext(mode)), symbols(mode):
            compiled = compile_fx_inner(graph, list(fakes))
        call = getattr(compiled, "current_callable", None)
        return call if callable(call) else compiled


def _lower_by_what_is_documented(graph: Any, fakes: Sequence[Any]) -> Run:
    import torch._inductor

    compiled = torch._inductor.compile(graph, list(fakes))
    return lambda inputs: compiled(*inputs)


def constants_for_held(trace: Trace) -> tuple[Any, list[Any]]:
    """The traced graph with the Tensors that the function holds as its constants, and the other inputs."""
    t = load()
    graph = copy.deepcopy(trace.first)
    inputs = [node for node in graph.graph.nodes if node.op == "placeholder"]
    for i, node in enumerate(inputs[len(trace.given) :]):
        value = _core.to_torch(trace.inputs[len(trace.given) + i]).detach()
        graph.register_parameter(f"held{i}", t.torch.nn.Parameter(value, requires_grad=False))
        with graph.graph.inserting_before(node):
            constant = graph.graph.get_attr(f"held{i}")
        constant.meta = dict(node.meta)
        node.replace_all_uses_with(constant)
        graph.graph.erase_node(node)
    graph.recompile()
    return graph, [_core.to_torch(value).detach() for value in trace.given]


def lower_frozen(trace: Trace) -> Run:
    """The same for inference: what the function holds is folded into the program."""
    t = load()
    refuse_writes_to_held(trace)
    graph, inputs = constants_for_held(trace)
    import torch._inductor

    with t.torch.no_grad(), t.config.patch({**SETTINGS, "freezing": True}), compiler_errors(), quiet():
        compiled = torch._inductor.compile(graph, inputs)

    def run(values: list[Any]) -> Sequence[Any]:
        with t.torch.no_grad():
            found = compiled(*values)
        return found if isinstance(found, tuple | list) else (found,)

    return run


def library_of(trace: Trace, freeze: bool) -> bytes:
    """The program as a library that runs without Python, with what the function holds as constants in it."""
    t = load()
    graph, inputs = constants_for_held(trace)
    with tempfile.TemporaryDirectory(prefix="numtorch-") as folder:
        options = {**SETTINGS, "freezing": freeze, "aot_inductor.output_path": str(Path(folder) / "program.so")}
        with t.torch.no_grad(), compiler_errors(), quiet():
            path = t.torch._inductor.aot_compile(graph, tuple(inputs), options=options)
        return Path(path).read_bytes()


def version() -> str:
    """The version of torch, without the name of its build."""
    return str(load().torch.__version__).partition("+")[0]


def refuse_writes_to_held(trace: Trace) -> None:
    """CompileError if the function writes to, or draws anew, what is to become a constant."""
    count = len(trace.given)
    if any(i >= count for i in [*trace.written, *(i for i, _ in trace.rebound)]) or trace.effects:
        raise CompileError(
            "compile: the function writes to Tensors that it holds, as layers do in training; they are to become "
            "constants: use testmode(model), or compile without freeze"
        )
    if trace.draws:
        raise CompileError(
            "compile: the function draws random numbers, which every call draws anew; with freeze and in a "
            "saved program they would become constants: pass the random numbers as an argument"
        )


def _keep_strides(graph: Any) -> None:
    """Results lie in memory as in eager mode."""
    output = next(node for node in graph.graph.nodes if node.op == "output")
    results = output.args[0]
    indices = [i for i, result in enumerate(results) if result is not None]
    output.meta["user_visible_output_idxs"] = indices
    strides = [result.meta["val"].stride() if hasattr(result, "meta") else None for result in results]
    output.meta["original_output_strides"] = strides


@contextlib.contextmanager
def compiler_errors() -> Iterator[None]:
    """That there is no compiler, in words that say what to install."""
    try:
        yield
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        if "InvalidCxxCompiler" in text or "No working C++ compiler" in text:
            raise CompileError(
                "compile: no C++ compiler was found, which programs for the CPU are compiled with; install g++ (on "
                "Debian and Ubuntu: apt install g++), or name one in the environment variable CXX"
            ) from error
        raise
