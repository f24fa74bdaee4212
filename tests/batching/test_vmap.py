"""numtorch.vmap: axes, nests, results, and the errors of wrong calls."""

from __future__ import annotations

import threading
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.nn.layers import Dense
from tests.autograd.rows.operands import A

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(5, 4, 3))
V = RANDOM.normal(size=(5, 4))
Point = namedtuple("Point", "x y")


@dataclass
class Line:
    slope: Any
    offset: Any
    name: str = "line"

    def __call__(self, x: Any) -> Any:
        return self.slope * x + self.offset


def same(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(nt.collect(actual), np.asarray(nt.collect(expected)), rtol=1e-12)
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape


def test_a_function_of_one_row(dev: int) -> None:
    x, p = nt.tensor(X, dev=dev), nt.tensor(X[0, 0], dev=dev)
    same(nt.vmap(lambda m, p: m @ p, in_axes=(0, None))(x, p), x @ p)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
@pytest.mark.parametrize("out", [0, 1, -1, -2])
def test_axes(axis: int, out: int, dev: int) -> None:
    x = nt.tensor(X, dev=dev)
    rows = [np.cumsum(row, axis=0) for row in np.moveaxis(x, axis, 0)]
    same(nt.vmap(lambda m: np.cumsum(m, axis=0), in_axes=axis, out_axes=out)(x), np.stack(rows, axis=out))


def test_ndarrays_become_tensors() -> None:
    result = nt.vmap(lambda v: v * 2)(V)
    assert isinstance(result, nt.Tensor)
    same(result, nt.tensor(V * 2))


def test_elements_are_values() -> None:
    seen = []
    same(nt.vmap(lambda s: seen.append(s.is_value) or s + 1)(nt.tensor(V[0])), nt.tensor(V[0] + 1))
    assert seen == [True]


def test_nests_of_arguments_and_axes(dev: int) -> None:
    x, v = nt.tensor(X, dev=dev), nt.tensor(V, dev=dev)

    def f(parts: Any, scale: Any) -> Any:
        return {"sum": np.sum(parts["m"]) * scale, "pair": (parts["v"][0], [parts["v"][1]])}

    result = nt.vmap(f, in_axes=({"m": 0, "v": [None, 0]}, None))({"m": x, "v": [v[0], v]}, 2.0)
    same(result["sum"], np.sum(x, axis=(1, 2)) * 2)
    same(result["pair"][0], np.stack([v[0]] * 5))
    same(result["pair"][1][0], v)


def test_nests_of_out_axes() -> None:
    a, b = nt.vmap(lambda v: (v, {"b": v}), out_axes=(1, {"b": -1}))(nt.tensor(V))
    same(a, nt.tensor(V.T))
    same(b["b"], nt.tensor(V.T))


def test_named_tuples_and_dataclasses() -> None:
    point = nt.vmap(lambda p: Point(p.y, p.x * 2))(Point(V, V[:, 0]))
    assert type(point) is Point
    same(point.y, nt.tensor(V * 2))
    line = Line(nt.tensor(V[:, 0]), nt.tensor(2.0))
    same(
        nt.vmap(lambda f, x: f(x), in_axes=({"slope": 0, "offset": None}, 0))(line, V[:, 1]),
        nt.tensor(V[:, 0] * V[:, 1] + 2),
    )


def test_a_model_that_is_the_same_for_all() -> None:
    model = nt.torch(Dense(4, 3, rng=0), dev=-1)
    x = nt.tensor(V.astype(np.float32))
    np.testing.assert_allclose(
        nt.collect(nt.vmap(lambda m, x: m(x), in_axes=(None, 0))(model, x)), nt.collect(model(x)), rtol=1e-5
    )


def test_a_model_for_each() -> None:
    models = [nt.torch(Dense(4, 3, rng=i), dev=-1) for i in range(5)]
    many = Dense(4, 3, rng=0)
    many.weight, many.bias = (np.stack([getattr(m, key) for m in models]) for key in ("weight", "bias"))
    x = nt.tensor(V.astype(np.float32))
    expected = np.stack([m(row) for m, row in zip(models, x, strict=True)])
    np.testing.assert_allclose(nt.collect(nt.vmap(lambda m, x: m(x))(many, x)), nt.collect(expected), rtol=1e-5)


def test_keywords_are_mapped_along_axis_0() -> None:
    same(nt.vmap(lambda x, *, y: x + y)(V, y=V[:, 0]), nt.tensor(V + V[:, :1]))


def test_what_is_the_same_for_all_is_repeated() -> None:
    result = nt.vmap(lambda _: (1.5, None, np.ones(2), 3))(nt.tensor(V))
    same(result[0], nt.tensor(np.full(5, 1.5)))
    assert result[1] is None
    same(result[2], nt.tensor(np.ones((5, 2))))
    same(result[3], nt.tensor(np.full(5, 3)))


def test_out_axes_none_is_for_what_is_the_same_for_all() -> None:
    total, rows = nt.vmap(lambda v: (np.arange(3), v), out_axes=(None, 0))(nt.tensor(V))
    assert total.shape == (3,)
    assert rows.shape == V.shape
    with pytest.raises(ValueError, match=r"vmap: out_axes is None for the result\.0, which is not the same"):
        nt.vmap(lambda v: (v,), out_axes=(None,))(nt.tensor(V))


def test_results_have_memory_of_their_own() -> None:
    v = nt.tensor(V)
    same_rows = nt.vmap(lambda row: row)(v)
    wide = nt.vmap(lambda row: np.broadcast_to(row[0], (2,)))(v)
    same_rows[...] = 0
    wide[0, 0] = 7
    np.testing.assert_array_equal(nt.collect(v), V)
    assert wide[0, 1] == V[0, 0]


def test_nested() -> None:
    x = nt.tensor(X)
    same(nt.vmap(nt.vmap(np.sum))(x), np.sum(x, axis=-1))
    pairs = nt.vmap(lambda a: nt.vmap(lambda b: np.dot(a, b))(x[0]))(x[1])
    np.testing.assert_allclose(nt.collect(pairs), X[1] @ X[0].T)
    outer = nt.vmap(lambda a: nt.vmap(lambda b: (a, b, a * b), out_axes=(None, 0, 1))(x[0]), out_axes=(0, 1, 2))(x[1])
    same(outer[0], x[1])
    assert outer[1].shape == (4, 4, 3)
    np.testing.assert_allclose(nt.collect(outer[2]), np.einsum("ak,bk->kba", X[1], X[0]))


def test_as_a_decorator() -> None:
    @nt.vmap
    def double(x: Any) -> Any:
        """Twice."""
        return x * 2

    assert double.__name__ == "double"
    assert double.__doc__ == "Twice."
    same(double(V), nt.tensor(V * 2))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_chunks(size: int) -> None:
    x = nt.tensor(X)
    result = nt.vmap(lambda m: (m.T, 1.0), in_axes=0, out_axes=(1, 0), chunk_size=size)(x)
    same(result[0], np.transpose(x, (2, 0, 1)))
    assert result[1].shape == (5,)


def test_programs_with_loops_and_views() -> None:
    def newton(a: Any) -> Any:
        x = a * 0 + 1
        for _ in range(30):
            x = (x + a / x) / 2
        return x

    same(nt.vmap(newton)(nt.tensor(np.arange(1.0, 6.0))), np.sqrt(nt.tensor(np.arange(1.0, 6.0))))


def test_values_that_are_wrong_in_one_sample_raise_as_in_a_loop() -> None:
    singular = np.stack([np.eye(3), np.zeros((3, 3))])
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        nt.vmap(np.linalg.inv)(nt.tensor(singular))
    with pytest.raises(IndexError, match="index 9 is out of bounds for axis 0 with size 4"):
        nt.vmap(lambda v, i: v[i])(nt.tensor(V[:2]), nt.tensor([0, 9]))
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        nt.vmap(np.nanmean)(nt.tensor([[1.0, np.nan], [np.nan, np.nan]]))


WRONG = [
    (lambda: nt.vmap(3), TypeError, "vmap: f must be callable, not a int"),
    (lambda: nt.vmap(np.sum, randomness="no"), ValueError, '"error", "different" or "same", not \'no\''),
    (lambda: nt.vmap(np.sum, chunk_size=0), ValueError, "chunk_size must be a positive int or None, not 0"),
    (lambda: nt.vmap(np.sum, in_axes="0")(V), TypeError, "in_axes must be an int, None, or a tuple"),
    (lambda: nt.vmap(np.add, in_axes=(0,))(V, V), ValueError, "in_axes has 1 entries for 2 positional arguments"),
    (lambda: nt.vmap(np.add, in_axes=(0, True))(V, V), TypeError, "must be an int or None for argument 1, not True"),
    (lambda: nt.vmap(np.sum)(), ValueError, "no argument is mapped"),
    (lambda: nt.vmap(np.sum, in_axes=None)(V), ValueError, "no argument is mapped"),
    (lambda: nt.vmap(np.add)(V, V[:3]), ValueError, "argument 0 has 5 along axis 0, argument 1 has 3 along axis 0"),
    (lambda: nt.vmap(np.sum, in_axes=2)(V), ValueError, "axis 2 of argument 0, which has axes -2 to 1"),
    (lambda: nt.vmap(np.sum, in_axes=-3)(V), ValueError, "axis -3 of argument 0, which has axes -2 to 1"),
    (lambda: nt.vmap(np.add)(V, 2.0), ValueError, "argument 1 is a float, which has no axis to map"),
    (lambda: nt.vmap(np.add)(V, nt.tensor(2.0)), ValueError, "axis 0 of argument 1, which has none"),
    (lambda: nt.vmap(np.sum)(V[:0]), ValueError, "argument 0 has length 0 along axis 0"),
    (lambda: nt.vmap(lambda d: d["a"], in_axes=({"a": "x"},))({"a": V}), TypeError, r"for argument 0\.a, not 'x'"),
    (lambda: nt.vmap(lambda d: d["a"], in_axes=({"b": 0},))({"a": V}), TypeError, "in_axes for argument 0: expected"),
    (lambda: nt.vmap(lambda _: "text")(V), TypeError, "f must return arrays, numbers, None, or nests of them"),
    (lambda: nt.vmap(lambda v: v, out_axes=3)(V), ValueError, "axis 3 of the result, which then has axes -2 to 1"),
    (lambda: nt.vmap(lambda v: v, out_axes=0.5)(V), TypeError, "out_axes must be an int or None for the result"),
    (lambda: nt.vmap(lambda v: (v, v), out_axes=(0,))(V), TypeError, "out_axes for the result: expected 2 in a tuple"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), WRONG)
def test_wrong_calls(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text) as raised:
        call()
    assert str(raised.value).startswith("vmap: ")


VALUES = [
    lambda v: v if v[0] > 0 else -v,
    lambda v: float(v[0]),
    lambda v: np.asarray(v),
    lambda v: v[v > 0],
    lambda v: np.unique(v),
    lambda v: np.nonzero(v),
    lambda v: np.zeros(4) + np.frombuffer(v),
    lambda v: v.tolist(),
    lambda v: range(v[0].astype(int)),
]


@pytest.mark.parametrize("f", VALUES)
def test_asking_for_values_says_where(f: Any) -> None:
    with pytest.raises(RuntimeError, match=r"^vmap: .*test_vmap\.py, line \d+, in <lambda>"):
        nt.vmap(f)(nt.tensor(V))
    same(nt.vmap(lambda v: v + 1)(nt.tensor(V)), nt.tensor(V + 1))  # the batch is closed


def test_what_stands_for_many_can_be_printed() -> None:
    seen: list[str] = []
    nt.vmap(lambda v: seen.extend([repr(v), str(v), f"{v[0]}"]) or v)(nt.tensor(V))
    assert seen[0] == "Tensor(shape=(4,), dtype=float64, dev=-1, values not known here)"
    assert seen[1] == "<shape=(4,), dtype=float64, dev=-1, values not known here>"
    assert seen[2] == "<shape=(), dtype=float64, dev=-1, values not known here>"


def test_an_error_in_the_function_comes_through() -> None:
    def f(_: Any) -> Any:
        raise KeyError("mine")

    for mapped in (nt.vmap(f), nt.vmap(nt.vmap(f))):
        with pytest.raises(KeyError, match="mine"):
            mapped(nt.tensor(X))
        assert nt._core.batches() == []


USES = [
    lambda t: t + 1,
    lambda t: -t,
    lambda t: np.exp(t),
    lambda t: np.sum(t),
    lambda t: t[0],
    lambda t: t[[0]],
    lambda t: t.__setitem__(0, 1.0),
    lambda t: t.T,
    lambda t: nt.collect(t),
    lambda t: float(np.sum(t)),
    lambda t: np.concatenate([t, t]),
    lambda t: nt.vmap(lambda v: v + t)(nt.tensor(V)),
    lambda t: nt.vmap(lambda v: np.stack([v, t]))(nt.tensor(V)),
    lambda t: nt.vmap(lambda v: v.__setitem__(0, t[0]))(nt.tensor(V)),
    lambda t: nt.vmap(lambda _: t)(nt.tensor(V)),
    lambda t: nt.gradient(np.sum, t),
]


@pytest.mark.parametrize("use", USES)
def test_what_is_kept_of_a_batch_that_is_over_raises(use: Any) -> None:
    kept: list[Any] = []
    nt.vmap(lambda v: kept.append(v * 2) or v)(nt.tensor(V))
    with pytest.raises(RuntimeError, match=r"vmap: .*over"):
        use(kept[0])


def test_threads_have_batches_of_their_own() -> None:
    barrier = threading.Barrier(2)

    def f(v: Any) -> Any:
        barrier.wait(20)
        return np.sum(v * v)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda k: nt.vmap(f)(nt.tensor(V[: k + 2])), (1, 2))
    same(one, np.sum(nt.tensor(V[:3]) ** 2, axis=1))
    same(other, np.sum(nt.tensor(V[:4]) ** 2, axis=1))


def test_another_thread_does_not_know_the_batch() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="runs on another thread"):
        nt.vmap(lambda v: pool.submit(np.sum, v).result())(nt.tensor(V))
    assert A.size
