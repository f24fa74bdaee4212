"""What an error advises works: a row has what raises, and the same with the advice followed, which gives the value."""

from __future__ import annotations

import io
import operator
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch.optim import Adam, Descent, setup, update
from numtorch.train import train

X = np.array([1.0, 2.0, 3.0])


@dataclass(frozen=True)
class Hint:
    """`wrong` raises an error with `words`; `right` follows it and returns `expected`."""

    name: str
    words: str
    wrong: Callable[[], Any]
    right: Callable[[], Any]
    expected: Any

    def __str__(self) -> str:
        return self.name


def slope(f: Callable[..., Any], *args: Any) -> Any:
    return nt.gradient(f, *(args or (X,)))[0]


def buffer(namespace: Any) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        out = namespace.zeros(3)
        out[0] = x[0] * 2
        return namespace.sum(out)

    return f


def accumulated(x: Any) -> Any:
    total = np.ones(3)
    total += x
    return np.sum(total)


def summed(x: Any) -> Any:
    total = np.ones(3)
    total = total + x
    return np.sum(total)


def into(output: Any) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        total = output.copy()
        total += x
        return np.sum(total)

    return f


def dropped_write(x: Any) -> Any:
    y = x * 1.0
    operator.iadd(y[1:], 2 * x[1:])
    return np.sum(y**2)


def stated_write(x: Any) -> Any:
    y = x * 1.0
    y[1:] += 2 * x[1:]
    return np.sum(y**2)


def spelt_write(x: Any) -> Any:
    y = x * 1.0
    y[1:] = y[1:] + 2 * x[1:]
    return np.sum(y**2)


def cached(key: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        table = {1.0: 5.0}
        return table[key(x[0])] * np.sum(x)

    return f


def closure(weight: Any) -> Callable[[Any], Any]:
    @nt.adjoint
    def scaled(x: Any) -> Any:
        return weight() * x, lambda g: (g,)

    return lambda x: np.sum(scaled(x))


LINE = {"w": nt.tensor([1.0, 2.0])}


def trained(state: Any) -> None:
    train(lambda m, x: np.sum((m["w"] - x) ** 2), {"w": nt.tensor(X)}, [nt.tensor(X)], state, progress=False)


def stepped(take: Callable[[Any], Any]) -> Any:
    model = {"w": nt.tensor(X)}
    update(setup(Descent(0.5), model), model, take(nt.gradient(lambda m: np.sum(m["w"] ** 2), model)))
    return model["w"]


ONES, TWOS = np.ones(3), np.full(3, 2.0)
HINTS = [
    Hint(
        "np.array of Tensors: stack",
        r"np\.stack.*numtorch\.numpy",
        lambda: slope(lambda x: np.sum(np.array([x[0] * 2, x[1]]))),
        lambda: slope(lambda x: np.sum(np.stack([x[0] * 2, x[1]]))),
        [2, 1, 0],
    ),
    Hint(
        "np.array of Tensors: numtorch.numpy",
        r"numtorch\.numpy",
        lambda: slope(lambda x: np.sum(np.array([x[0] * 2, 3.0]))),
        lambda: slope(lambda x: np.sum(xp.array([x[0] * 2, 3.0]))),
        [2, 0, 0],
    ),
    Hint(
        "a buffer of NumPy's",
        r"zeros.*numtorch\.numpy",
        lambda: slope(buffer(np)),
        lambda: slope(buffer(xp)),
        [2, 0, 0],
    ),
    Hint(
        "np.asarray: go on with the Tensor",
        "compute on with the Tensor",
        lambda: slope(lambda x: np.sum(np.asarray(x) ** 2)),
        lambda: slope(lambda x: np.sum(x**2)),
        2 * X,
    ),
    Hint(
        "np.asarray: collect",
        r"collect\(t\)",
        lambda: slope(lambda x: np.sum(x * np.asarray(x))),
        lambda: slope(lambda x: np.sum(x * nt.collect(x))),
        X,
    ),
    Hint(
        "float: item",
        r"t\.item\(\)",
        lambda: slope(lambda x: np.sum(x) * float(x[1])),
        lambda: slope(lambda x: np.sum(x) * x[1].item()),
        TWOS,
    ),
    Hint(
        "a key of a dict",
        r"t\.item\(\)",
        lambda: slope(cached(lambda v: v)),
        lambda: slope(cached(lambda v: v.item())),
        5 * ONES,
    ),
    Hint("ndarray += Tensor: x = x + y", r"x = x \+ y", lambda: slope(accumulated), lambda: slope(summed), ONES),
    Hint(
        "ndarray += Tensor: a Tensor",
        "make the output a Tensor",
        lambda: slope(into(np.ones(3))),
        lambda: slope(into(nt.tensor(np.ones(3)))),
        ONES,
    ),
    Hint(
        "a write that is lost: a statement",
        r"write x\[1:\] \+= y",
        lambda: slope(dropped_write),
        lambda: slope(stated_write),
        [2, 36, 54],
    ),
    Hint(
        "a write that is lost: spelt out",
        r"x\[1:\] = x\[1:\] \+ y",
        lambda: slope(dropped_write),
        lambda: slope(spelt_write),
        [2, 36, 54],
    ),
    Hint(
        "an array for a number: sum",
        "np.sum it",
        lambda: slope(lambda x: x**2),
        lambda: slope(lambda x: np.sum(x**2)),
        2 * X,
    ),
    Hint(
        "an array for a number: pullback",
        "use pullback",
        lambda: slope(lambda x: x**2),
        lambda: nt.pullback(lambda x: x**2, X)[1](ONES)[0],
        2 * X,
    ),
    Hint(
        "a complex number: real",
        r"np\.real",
        lambda: slope(lambda x: np.sum(x * 1j * x)),
        lambda: slope(lambda x: np.real(np.sum(x * (1 + 1j) * x))),
        2 * X,
    ),
    Hint(
        "a complex number: abs",
        r"np\.abs",
        lambda: slope(lambda x: np.sum(x * 1j)),
        lambda: slope(lambda x: np.abs(np.sum(x * 1j))),
        ONES,
    ),
    Hint(
        "an integer argument",
        r"argument 0 is int64.*x\.astype\(float\)",
        lambda: slope(lambda x: np.sum(x**2), np.arange(3)),
        lambda: slope(lambda x: np.sum(x**2), np.arange(3).astype(float)),
        [0, 2, 4],
    ),
    Hint(
        "the second argument",
        "argument 1 is int",
        lambda: nt.gradient(lambda _, n: n * n, X, 3),
        lambda: nt.gradient(lambda _, n: n * n, X, 3.0)[1],
        6,
    ),
    Hint(
        "adjoint around a tracked Tensor",
        "or use dropgrad",
        lambda: slope(lambda x: closure(lambda: x[0])(x)),
        lambda: slope(lambda x: closure(lambda: nt.dropgrad(x[0]))(x)),
        ONES,
    ),
    Hint(
        "gradients of one argument come in a tuple",
        r"take its \[0\]",
        lambda: stepped(lambda g: g),
        lambda: stepped(lambda g: g[0]),
        0 * X,
    ),
    Hint(
        "a rule that was not set up: train",
        r"setup\(rule, model\)",
        lambda: trained(Adam()),
        lambda: trained(setup(Adam(), {"w": nt.tensor(X)})),
        None,
    ),
    Hint(
        "a rule that was not set up: update",
        r"setup\(rule, model\)",
        lambda: update(Adam(), LINE, {"w": nt.tensor(X)}),
        lambda: update(setup(Adam(), {"w": nt.tensor(X)}), {"w": nt.tensor(X)}, {"w": nt.tensor(X)}),
        None,
    ),
    Hint(
        "a model for a state",
        r"setup\(rule, model\)",
        lambda: update(LINE, LINE, {"w": nt.tensor([1.0, 1.0])}),
        lambda: len(setup(Adam(), LINE)),
        1,
    ),
    Hint(
        "params of ndarrays",
        r"torch\(model\)",
        lambda: nt.params({"w": X}),
        lambda: len(nt.params(nt.torch({"w": X}, dev=-1))),
        1,
    ),
    Hint(
        "an array for a shape",
        r"numtorch\.tensor",
        lambda: nt.Tensor([1.5, 2.0]),
        lambda: nt.tensor([1.5, 2.0]),
        [1.5, 2.0],
    ),
    Hint(
        "the float of a complex Tensor",
        r"t\.real",
        lambda: float(nt.tensor(1 + 2j)),
        lambda: float(nt.tensor(1 + 2j).real),
        1.0,
    ),
    Hint(
        "a histogram of complex numbers",
        "real or imaginary parts",
        lambda: np.histogram(nt.tensor(X + 1j), 2),
        lambda: np.histogram(nt.tensor(X + 1j).real, 2)[0],
        [1, 2],
    ),
    Hint(
        "a dtype for a device",
        "dtype=",
        lambda: nt.tensor(X).to(np.float32),
        lambda: nt.tensor(X).to(dtype=np.float32),
        X,
    ),
    Hint("json", r"t\.item\(\)", lambda: json_of(nt.tensor(X)[0]), lambda: json_of(nt.tensor(X)[0].item()), "1.0"),
    Hint(
        "json of an array",
        r"t\.tolist\(\)",
        lambda: json_of(nt.tensor(X)),
        lambda: json_of(nt.tensor(X).tolist()),
        "[1.0, 2.0, 3.0]",
    ),
]


def json_of(value: Any) -> str:
    import json

    written = io.StringIO()
    json.dump(value, written)
    return written.getvalue()


@pytest.mark.parametrize("hint", HINTS, ids=str)
def test_following_it_gives_what_was_wanted(hint: Hint) -> None:
    with pytest.raises(Exception, match=hint.words):
        hint.wrong()
    found = hint.right()
    if isinstance(hint.expected, str) or hint.expected is None:
        assert found == hint.expected or hint.expected is None
    else:
        np.testing.assert_allclose(nt.collect(found), hint.expected)


def test_work_handed_over_to_a_thread_has_its_gradient() -> None:
    """What the message about two threads advises."""
    import contextvars

    def f(x: Any) -> Any:
        parts: list[Any] = []
        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: parts.append(context.run(lambda: x**2)))
        thread.start()
        thread.join()
        return np.sum(parts[0])

    np.testing.assert_allclose(slope(f), 2 * X)


# ---- What other libraries call things ----

SPELLINGS = {
    "t.detach()": "dropgrad",
    "t.backward()": r"gradient\(f, x\)",
    "t.grad": r"gradient\(f, x\)",
    "t.requires_grad": r"gradient\(f, x\)",
    "t.requires_grad_()": r"gradient\(f, x\)",
    "t.cuda()": r"dev=0",
    "t.cpu()": r"dev=-1.*collect",
    "t.to('cuda')": r"dev must be an integer",
    "t.to(device='cuda')": "here it is dev",
    "t.clone()": r"t\.copy\(\)",
    "t.float()": r"astype\(np\.float32\)",
    "t.numel()": r"t\.size",
    "t.unsqueeze(0)": r"expand_dims",
    "t.exp()": r"np\.exp",
    "t.add_(1)": r"\+=",
    "t.at[0].set(1)": r"x\[i\] = v",
    "t.block_until_ready()": "synchronize",
    "nt.Tensor.cuda": "dev=0",
    "nt.zeros(3)": r"numtorch\.numpy",
    "nt.grad": r"numtorch\.gradient",
    "nt.no_grad": "nograd",
    "nt.nn.Linear": r"layers\.Dense",
    "nt.nn.Module": r"layers",
    "nt.optim.SGD": "Descent",
    "nt.tensor([1.0], requires_grad=True)": r"numtorch\.gradient",
    "nt.tensor([1.0], device='cuda')": "here it is dev",
    "nt.Tensor(3, device='cuda')": "here it is dev",
    "nt.optim.Adam(lr=1e-3)": "here it is eta",
    "nt.optim.Adam(betas=(0.9, 0.99))": "here it is beta",
    "nt.optim.Momentum(momentum=0.9)": "here it is rho",
    "nt.optim.Adam(weight_decay=0.1)": "here it is lam",
    "nt.train.DataLoader([t], batch_size=2)": "here it is batchsize",
    "nt.train.DataLoader([t], num_workers=2)": "here it is workers",
    "nt.train.DataLoader([t], drop_last=True)": "here it is partial=False",
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_other_libraries_names_say_what_it_is_here(text: str) -> None:
    with pytest.raises((AttributeError, TypeError), match=SPELLINGS[text]):
        eval(text, {"t": nt.tensor(X), "nt": nt})


def test_names_of_other_libraries_are_not_there() -> None:
    from numtorch.spellings import NAMES, NN, OPTIM, TENSOR

    for holder, names in ((nt.tensor(X), TENSOR), (nt.Tensor, TENSOR), (nt, NAMES), (nt.nn, NN), (nt.optim, OPTIM)):
        assert [name for name in names if hasattr(holder, name)] == []
        assert names.keys() & set(dir(holder)) == (set() if holder is not nt.Tensor else names.keys())


def test_names_that_are_recommended_exist() -> None:
    import re

    from numtorch import spellings

    for table in (spellings.TENSOR, spellings.NAMES, spellings.NN, spellings.OPTIM, spellings.KEYWORDS):
        for words in table.values():
            for name in re.findall(r"\bnumtorch\.([\w.]*\w)", words):
                assert operator.attrgetter(name)(nt) is not None, words
            for name in re.findall(r"\bnp\.([\w.]*\w)", words):
                assert operator.attrgetter(name)(np) is not None, words
            for name in re.findall(r"\bt\.(\w+)", words):
                assert hasattr(nt.tensor(X), name), words


def test_subclasses_may_have_such_names() -> None:
    class Mine(nt.Tensor):
        def detach(self) -> str:
            return "mine"

    assert Mine(3).detach() == "mine"


def test_completion_offers_the_parts_and_no_machinery() -> None:
    names = dir(nt)
    assert {"models", "nn", "numpy", "optim", "train", "weights", "gradient", "Tensor", "__version__"} <= set(names)
    assert {name for name in names if not name.startswith("__")} - set(nt.__all__) <= {
        *("autograd", "models", "nn", "numpy", "optim", "structure", "train", "weights")
    }
    assert nt.numpy is xp
    assert [name for name in names if not hasattr(nt, name)] == []
