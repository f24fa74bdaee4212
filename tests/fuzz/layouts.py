"""Machine: kernels with short cuts give the same for every layout, at sizes around those where another one is taken.

The reference is NumPy in float64; for gradients it is float64 on dense Tensors, which no short cut takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

import numtorch as nt
from numtorch import nn
from tests.fuzz.difference import Difference, host

# Multiplications from which csrc/kernels/onednn.cpp chooses other kernels.
PRODUCT = 2_000_000
CONVOLUTION = (8_000_000, 32_000_000)

# How an array of some shape lies in a larger one: the larger one's shape, and what is looked at.
LAYOUTS = {
    "dense": (lambda s: s, "{}"),
    "turned": (lambda s: s[::-1], "{}.T"),
    "every second row": (lambda s: (2 * s[0], *s[1:]), "{}[::2]"),
    "every second column": (lambda s: (*s[:-1], 2 * s[-1]), "{}[..., ::2]"),
    "later columns": (lambda s: (*s[:-1], s[-1] + 3), "{}[..., 3:]"),
    "later rows": (lambda s: (s[0] + 1, *s[1:]), "{}[1:]"),
    "backward": (lambda s: s, "{}[::-1]"),
    "last axes swapped": (lambda s: (*s[:-2], s[-1], s[-2]) if len(s) > 1 else s, "{}.swapaxes(-1, -min({}.ndim, 2))"),
    "second axis last": (
        lambda s: (s[0], *s[2:], s[1]) if len(s) > 2 else s,
        "np.moveaxis({}, -1, min({}.ndim - 1, 1))",
    ),
    "repeated rows": (lambda s: (1, *s[1:]), "np.broadcast_to({}, ({rows}, *{}.shape[1:]))"),
}


@dataclass(frozen=True)
class Case:
    """`expression` of arrays named x, w and b, with their shapes and layouts."""

    expression: str
    arrays: dict[str, tuple[tuple[int, ...], str]] = field(default_factory=dict)


def look_of(name: str, shape: tuple[int, ...], layout: str) -> str:
    return LAYOUTS[layout][1].replace("{rows}", str(shape[0])).replace("{}", name)


def bases(case: Case) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        name: random.standard_normal(LAYOUTS[layout][0](shape), np.float32)
        for name, (shape, layout) in case.arrays.items()
    }


def looked(case: Case, arrays: dict[str, Any]) -> dict[str, Any]:
    return {
        name: eval(look_of(name, shape, layout), {"np": np, name: arrays[name]})
        for name, (shape, layout) in case.arrays.items()
    }


def source_of(case: Case) -> str:
    lines = ["from numtorch import nn\n", "random = np.random.default_rng(0)"]
    for name, (shape, layout) in case.arrays.items():
        lines.append(f"{name} = random.standard_normal({LAYOUTS[layout][0](shape)}, np.float32)")
    names = ", ".join(case.arrays)
    lines.append(f"def look({names}):")
    lines.append(f"    return {', '.join(look_of(n, *of) for n, of in case.arrays.items())},")
    lines.append(f"def f({names}):\n    return {case.expression}")
    lines.append(f"tensors = look(*[nt.tensor(a) for a in ({names},)])")
    lines.append(f"doubles = look(*[a.astype(np.float64) for a in ({names},)])")
    lines.append("print(np.abs(nt.collect(f(*tensors)) - f(*doubles)).max())")
    lines.append("g = nt.gradient(lambda *t: np.sum(np.sin(f(*t))), *tensors)")
    lines.append("h = nt.gradient(lambda *t: np.sum(np.sin(f(*t))), *map(nt.tensor, doubles))")
    lines.append("print([np.abs(nt.collect(p) - nt.collect(q)).max() for p, q in zip(g, h)])")
    return "\n".join(lines) + "\n"


def evaluate(case: Case, arrays: dict[str, Any]) -> Any:
    return eval(case.expression, {"np": np, "nn": nn, **arrays})


def gradients(case: Case, arrays: dict[str, Any]) -> list[np.ndarray]:
    def loss(*tensors: Any) -> Any:
        return np.sum(np.sin(evaluate(case, dict(zip(arrays, tensors, strict=True)))))

    return [host(g) for g in nt.gradient(loss, *arrays.values())]


def far(own: np.ndarray, reference: np.ndarray, terms: int) -> bool:
    """Farther away than float32's rounding in a sum of so many terms explains."""
    if own.shape != reference.shape:
        return True
    scale = 1.0 + np.abs(reference).max(initial=0.0)
    return not np.abs(own - reference).max(initial=0.0) <= 16 * np.finfo(np.float32).eps * terms**0.5 * scale


def check(case: Case, dev: int = -1) -> None:
    base = bases(case)
    dense = looked(case, {name: array.astype(np.float64) for name, array in base.items()})
    tensors = looked(case, {name: nt.tensor(array, dev=dev) for name, array in base.items()})
    terms = max(int(np.prod(shape)) for shape, _ in case.arrays.values())
    try:
        reference = evaluate(case, dense)
    except ValueError:
        return  # no such call
    try:
        own = evaluate(case, tensors)
        own_gradients = gradients(case, tensors)
    except Exception as error:
        raise Difference(f"{type(error).__name__}: {error}", source_of(case)) from error
    if own.dtype != np.float32 or far(host(own), reference, min(terms, 4096)):
        raise Difference(f"{case.expression} differs from NumPy's in float64", source_of(case))
    of_dense = gradients(case, {name: nt.tensor(array, dev=dev) for name, array in dense.items()})
    for name, one, other in zip(case.arrays, own_gradients, of_dense, strict=True):
        if far(one, other, min(terms, 65536)):
            raise Difference(f"the gradient of {case.expression} by {name} differs from float64's", source_of(case))


# ---- Drawing ----


def near(draw: st.DrawFn, target: int, *known: int) -> int:
    """A length with which the product of all is at `target`, or just below or above."""
    least = -(-target // int(np.prod(known)))
    return max(1, least + draw(st.sampled_from((-1, 0, 1))))


LAYOUT = st.sampled_from(list(LAYOUTS))


@st.composite
def products(draw: st.DrawFn) -> Case:
    form = draw(st.sampled_from(("x @ w", "x @ w + b", "np.dot(x, w)", "np.einsum('...i,io->...o', x, w)", "x @ w.T")))
    small = draw(st.integers(0, 2)) == 0
    inner = draw(st.sampled_from((1, 8, 15, 16, 17, 64) if small else (15, 16, 17, 64, 128)))
    columns = draw(st.sampled_from((1, 7, 8, 9) if small else (7, 8, 9, 127, 128, 129)))
    factor = draw(st.sampled_from((1, 1, 1, 8)))
    rows = draw(st.sampled_from((1, 2, 15, 16, 17))) if small else near(draw, factor * PRODUCT, inner, columns)
    shape = (2, -(-rows // 2), inner) if draw(st.booleans()) else (rows, inner)
    weight = (columns, inner) if form.endswith("w.T") else (inner, columns)
    arrays = {"x": (shape, draw(LAYOUT)), "w": (weight, draw(LAYOUT))}
    if "b" in form:
        arrays["b"] = ((columns,), draw(st.sampled_from(("every second row", "backward", "dense"))))
    return Case(form, arrays)


@st.composite
def convolutions(draw: st.DrawFn) -> Case:
    """Small ones of every kind, and those of one group around the sizes where another kernel is taken."""
    large = draw(st.booleans())
    side = draw(st.sampled_from((16, 17, 32) if large else (5, 8)))
    channels = draw(st.sampled_from((8, 16, 32) if large else (1, 3, 8)))
    window = draw(st.sampled_from((3, 1, 2)))
    options = {
        "stride": draw(st.sampled_from((1, 1, 2))),
        "pad": draw(st.sampled_from((0, 1))),
        "dilation": draw(st.sampled_from((1, 1, 2))),
        "groups": 1 if large else draw(st.sampled_from((1, channels))),
        "flip": draw(st.booleans()),
    }
    groups = options["groups"]
    filters = -(-draw(st.sampled_from((15, 16, 17, 32) if large else (4, 1))) // groups) * groups
    out = (side + 2 * options["pad"] - options["dilation"] * (window - 1) - 1) // options["stride"] + 1
    count = draw(st.sampled_from((1, 2)))
    if large:
        work = out * out * channels * window * window * filters
        count = min(near(draw, draw(st.sampled_from(CONVOLUTION)), work), 128)
    arrays = {
        "x": ((count, channels, side, side), draw(LAYOUT)),
        "w": ((filters, channels // groups, window, window), draw(LAYOUT)),
    }
    bias = draw(st.booleans())
    if bias:
        arrays["b"] = ((filters,), draw(st.sampled_from(("every second row", "backward", "dense"))))
    given = ", ".join(f"{name}={value}" for name, value in options.items())
    return Case(f"nn.conv(x, w, {'b, ' if bias else ''}{given})", arrays)


@st.composite
def norms(draw: st.DrawFn) -> Case:
    """Functions whose kernels choose by the order of memory."""
    shape = (
        draw(st.sampled_from((1, 2, 3))),
        draw(st.sampled_from((4, 8))),
        *draw(st.sampled_from(((5, 3), (1, 1), (16, 16)))),
    )
    form = draw(
        st.sampled_from(
            (
                "nn.groupnorm(x, 2)",
                "nn.layernorm(x)",
                "nn.instancenorm(x)",
                "nn.max_pool(x, 1)",
                "nn.mean_pool(x, 1)",
                "nn.softmax(x, axis=1)",
                "nn.global_mean_pool(x)",
                "np.sum(x, axis=(0, 2))",
                "np.cumsum(x, axis=1)",
            )
        )
    )
    return Case(form, {"x": (shape, draw(LAYOUT))})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return draw(draw(st.sampled_from((products(), convolutions(), norms()))))
