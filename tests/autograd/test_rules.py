"""Every rule, kernel by kernel, against finite differences to second order, real and (where it applies) complex."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numtorch import Tensor, _core, check_gradient, gradient, tensor
from numtorch._core import kernel
from numtorch.autograd.rule import refused

_rng = np.random.default_rng(7)


def real(*shape: int) -> Any:
    """Numbers of either sign, none near 0, no two equal."""
    return _rng.permutation(np.linspace(0.4, 1.6, int(np.prod(shape)))).reshape(shape) * _rng.choice([-1, 1], shape)


def positive(*shape: int) -> Any:
    return np.abs(real(*shape))


def small(*shape: int) -> Any:
    return real(*shape) * 0.5


def cplx(*shape: int) -> Any:
    return real(*shape) + 1j * real(*shape)


def spd(n: int) -> Any:
    a = real(n, n)
    return a @ a.T + n * np.eye(n)


A, B, P, V = real(2, 3), real(2, 3) * 1.07, positive(2, 3), real(3)  # no element of B equals one of A
Z, W = cplx(2, 3), cplx(2, 3)
S, Q = real(3, 3) + 3 * np.eye(3), cplx(3, 3) + 3 * np.eye(3)
MASK = np.array([[True, False, True], [False, False, True]])
PLACES = np.array([[0, 2, 1], [1, 1, 0]])
ROW = np.array([2, 0, 2])


def like(x: Tensor, array: Any) -> Tensor:
    """An array that is no argument, on the device of x."""
    return tensor(array, dev=x.dev)


def k(name: str, *extra: Any, **keywords: Any) -> Callable[..., Any]:
    """The kernel with its further arguments."""
    return lambda *tensors: kernel(name)(*tensors, *extra, **keywords)


Row = tuple[Callable[..., Any], tuple[Any, ...]]

# One or more calls for each kernel that has a rule.
ROWS: dict[str, list[Row]] = {
    "add.Tensor": [(k("add.Tensor", alpha=2), (A, V)), (k("add.Tensor"), (Z, W))],
    "add.Scalar": [(k("add.Scalar", 2.0), (A,))],
    "sub.Tensor": [(k("sub.Tensor", alpha=2), (A, V)), (k("sub.Tensor"), (Z, W))],
    "sub.Scalar": [(k("sub.Scalar", 2.0), (A,))],
    "rsub.Scalar": [(k("rsub.Scalar", 2.0, 3), (A,))],
    "mul.Tensor": [(k("mul.Tensor"), (A, V)), (k("mul.Tensor"), (Z, W)), (k("mul.Tensor"), (A, Z))],
    "mul.Scalar": [(k("mul.Scalar", 2.0), (A,)), (k("mul.Scalar", 1 + 2j), (Z,))],
    "div.Tensor": [(k("div.Tensor"), (A, V)), (k("div.Tensor"), (Z, W))],
    "div.Scalar": [(k("div.Scalar", 2.0), (A,)), (k("div.Scalar", 1 + 2j), (Z,))],
    "neg": [(k("neg"), (A,)), (k("neg"), (Z,))],
    "positive": [(k("positive"), (A,))],
    "reciprocal": [(k("reciprocal"), (A,)), (k("reciprocal"), (Z,))],
    "square": [(k("square"), (A,)), (k("square"), (Z,))],
    "_to_copy": [(lambda x: kernel("_to_copy")(x, dtype=np.complex128) * (1 + 2j), (A,))],
    "clone": [(k("clone"), (A,))],
    "alias": [(k("alias"), (A,))],
    "contiguous": [(lambda x: kernel("contiguous")(x.T), (A,))],
    "pow.Tensor_Tensor": [(k("pow.Tensor_Tensor"), (P, B)), (k("pow.Tensor_Tensor"), (Z, W))],
    "pow.Tensor_Scalar": [(k("pow.Tensor_Scalar", p), (P,)) for p in (2, -1.5, 1, 0)]
    + [(k("pow.Tensor_Scalar", 3), (A,)), (k("pow.Tensor_Scalar", 2.5), (Z,))],
    "pow.Scalar": [(lambda x: kernel("pow.Scalar")(2.5, x), (A,)), (lambda x: kernel("pow.Scalar")(2.5, x), (Z,))],
    "remainder.Tensor": [(k("remainder.Tensor"), (A * 3, B))],
    "remainder.Scalar": [(k("remainder.Scalar", 0.7), (A,))],
    "fmod.Tensor": [(k("fmod.Tensor"), (A * 3, B))],
    "fmod.Scalar": [(k("fmod.Scalar", 0.7), (A,))],
    "hypot": [(k("hypot"), (A, B))],
    "atan2": [(k("atan2"), (A, B))],
    "logaddexp": [(k("logaddexp"), (A, B))],
    "logaddexp2": [(k("logaddexp2"), (A, B))],
    "copysign.Tensor": [(k("copysign.Tensor"), (A, B))],
    "ldexp.Tensor": [(k("ldexp.Tensor"), (A, B))],
    "xlogy.Tensor": [(k("xlogy.Tensor"), (A, P))],
    "lerp.Scalar": [(k("lerp.Scalar", 0.3), (A, B))],
    "frexp.Tensor": [(lambda x: kernel("frexp.Tensor")(x)[0], (A * 5.3,))],
    "maximum": [(k("maximum"), (A, B))],
    "minimum": [(k("minimum"), (A, B))],
    "fmax": [(k("fmax"), (A, B))],
    "fmin": [(k("fmin"), (A, B))],
    "clamp": [(k("clamp", -0.7, 0.9), (A,)), (k("clamp", None, 0.5), (A,)), (k("clamp", 0.5), (A,))],
    "clamp.Tensor": [(k("clamp.Tensor"), (A, B - 1, B + 0.5)), (k("clamp.Tensor"), (A, B))],
    "where.self": [(lambda x, y: kernel("where.self")(like(x, MASK), x, y), (A, B))],
    "where.ScalarSelf": [(lambda x: kernel("where.ScalarSelf")(like(x, MASK), 2.0, x), (A,))],
    "where.ScalarOther": [(lambda x: kernel("where.ScalarOther")(like(x, MASK), x, 2.0), (A,))],
    "abs": [(k("abs"), (A,)), (k("abs"), (Z,))],
    "conj_physical": [(k("conj_physical"), (Z,))],
    "_conj_physical": [(k("_conj_physical"), (Z,))],
    "real": [(k("real"), (Z,))],
    "imag": [(k("imag"), (Z,))],
    "angle": [(k("angle"), (Z,)), (k("angle"), (A,))],
    "sgn": [(k("sgn"), (Z,)), (k("sgn"), (A,))],
    "complex": [(k("complex"), (A, B))],
    "view_as_real": [(k("view_as_real"), (Z,))],
    "view_as_complex": [(k("view_as_complex"), (real(3, 2),))],
    "polar": [(k("polar"), (P, B))],
    "exp": [(k("exp"), (A,)), (k("exp"), (Z,))],
    "exp2": [(k("exp2"), (A,))],
    "expm1": [(k("expm1"), (A,)), (k("expm1"), (Z,))],
    "log": [(k("log"), (P,)), (k("log"), (Z,))],
    "log2": [(k("log2"), (P,)), (k("log2"), (Z,))],
    "log10": [(k("log10"), (P,)), (k("log10"), (Z,))],
    "log1p": [(k("log1p"), (P,)), (k("log1p"), (Z,))],
    "sqrt": [(k("sqrt"), (P,)), (k("sqrt"), (Z,))],
    "rsqrt": [(k("rsqrt"), (P,))],
    "sigmoid": [(k("sigmoid"), (A,))],
    "logit": [(k("logit"), (positive(2, 3) * 0.5,))],
    **{
        name: [(k(name), (A,)), (k(name), (Z,))]
        for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "atan")
    },
    "asin": [(k("asin"), (small(2, 3),)), (k("asin"), (Z,))],
    "acos": [(k("acos"), (small(2, 3),)), (k("acos"), (Z,))],
    "acosh": [(k("acosh"), (positive(2, 3) + 1,)), (k("acosh"), (Z,))],
    "atanh": [(k("atanh"), (small(2, 3),)), (k("atanh"), (Z,))],
    "deg2rad": [(k("deg2rad"), (A,))],
    "rad2deg": [(k("rad2deg"), (A,))],
    "sinc": [(k("sinc"), (A,)), (k("sinc"), (np.zeros(2),))],
    "erf": [(k("erf"), (A,))],
    "erfc": [(k("erfc"), (A,))],
    "erfinv": [(k("erfinv"), (small(2, 3),))],
    "lgamma": [(k("lgamma"), (P,))],
    "digamma": [(k("digamma"), (P,))],
    "polygamma": [(lambda x: kernel("polygamma")(1, x), (P,))],
    "nan_to_num": [(k("nan_to_num"), (A,))],
    "sum": [(k("sum"), (A,)), (k("sum"), (np.array(1.5),))],
    "sum.dim_IntList": [
        (k("sum.dim_IntList", [1]), (A,)),
        (k("sum.dim_IntList", [0, 1], True), (Z,)),
        (k("sum.dim_IntList", None), (A,)),
    ],
    "nansum": [(k("nansum", [0]), (A,))],
    "mean": [(k("mean"), (A,))],
    "mean.dim": [(k("mean.dim", [-1], True), (A,)), (k("mean.dim", None), (A,))],
    "var.correction": [(k("var.correction", [1]), (A,)), (k("var.correction", None, correction=0), (A,))],
    "std.correction": [(k("std.correction", [0], correction=0, keepdim=True), (A,))],
    "prod": [(k("prod"), (A,)), (k("prod"), (np.array([2.0, 0.0, 3.0]),)), (k("prod"), (Z,))],
    "prod.dim_int": [(k("prod.dim_int", 1), (A,)), (k("prod.dim_int", 0, True), (A * np.array([0, 1, 1]),))],
    "amax": [(k("amax", [1]), (A,)), (k("amax", (), True), (A,))],
    "amin": [(k("amin", [0, 1]), (A,))],
    "max": [(k("max"), (A,))],
    "min": [(k("min"), (A,))],
    "logsumexp": [(k("logsumexp", [1]), (A,)), (k("logsumexp", [0], True), (A,))],
    "cumsum": [(k("cumsum", 1), (A,)), (k("cumsum", 0), (Z,))],
    "cumprod": [(k("cumprod", 1), (A,)), (k("cumprod", 0), (np.array([2.0, 0.0, 3.0]),))],
    "logcumsumexp": [(k("logcumsumexp", 1), (A,))],
    **{
        name: [(lambda x, name=name: kernel(name)(x, 1)[0], (A,))]
        for name in ("cummax", "cummin", "max.dim", "min.dim")
    },
    "median.dim": [(lambda x: kernel("median.dim")(x, 1)[0], (A,))],
    "kthvalue": [(lambda x: kernel("kthvalue")(x, 2)[0], (A,))],
    "topk": [(lambda x: kernel("topk")(x, 2)[0], (A,))],
    "sort": [(lambda x: kernel("sort")(x, 0)[0], (A,))],
    "sort.stable": [(lambda x: kernel("sort.stable")(x, stable=True, dim=1)[0], (A,))],
    "reshape": [(k("reshape", [3, 2]), (A,))],
    "view": [(k("view", [3, 2]), (A,))],
    "_unsafe_view": [(k("_unsafe_view", [3, 2]), (A,))],
    "squeeze": [(k("squeeze"), (real(2, 1, 3),))],
    "squeeze.dim": [(k("squeeze.dim", 1), (real(2, 1, 3),))],
    "squeeze.dims": [(k("squeeze.dims", [1]), (real(2, 1, 3),))],
    "unsqueeze": [(k("unsqueeze", 1), (A,))],
    "ravel": [(k("ravel"), (A,))],
    "flatten.using_ints": [(k("flatten.using_ints"), (A,))],
    "expand": [(k("expand", [4, 2, 3]), (A,)), (k("expand", [2, 3]), (real(1, 3),))],
    "broadcast_to": [(k("broadcast_to", [4, 2, 3]), (A,))],
    "permute": [(k("permute", [2, 0, 1]), (real(2, 1, 3),)), (k("permute", [-1, 0]), (A,))],
    "transpose.int": [(k("transpose.int", 0, 1), (A,))],
    "t": [(k("t"), (A,))],
    "movedim.intlist": [(k("movedim.intlist", [0, 1], [2, 0]), (real(2, 1, 3),))],
    "movedim.int": [(k("movedim.int", 0, 2), (real(2, 1, 3),))],
    "flip": [(k("flip", [0, 1]), (A,))],
    "roll": [(k("roll", [1, 2], [0, 1]), (A,)), (k("roll", [2]), (A,))],
    "rot90": [(k("rot90", 1, [0, 1]), (A,))],
    "slice.Tensor": [(k("slice.Tensor", 1, 0, 3, 2), (A,)), (k("slice.Tensor", 1, -2), (A,))],
    "select.int": [(k("select.int", 1, -1), (A,))],
    "narrow": [(k("narrow", 1, 1, 2), (A,)), (k("narrow", 1, -2, 1), (A,))],
    "diagonal": [(k("diagonal", 1), (A,))],
    "slice_scatter": [(k("slice_scatter", 1, 0, 3, 2), (A, real(2, 2)))],
    "select_scatter": [(k("select_scatter", 0, 1), (A, V))],
    "diagonal_scatter": [(k("diagonal_scatter", 1), (A, real(2)))],
    "unfold": [(k("unfold", 1, 2, 1), (A,))],
    "unfold_backward": [(k("unfold_backward", [2, 3], 1, 2, 1), (real(2, 2, 2),))],
    "tril": [(k("tril"), (A,))],
    "triu": [(k("triu", 1), (A,))],
    "diag_embed": [(k("diag_embed"), (A,))],
    "diag": [(k("diag"), (V,)), (k("diag", 1), (A,))],
    "trace": [(k("trace"), (A,))],
    "cat": [(lambda x, y: kernel("cat")([x, y, x], 1), (A, B))],
    "stack": [(lambda x, y: kernel("stack")([x, y, x], 1), (A, B))],
    "split.Tensor": [(lambda x: kernel("split.Tensor")(x, 2, 1)[0], (A,)), (k("split.Tensor", 2, 1), (A,))],
    "split.sizes": [(k("split.sizes", [1, 2], 1), (A,))],
    "split_with_sizes": [(k("split_with_sizes", [1, 2], 1), (A,))],
    "tensor_split.sections": [(k("tensor_split.sections", 2, 1), (A,))],
    "tensor_split.indices": [(k("tensor_split.indices", [1], 1), (A,))],
    "chunk": [(k("chunk", 2, 1), (A,))],
    "unbind.int": [(k("unbind.int", 1), (A,)), (lambda x: kernel("unbind.int")(x)[1], (A,))],
    "repeat": [(k("repeat", [2, 1, 3]), (A,))],
    "repeat_interleave.self_int": [
        (k("repeat_interleave.self_int", 2, 1), (A,)),
        (k("repeat_interleave.self_int", 2), (A,)),
    ],
    "repeat_interleave.self_Tensor": [
        (lambda x: kernel("repeat_interleave.self_Tensor")(x, like(x, ROW), 1), (A,)),
        (lambda x: kernel("repeat_interleave.self_Tensor")(x, like(x, ROW)), (V,)),
    ],
    "constant_pad_nd": [(k("constant_pad_nd", [1, 2, 0, 1], 5.0), (A,)), (k("constant_pad_nd", [-1, 1]), (A,))],
    "getitem": [(lambda x: x[1, ::2], (A,)), (lambda x: x[like(x, ROW[:1]) * 0, 1:], (A,))],
    "setitem": [(lambda x, v: _core.setitem(x, (slice(None), 1), v), (A, real(2)))],
    "additem": [(lambda x, v: _core.additem(x, (like(x, ROW % 2),), v), (A, real(3, 3)))],
    "index.Tensor": [(lambda x: kernel("index.Tensor")(x, [None, like(x, ROW)]), (A,))],
    "index_put": [
        (lambda x, v: kernel("index_put")(x, [like(x, ROW[:2] % 2)], v), (A, real(2, 3))),
        (lambda x, v: kernel("index_put")(x, [like(x, ROW % 2)], v, True), (A, real(3, 3))),
    ],
    "index_select": [(lambda x: kernel("index_select")(x, 1, like(x, ROW)), (A,))],
    "index_add": [(lambda x, v: kernel("index_add")(x, 1, like(x, ROW), v, alpha=2), (A, real(2, 3)))],
    "gather": [(lambda x: kernel("gather")(x, 1, like(x, PLACES)), (A,))],
    "scatter_add": [(lambda x, v: kernel("scatter_add")(x, 1, like(x, PLACES), v), (A, B))],
    "scatter.src": [(lambda x, v: kernel("scatter.src")(x, 1, like(x, PLACES[:1]), v), (A, real(1, 3)))],
    "scatter.value": [(lambda x: kernel("scatter.value")(x, 1, like(x, PLACES), 2.0), (A,))],
    "take": [(lambda x: kernel("take")(x, like(x, PLACES)), (A,))],
    "take_along_dim": [
        (lambda x: kernel("take_along_dim")(x, like(x, PLACES), 1), (A,)),
        (lambda x: kernel("take_along_dim")(x, like(x, PLACES)), (A,)),
    ],
    "put": [
        (lambda x, v: kernel("put")(x, like(x, ROW), v), (A, V)),
        (lambda x, v: kernel("put")(x, like(x, ROW), v, True), (A, V)),
    ],
    "masked_fill.Scalar": [(lambda x: kernel("masked_fill.Scalar")(x, like(x, MASK), 2.0), (A,))],
    "masked_fill.Tensor": [(lambda x, v: kernel("masked_fill.Tensor")(x, like(x, MASK), v), (A, np.array(1.5)))],
    "masked_select": [(lambda x: kernel("masked_select")(x, like(x, MASK)), (A,))],
    "masked_scatter": [(lambda x, v: kernel("masked_scatter")(x, like(x, MASK), v), (A, real(4)))],
    "mm": [(k("mm"), (A, S)), (k("mm"), (Z, Q))],
    "bmm": [(k("bmm"), (real(2, 2, 3), real(2, 3, 2)))],
    "mv": [(k("mv"), (A, V)), (k("mv"), (Z, cplx(3)))],
    "dot": [(k("dot"), (V, real(3))), (k("dot"), (cplx(3), cplx(3)))],
    "vdot": [(k("vdot"), (V, real(3))), (k("vdot"), (cplx(3), cplx(3)))],
    "outer": [(k("outer"), (V, real(2))), (k("outer"), (cplx(3), cplx(2)))],
    "matmul": [(k("matmul"), (real(2, 2, 3), S)), (k("matmul"), (V, S)), (k("matmul"), (Q, cplx(3)))],
    "addmm": [(k("addmm", beta=2, alpha=3), (B, A, S))],
    "einsum": [(lambda x, y: kernel("einsum")("ij,kj->ik", [x, y]), (A, B))],
    "linalg_vector_norm": [(k("linalg_vector_norm", p, [1]), (A,)) for p in (1, 2, 3.5, np.inf, -np.inf)]
    + [(k("linalg_vector_norm", 2), (Z,))],
    "linalg_inv_ex": [(lambda x: kernel("linalg_inv_ex")(x)[0], (S,)), (lambda x: kernel("linalg_inv_ex")(x)[0], (Q,))],
    "linalg_inv": [(k("linalg_inv"), (S,))],
    "linalg_solve_ex": [(lambda x, y: kernel("linalg_solve_ex")(x, y)[0], (S, real(3, 2)))],
    "linalg_solve": [(k("linalg_solve"), (Q, cplx(3)))],
    "linalg_solve_triangular": [
        (lambda x, y: kernel("linalg_solve_triangular")(x, y, upper=True), (S, real(3, 2))),
        (lambda x, y: kernel("linalg_solve_triangular")(x, y, upper=False, unitriangular=True), (S, real(3, 2))),
        (lambda x, y: kernel("linalg_solve_triangular")(x, y, upper=True, left=False), (S, real(2, 3))),
    ],
    "_linalg_det": [(lambda x: kernel("_linalg_det")(x)[0], (S,)), (lambda x: kernel("_linalg_det")(x)[0], (Q,))],
    "linalg_det": [(k("linalg_det"), (S,))],
    "_linalg_slogdet": [(lambda x: kernel("_linalg_slogdet")(x)[:2], (Q,))],
    "linalg_slogdet": [(lambda x: kernel("linalg_slogdet")(x)[1], (S,))],
    "linalg_cholesky_ex": [(lambda x: kernel("linalg_cholesky_ex")(x @ x.T)[0], (S,))],
    "linalg_cholesky": [(lambda x: kernel("linalg_cholesky")(x @ x.T), (S,))],
    "_linalg_eigh": [(lambda x: kernel("_linalg_eigh")(x + x.T)[0], (S,))],
    "_linalg_svd": [(lambda x: kernel("_linalg_svd")(x)[1], (S,))],
    "linalg_qr": [(lambda x: kernel("linalg_qr")(x)[1] ** 2, (S,))],
}


def test_every_rule_has_a_row() -> None:
    ours = {name for name in ROWS}
    ruled = {ran.name for ran in _core.known_kernels() if ran.rule is not None and ran.name not in refused}
    of_other_tests = {name for name in ruled if name.startswith("special_")}
    assert ruled - of_other_tests - ours == set()
    assert ours - ruled == set()


@pytest.mark.parametrize(("name", "i"), [(name, i) for name, rows in ROWS.items() for i in range(len(rows))])
def test_rule(name: str, i: int, dev: int) -> None:
    f, args = ROWS[name][i]
    check_gradient(f, *args, dev=dev)


@pytest.mark.parametrize("name", sorted(refused))
def test_refused_kernels_say_why(name: str, dev: int) -> None:
    with pytest.raises(NotImplementedError, match=refused[name]):
        gradient(lambda x: kernel(name)(x, np.int64), tensor(A, dev=dev))


def test_detach_cuts(dev: int) -> None:
    (g,) = gradient(lambda x: kernel("sum")(x * kernel("detach")(x)), tensor(A, dev=dev))
    np.testing.assert_allclose(g.tolist(), A)
