"""PyTorch's own sample inputs, replayed through numtorch's kernels: values, gradients and second derivatives.

    ./do opinfo [-k NAME] [-v] [--samples N]

Each sample of each operator in PyTorch's `op_db` runs under a mode that notes which aten operators it comes down to,
and is offered to the operator of its own name too. Every one of these calls is repeated by `_core.kernel` in float64
and complex128, and compared with PyTorch's autograd. What differs ends the script with the status 1.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_unflatten

import numtorch as nt
from numtorch import _core
from numtorch.autograd.rule import refused as refused_kernels

LARGEST = 4000  # elements of an argument
NEAR = {0: (1e-9, 1e-11), 1: (1e-7, 1e-9), 2: (1e-6, 1e-8)}  # relative and absolute, by order

# Where numtorch says something else on purpose: the kernel, from which order on, what the difference says, and why.
OTHERWISE: dict[str, tuple[int, str, str]] = {
    "clamp": (1, "", "at a bound each gets half"),
    "linalg_vector_norm": (2, "nan", "at 0 it is 0, where PyTorch has NaN"),
}

# They read one triangle. PyTorch spreads the gradient over both, numtorch where the matrix is Hermitian: so it is made.
ONE_TRIANGLE = {"linalg_cholesky", "linalg_cholesky_ex", "_linalg_eigh"}
ONE_TRIANGLE_IF_HERMITIAN = {"linalg_pinv.atol_rtol_tensor"}


def reads_one_triangle(call: Call) -> bool:
    return call.name in ONE_TRIANGLE or (call.name in ONE_TRIANGLE_IF_HERMITIAN and any(a is True for a in call.flat))


@dataclass
class Call:
    """One call of an aten operator: its flat arguments, and how they are nested."""

    function: Any
    flat: list[Any]
    tree: Any

    @property
    def name(self) -> str:
        schema = self.function._schema
        return schema.name.removeprefix("aten::") + (f".{schema.overload_name}" if schema.overload_name else "")

    @property
    def key(self) -> str:
        told = [(tuple(a.shape), a.dtype, a.stride()) if isinstance(a, torch.Tensor) else a for a in self.flat]
        return f"{self.name} {told} {self.tree}"


class Recorder(TorchDispatchMode):
    """Notes the calls of aten operators, with copies of what they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        flat, tree = tree_flatten((args, kwargs or {}))
        if func.namespace == "aten":
            kept = [a.detach().clone() if isinstance(a, torch.Tensor) else a for a in flat]
            self.calls.append(Call(func, kept, tree))
        return func(*args, **(kwargs or {}))


def is_comparable(call: Call) -> bool:
    """Whether the call computes something from plain arrays, the same each time."""
    schema = call.function._schema
    if schema.is_mutable or "empty" in schema.name or torch.Tag.nondeterministic_seeded in call.function.tags:
        return False
    tensors = [a for a in call.flat if isinstance(a, torch.Tensor)]
    return bool(tensors) and all(
        a.layout == torch.strided and a.device.type == "cpu" and a.numel() <= LARGEST and not a.is_quantized
        for a in tensors
    )


def differentiable(call: Call) -> list[int]:
    return [
        i for i, a in enumerate(call.flat) if isinstance(a, torch.Tensor) and (a.is_floating_point() or a.is_complex())
    ]


def calls_of(op: Any, dtype: torch.dtype, most: int) -> Iterator[Call]:
    """What the samples come down to, and the operator of the same name, each kind of call once."""
    samples = op.sample_inputs("cpu", dtype, requires_grad=False)
    for _, sample in zip(range(most), samples, strict=False):
        recorder = Recorder()
        try:
            with recorder:
                op(sample.input, *sample.args, **sample.kwargs)
        except Exception:
            continue
        yield from recorder.calls
        packet = getattr(torch.ops.aten, op.aten_name or op.name, None)
        for overload in packet.overloads() if packet is not None else ():
            flat, tree = tree_flatten(((sample.input, *sample.args), sample.kwargs))
            kept = [a.detach().clone() if isinstance(a, torch.Tensor) else a for a in flat]
            yield Call(getattr(packet, overload), kept, tree)


# Arguments there and results back.

_LAYOUTS = {torch.strided: "strided"}
_FORMATS = {
    torch.contiguous_format: "contiguous_format",
    torch.preserve_format: "preserve_format",
    torch.channels_last: "channels_last",
    torch.channels_last_3d: "channels_last_3d",
}


class Untranslatable(Exception):
    """An argument that no kernel of numtorch takes."""


def to_numpy(x: torch.Tensor) -> Any:
    return x.detach().resolve_conj().resolve_neg().numpy()


def translated(a: Any) -> Any:
    if isinstance(a, torch.Tensor):
        if a.dtype in (torch.bfloat16, torch.complex32) or "float8" in str(a.dtype):
            raise Untranslatable
        return nt.tensor(np.array(to_numpy(a), order="C"))
    if isinstance(a, torch.dtype):
        try:
            return np.dtype(str(a).removeprefix("torch."))
        except TypeError:
            raise Untranslatable from None
    if isinstance(a, torch.device):
        return -1
    if isinstance(a, torch.layout):
        return _LAYOUTS.get(a, "strided")
    if isinstance(a, torch.memory_format):
        return _FORMATS[a]
    if isinstance(a, torch.Generator | torch.SymInt | torch.SymFloat):
        raise Untranslatable
    return a


def results_of(made: Any) -> list[Any]:
    """The floating-point results, in order."""
    flat = tree_flatten(made)[0] if not isinstance(made, nt.Tensor) else [made]
    if any(isinstance(x, nt.Tensor) for x in flat):
        return [x for x in flat if isinstance(x, nt.Tensor) and x.dtype.kind in "fc"]
    return [x for x in flat if isinstance(x, torch.Tensor) and (x.is_floating_point() or x.is_complex())]


def weights_like(shape: Any, is_complex: bool, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    return weights + 1j * rng.uniform(-1, 1, shape) if is_complex else weights


def total_torch(results: list[Any], seed: int) -> Any:
    total = torch.zeros((), dtype=torch.float64)
    for i, x in enumerate(results):
        weights = torch.tensor(weights_like(tuple(x.shape), x.is_complex(), seed + i))
        total = total + (x * weights).sum().real.to(torch.float64)
    return total


def total_ours(results: list[Any], seed: int) -> Any:
    total: Any = 0.0
    for i, x in enumerate(results):
        total = total + np.sum(np.real(x * nt.tensor(weights_like(x.shape, x.dtype.kind == "c", seed + i))))
    return total


class Expected:
    """What PyTorch says: values, gradients, second derivatives; None from where on it says nothing."""

    def __init__(self, call: Call) -> None:
        self.values: list[Any] | None = None
        self.slopes: list[Any] | None = None
        self.bends: list[Any] | None = None
        self.smooth: list[int] = []  # the results that have gradients
        flat = [a.clone() if isinstance(a, torch.Tensor) else a for a in call.flat]
        numbers = differentiable(call)
        for i in numbers:
            flat[i].requires_grad_()
        leaves = [flat[i] for i in numbers]
        try:
            args, kwargs = tree_unflatten(flat, call.tree)
            results = results_of(call.function(*args, **kwargs))
            self.values = [to_numpy(x) for x in results]
            self.smooth = [i for i, x in enumerate(results) if x.requires_grad]
            results = [results[i] for i in self.smooth]
            found = torch.autograd.grad(total_torch(results, 1), leaves, create_graph=True, allow_unused=True)
            self.slopes = [None if g is None else to_numpy(g) for g in found]
            if reads_one_triangle(call):
                # That of the imaginary part of a diagonal, which is not read either, PyTorch gives.
                self.slopes = [hermitian(g) for g in self.slopes]
                if leaves[0].is_complex():
                    return
            used = [g for g in found if g is not None]
            again = torch.autograd.grad(total_torch(used, 50), leaves, allow_unused=True)
            self.bends = [None if g is None else to_numpy(g) for g in again]
        except (RuntimeError, NotImplementedError, ValueError, TypeError, IndexError):
            return


def hermitian(a: Any) -> Any:
    return (a + a.mH) / 2 if isinstance(a, torch.Tensor) else (a + np.conj(np.swapaxes(a, -1, -2))) / 2


def differs(found: Any, wanted: Any, order: int) -> str:
    """How two arrays differ; None stands for zeros."""
    if wanted is None and found is None:
        return ""
    shape = (wanted if wanted is not None else found).shape
    got = np.zeros(shape) if found is None else nt.collect(found)
    right = np.zeros(shape) if wanted is None else wanted
    if got.shape != right.shape:
        return f"shape {got.shape}, not {right.shape}"
    rtol, atol = NEAR[order]
    size = np.max(np.abs(right[np.isfinite(right)]), initial=0.0)
    if np.allclose(got, right, rtol=rtol, atol=atol + rtol * size, equal_nan=True):
        return ""
    with np.errstate(all="ignore"):
        error = np.abs(got - right)
    index = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape) if error.ndim else ()
    return f"at {tuple(map(int, index))} {got[index]}, not {right[index]}"


@dataclass
class Tally:
    """What became of the calls."""

    agreed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    otherwise: Counter[str] = field(default_factory=Counter)
    different: dict[str, list[str]] = field(default_factory=dict)

    def differ(self, call: Call, order: int, text: str) -> None:
        least, said, _ = OTHERWISE.get(call.name, (3, "", ""))
        if order >= least and said in text:
            self.otherwise[call.name] += 1
            return
        told = [tuple(a.shape) if isinstance(a, torch.Tensor) else a for a in call.flat]
        what = ("value", "gradient", "second derivative")[order]
        self.different.setdefault(call.name, []).append(f"{what} {text}; arguments {told}")


def replay(call: Call, tally: Tally) -> None:
    if reads_one_triangle(call):
        call.flat[0] = hermitian(call.flat[0])
    try:
        kernel = _core.kernel(call.name)
        flat = [translated(a) for a in call.flat]
    except (ValueError, Untranslatable):
        return
    expected = Expected(call)
    if expected.values is None:
        return
    numbers = differentiable(call)
    tensors = [flat[i] for i in numbers]

    def run(*given: Any) -> list[Any]:
        mine = list(flat)
        for i, x in zip(numbers, given, strict=True):
            mine[i] = x
        args, kwargs = tree_unflatten(mine, call.tree)
        return results_of(kernel(*args, **kwargs))

    def slopes(*given: Any) -> Any:
        def total(*x: Any) -> Any:
            results = run(*x)
            return total_ours([results[i] for i in expected.smooth], 1)

        return nt.gradient(total, *given)

    def bends(*given: Any) -> Any:
        def total(*x: Any) -> Any:
            found = [g for g in slopes(*x) if g is not None]
            return total_ours(found, 50) if found else 0.0

        return nt.gradient(total, *given)

    if any(isinstance(a, torch.Tensor) and bool(torch.isnan(a).any()) for a in call.flat):
        expected.slopes = None  # PyTorch's rules let a NaN reach others
    if call.name in ONE_TRIANGLE_IF_HERMITIAN and reads_one_triangle(call):
        expected.bends = None  # those of a gradient that is not Hermitian
    steps: list[tuple[Callable[..., Any], list[Any] | None]] = [
        (run, expected.values),
        (slopes, expected.slopes),
        (bends, expected.bends),
    ]
    for order, (compute, wanted) in enumerate(steps):
        if wanted is None or (order and not wanted) or (order and not tensors):
            break
        try:
            found = list(compute(*tensors))
        except NotImplementedError as error:
            if "gradient" not in str(error) and order == 0:
                return
            tally.refused[call.name] += 1
            return
        except TypeError as error:
            if order == 0:  # an argument's form
                return
            tally.differ(call, order, f"{type(error).__name__}: {error}")
            return
        except Exception as error:
            tally.differ(call, order, f"{type(error).__name__}: {error}")
            return
        if order == 2:
            # PyTorch's weights count the gradients that it gives.
            mine = [g is None for g in slopes(*tensors)]
            if mine != [g is None for g in expected.slopes or ()]:
                break
        if len(found) != len(wanted):
            tally.differ(call, order, f"{len(found)} results, not {len(wanted)}")
            return
        for x, y in zip(found, wanted, strict=True):
            if text := differs(x, y, order):
                tally.differ(call, order, text)
                return
    tally.agreed[call.name] += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="./do opinfo", description=__doc__)
    parser.add_argument("-k", default="", metavar="NAME", help="only operators with this in their name")
    parser.add_argument("-v", action="store_true", help="every call that differs, and what was refused")
    parser.add_argument("--samples", type=int, default=40, metavar="N", help="at most so many of each operator")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_methods_invocations import op_db

    tally, seen = Tally(), set[str]()
    for op in (op for op in op_db if options.k in op.name):
        for dtype in (torch.float64, torch.complex128):
            if dtype not in op.supported_dtypes("cpu"):
                continue
            torch.manual_seed(0)
            for call in calls_of(op, dtype, options.samples):
                if is_comparable(call) and call.key not in seen:
                    seen.add(call.key)
                    replay(call, tally)
    return report(tally, options.v)


def report(tally: Tally, verbose: bool) -> int:
    for name, texts in sorted(tally.different.items()):
        print(f"DIFFERENT {name}: {len(texts)} calls")
        for text in texts if verbose else texts[:2]:
            print(f"    {text[:300]}")
    if verbose:
        without = sorted(name for name in tally.refused if name not in refused_kernels)
        print("refused:", ", ".join(without))
    for name, count in sorted(tally.otherwise.items()):
        print(f"otherwise: {name}: {count} calls: {OTHERWISE[name][2]}")
    calls = sum(map(len, tally.different.values()))
    print(
        f"{sum(tally.agreed.values())} calls of {len(tally.agreed)} kernels agree, {sum(tally.refused.values())} of "
        f"{len(tally.refused)} are refused by name, {calls} of {len(tally.different)} differ"
    )
    return 1 if tally.different else 0


if __name__ == "__main__":
    sys.exit(main())
