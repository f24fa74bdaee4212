"""Compiled functions do what the functions do: results, writes, what they hold, gradients, and clear refusals."""

import gc
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import CompileError, Tensor, collect, gradient, params, tensor
from numtorch.nn.layers import BatchNorm, Chain, Dense, Dropout, trainmode
from numtorch.optim import Adam, Descent, Momentum, RMSProp, setup, update

from .uncompiled import uncompiled

X = np.linspace(-1.0, 1.0, 12).reshape(4, 3)


@pytest.fixture(autouse=True)
def without_a_compiler() -> Iterator[None]:
    with uncompiled():
        yield


def values(nest: Any) -> list[np.ndarray]:
    """The arrays of a nest on the host."""
    if isinstance(nest, Tensor):
        return [collect(nest)]
    if hasattr(nest, "values"):
        return [array for part in nest.values() for array in values(part)]
    if isinstance(nest, tuple | list):
        return [array for part in nest for array in values(part)]
    return [] if nest is None else [np.asarray(nest)]


def assert_same(a: Any, b: Any) -> None:
    for x, y in zip(values(a), values(b), strict=True):
        assert x.dtype == y.dtype
        tolerance = 1e-5 if x.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def check(
    make: Callable[[], tuple[Callable[..., Any], Any]], *arrays: np.ndarray, calls: int = 3
) -> nt.programs.Compiled:
    """Calls f as it is and compiled, and compares results, arguments and what f holds."""
    (f, held), (g, also_held) = make(), make()
    compiled = nt.compile(g)
    for i in range(calls):
        args, others = ([tensor(array + 0.1 * i) for array in arrays] for _ in range(2))
        assert_same(f(*args), compiled(*others))
        assert_same(args, others)
        assert_same(held, also_held)
    return compiled


def pure(f: Callable[..., Any]) -> Callable[[], tuple[Callable[..., Any], Any]]:
    return lambda: (f, ())


def test_a_function_is_traced_once() -> None:
    assert check(pure(lambda x: np.exp(-(x**2) / 2)), X).signatures == 1


def test_results_of_any_structure() -> None:
    check(pure(lambda x: {"a": x + 1, "b": (x * 2, [3, None]), "c": np.sum(x)}), X)


def test_a_scalar_result_is_a_value() -> None:
    assert nt.compile(np.sum)(tensor(X)).is_value
    assert not nt.compile(lambda x: np.sum(x, keepdims=True))(tensor(X)).is_value


def test_what_is_given_back_is_the_argument_itself() -> None:
    x = tensor(X)
    assert nt.compile(lambda x: (x, x + 1))(x)[0] is x


def test_a_view_of_an_argument_is_a_view() -> None:
    x = tensor(X.copy())
    nt.compile(lambda x: x[1:])(x)[0] = 7
    assert float(x[1, 0]) == 7


def test_writes_into_arguments() -> None:
    def f(x: Tensor) -> Tensor:
        x[0] = 7.0
        x[1:] *= 2
        row = x[2]
        row += x[0]
        return x + 1

    check(pure(f), X)


def test_writes_through_views_under_a_gradient() -> None:
    def f(x: Tensor) -> Any:
        def g(x: Tensor) -> Any:
            y = x * 1
            row = y[2]
            row *= 3
            y[0] = row * 2
            y += x
            return np.sum(y * y)

        return gradient(g, x)[0]

    check(pure(f), X)


def test_a_view_that_steps_backward_is_not_written_to() -> None:
    def f(x: Tensor) -> Tensor:
        x[::-1] += 1
        return x

    with pytest.raises(ValueError, match="steps backward is a copy"):
        nt.compile(f)(tensor(X.copy()))
    assert_same(
        nt.compile(lambda x: (x.__setitem__(slice(None, None, -1), tensor(X)), x)[1])(tensor(X * 0)), tensor(X[::-1])
    )


def closure() -> tuple[Callable[..., Any], Any]:
    w = tensor(X.copy())

    def f(x: Tensor) -> Any:
        nonlocal w
        w -= 0.1 * x
        return np.sum(w)

    return f, w


def test_what_a_function_closes_over_is_looked_up_and_written() -> None:
    assert check(closure, X).signatures == 1


def test_a_replaced_closure_is_seen() -> None:
    w = tensor(2.0)
    f = nt.compile(lambda x: x * w)
    assert float(f(tensor(3.0))) == 6
    w = tensor(5.0)
    assert float(f(tensor(3.0))) == 15
    w = tensor(np.array([1.0, 2.0]))
    assert f(tensor(3.0)).shape == (2,)
    assert f.signatures == 2


class Counter:
    def __init__(self) -> None:
        self.w = tensor(X.copy())
        self.calls = tensor(np.zeros(()))
        self.steps = 0

    def __call__(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.steps += 1
        self.w = self.w * 0.5 + x
        return x * self.calls


def test_objects_change_as_in_eager_mode() -> None:
    counter = Counter()
    assert check(lambda: ((c := Counter()), c.__dict__), X).signatures == 1
    compiled = nt.compile(counter)
    for _ in range(3):
        compiled(tensor(X))
    assert type(counter.steps) is int
    assert counter.steps == 3


def test_items_of_dicts_and_lists_are_replaced_and_added() -> None:
    def make() -> tuple[Callable[..., Any], Any]:
        held: dict[str, Any] = {"w": tensor(X.copy()), "all": []}

        def f(x: Tensor) -> Any:
            held["w"] = held["w"] + x
            held["new"] = x * 2
            return np.sum(held["w"])

        return f, held

    check(make, X)


class State:
    def __init__(self, x: Any, v: Any) -> None:
        self.x, self.v = x, v


def test_objects_as_arguments_and_results() -> None:
    step = nt.compile(lambda s, dt: State(s.x + dt * s.v, s.v - dt * s.x))
    state = State(tensor(X), tensor(X * 2))
    for _ in range(3):
        state = step(state, 0.1)
    assert isinstance(state, State)
    assert step.signatures == 1
    other = step(state, 0.2)
    np.testing.assert_allclose(collect(other.x), collect(state.x + 0.2 * state.v))
    assert step.signatures == 2


def test_ndarrays_and_numpy_scalars_are_arguments() -> None:
    a = X.copy()
    f = nt.compile(lambda x, k: x * k)
    result = f(a, np.float64(2.0))
    assert isinstance(result, Tensor)
    np.testing.assert_array_equal(collect(result), 2 * X)
    f(a, np.float64(3.0))
    assert f.signatures == 1


def test_shapes_dtypes_layouts_and_numbers_make_signatures() -> None:
    f = nt.compile(lambda x, k=1: x * k)
    for args in ((X,), (X.astype("f"),), (X[:2],), (X, 2), (X, 2.0), (X, True)):
        given = [tensor(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
        assert_same(f(*given), given[0] * (given[1] if len(given) > 1 else 1))
        f(*given)
    assert f.signatures == 6
    assert_same(f(tensor(X).T), tensor(X.T))
    with pytest.warns(UserWarning, match="traced 8 times"):
        assert_same(f(tensor(X), k=3), tensor(3 * X))
    f.clear()
    assert_same(f(tensor(X)), tensor(X))


def test_zero_and_negative_zero_are_two_numbers() -> None:
    f = nt.compile(lambda x, k: x * 0 + k)
    assert not np.signbit(collect(f(tensor(1.0), 0.0)))
    assert np.signbit(collect(nt.compile(lambda x, k: k * np.ones_like(x))(tensor(1.0), -0.0)))


def test_sharing_memory() -> None:
    x = tensor(X.copy())
    f = nt.compile(lambda a, b: a + b)
    assert_same(f(x, x), 2 * x)
    assert_same(f(x[:2], x[1:3]), x[:2] + x[1:3])

    def writes(a: Tensor, b: Tensor) -> Tensor:
        a[0] = 5.0
        return a + b

    with pytest.raises(CompileError, match="share memory"):
        nt.compile(writes)(x[:2], x[1:3])


@pytest.mark.parametrize("rule", [Adam(0.1), Descent(0.1), Momentum(0.1), RMSProp(0.1)], ids=lambda r: type(r).__name__)
def test_a_whole_step_of_training(rule: Any) -> None:
    def make() -> tuple[Callable[..., Any], Any]:
        model = {"w": tensor(np.ones((3, 2))), "b": tensor(np.zeros(2))}
        state = setup(rule, model)

        def step(x: Tensor) -> Any:
            grads = gradient(lambda: np.mean((x @ model["w"] + model["b"]) ** 2), params(model))
            update(state, model, grads)
            return np.sum(model["w"])

        return step, model

    assert check(make, X).signatures == 1


def test_a_model_with_running_averages_and_chance() -> None:
    def make() -> tuple[Callable[..., Any], Any]:
        layers = Chain(Dense(3, 4, rng=0), BatchNorm(4), Dropout(0.3), Dense(4, 1, rng=1))
        model = nt.torch(layers, dev=-1)
        trainmode(model)
        return lambda x: gradient(lambda: np.mean(model(x) ** 2), params(model)), nt.state(model)

    (f, held), (g, also_held) = make(), make()
    compiled = nt.compile(g)
    for i in range(3):
        results = []
        for call in (f, compiled):
            nt.manual_seed(i)
            results.append(call(tensor(X.astype("f"))))
        assert_same(*results)
        assert_same(held, also_held)


def test_a_seed_in_a_program_is_refused() -> None:
    def f(x: Tensor) -> Tensor:
        nt.manual_seed(0)
        return x

    with pytest.raises(CompileError, match="sets a seed"):
        nt.compile(f)(tensor(X))


# ---- Gradients of compiled functions ----


W = tensor(np.array([1.0, 2.0, 3.0]))


def scaled(x: Any, options: Any) -> Any:
    return np.sin(x * W) * options["scale"]


@pytest.mark.parametrize(
    "take",
    [
        lambda f, x, o: gradient(lambda x: np.sum(f(x, o) ** 2), x),
        lambda f, x, o: gradient(lambda x, o: np.sum(f(x, o) ** 2), x, o),
        lambda f, x, o: gradient(lambda: np.sum(f(x, o) ** 2), params(W)),
        lambda f, x, o: gradient(lambda x: np.sum(gradient(lambda y: np.sum(f(y, o) ** 3), x)[0] ** 2), x),
        lambda f, x, o: nt.jvp(lambda x: f(x, o), (x,), (x + 1,)),
        lambda f, x, o: nt.pullback(lambda x: f(x, o), x)[1](x),
        lambda f, x, o: nt.jacobian(lambda r: f(r, o), x[0]),
    ],
    ids=["argument", "nest", "params", "second", "jvp", "pullback", "jacobian"],
)
def test_gradients_through_a_compiled_function(take: Any) -> None:
    compiled = nt.compile(scaled)
    options = {"scale": tensor(2.0)}
    assert_same(take(scaled, tensor(X), options), take(compiled, tensor(X), options))


def test_a_compiled_function_in_another_and_in_vmap() -> None:
    inner = nt.compile(np.tanh)
    outer = nt.compile(lambda x: gradient(lambda x: np.sum(inner(x)), x)[0])
    assert_same(outer(tensor(X)), 1 - np.tanh(tensor(X)) ** 2)
    assert_same(nt.vmap(inner)(tensor(X)), np.tanh(tensor(X)))
    assert_same(
        nt.compile(nt.vmap(lambda r: r / np.sum(r * r)))(tensor(X)), tensor(X / np.sum(X * X, 1, keepdims=True))
    )


def test_a_write_to_what_a_gradient_depends_on_is_refused() -> None:
    w = tensor(X.copy())

    def f(x: Tensor) -> Any:
        w[0] = x[0]
        return np.sum(w)

    with pytest.raises((NotImplementedError, RuntimeError)):
        gradient(lambda: nt.compile(f)(tensor(X)), params(w))


# ---- What cannot be compiled ----


def reads_a_number(x: Tensor) -> Any:
    return x * float(x[0, 0])


def decides(x: Tensor) -> Any:
    return x if x[0, 0] > 0 else -x


def picks_by_a_mask(x: Tensor) -> Any:
    return x[x > 0]


@pytest.mark.parametrize(
    "f",
    [
        reads_a_number,
        decides,
        picks_by_a_mask,
        lambda x: np.asarray(x) * 2,
        lambda x: tensor(collect(x)),
        lambda x: tensor(x.tolist()),
        lambda x: (f"{x[0, 0]:.2f}", x)[1],
        lambda x: np.unique(x),
        lambda x: np.nonzero(x)[0],
        lambda x: x[: int(np.sum(x > 0))],
    ],
    ids=["float", "if", "mask", "asarray", "collect", "tolist", "format", "unique", "nonzero", "int"],
)
def test_what_asks_for_values_is_refused_with_its_line(f: Any) -> None:
    with pytest.raises(CompileError, match=r"test_compiled\.py, line \d+"):
        nt.compile(f)(tensor(X))


def test_a_traced_tensor_prints_what_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    nt.compile(lambda x: (print(repr(x), x), x)[1])(tensor(X))
    printed = capsys.readouterr().out
    assert "shape=(4, 3), dtype=float64" in printed
    assert "not known" in printed


def test_numbers_of_the_hosts_generators_are_refused() -> None:
    rng = np.random.default_rng(0)
    for f in (lambda x: x + rng.random(), lambda x: x + np.random.rand()):  # noqa: NPY002
        with pytest.raises(CompileError, match=r"numtorch\.numpy\.random"):
            nt.compile(f)(tensor(X))


def test_a_counter_that_decides_is_refused() -> None:
    calls = [0]

    def f(x: Tensor) -> Tensor:
        calls[0] += 1
        return x if calls[0] % 2 else -x

    with pytest.raises(CompileError):
        nt.compile(f)(tensor(X))
    assert calls == [0]


def test_a_traced_tensor_that_leaks_says_so() -> None:
    def keep() -> Iterator[Any]:
        given = yield
        yield given

    keeper = keep()
    next(keeper)
    kept = []

    def f(x: Tensor) -> Tensor:
        kept.append(id(keeper.send(x * 2)))
        return x

    nt.compile(f)(tensor(X))
    leaked = keeper.gi_frame.f_locals["given"]
    with pytest.raises(CompileError, match="traced and is over"):
        float(np.sum(leaked))


def test_fallback_warns_once_and_runs_as_it_is() -> None:
    f = nt.compile(reads_a_number, fallback=True)
    with pytest.warns(UserWarning, match="operation by operation"):
        first = f(tensor(X))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same(f(tensor(X)), first)
    assert_same(first, tensor(X * X[0, 0]))


def test_an_error_leaves_everything_as_it_was() -> None:
    held = {"w": tensor(X.copy())}

    def f(x: Tensor) -> Any:
        held["w"] = held["w"] + x
        x[0] = 0
        raise ZeroDivisionError("by hand")

    x = tensor(X.copy())
    before = held["w"]
    with pytest.raises(ZeroDivisionError):
        nt.compile(f)(x)
    assert held["w"] is before
    np.testing.assert_array_equal(collect(before), X)
    np.testing.assert_array_equal(collect(x), X)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="compile: f must be callable"):
        nt.compile(3)  # type: ignore[call-overload]


def test_a_method_can_be_compiled() -> None:
    class Model:
        def __init__(self, k: float) -> None:
            self.k = tensor(k)

        @nt.compile
        def apply(self, x: Tensor) -> Tensor:
            return x * self.k

    assert_same(Model(2.0).apply(tensor(X)), tensor(2 * X))
    assert_same(Model(3.0).apply(tensor(X)), tensor(3 * X))


def test_explain_names_the_operators() -> None:
    text = nt.compile(lambda x: np.exp(x) * 2).explain(tensor(X))
    assert "aten.exp" in text
    assert "float64[4, 3]" in text


def test_programs_do_not_keep_arguments_alive() -> None:
    f = nt.compile(lambda x: x * 2)
    x = tensor(X.copy())
    f(x)
    reference = weakref.ref(x)
    del x
    gc.collect()
    assert reference() is None
