"""Every function of nn: on ndarrays as on Tensors, as PyTorch has it, and its gradients against differences."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import numtorch as nt
from numtorch import Tensor, check_gradient, collect, nn, tensor
from tests.nn.rows import elements, images, sequences, windows
from tests.nn.rows.call import Call

ROWS = [*windows.ROWS, *images.ROWS, *elements.ROWS, *sequences.ROWS]

# How near results come, relative to the largest number in them.
NEAR = {"e": 2e-2, "f": 2e-5, "d": 1e-11, "F": 2e-5, "D": 1e-11}
DOUBLE = {"e": "d", "f": "d", "d": "d", "F": "D", "D": "D"}

# Tested in files of their own, since what they return is drawn, whole numbers, or no array that has a gradient.
WITHOUT_ROW = {"dropout", "rrelu", "onehot", "onecold", "causal_mask", "make_causal_mask"}


def parts(result: Any) -> list[Any]:
    flat = result if isinstance(result, tuple) else (result,)
    return [collect(x) if isinstance(x, Tensor) else np.asarray(x) for x in flat]


def compare(found: Any, expected: Any, kind: str, dtypes: bool = True) -> None:
    for a, b in zip(parts(found), parts(expected), strict=True):
        assert a.shape == b.shape
        assert not dtypes or a.dtype == b.dtype
        scale = np.max(np.abs(b), initial=1e-3) if b.dtype.kind in "fc" else 1
        np.testing.assert_allclose(a.astype("D"), b.astype("D"), rtol=NEAR[kind], atol=NEAR[kind] * scale)


KINDS = [(row, kind) for row in ROWS for kind in dict.fromkeys(row.kinds + DOUBLE[row.kinds[-1]])]


@pytest.mark.parametrize(("row", "kind"), KINDS, ids=lambda v: str(v))
def test_ndarrays_and_tensors_agree(row: Call, kind: str, dev: int) -> None:
    arrays = [a.astype(kind) for a in row.arrays]
    given = [a.copy() for a in arrays]
    compare(row.f(*(tensor(a, dev=dev) for a in arrays)), row.f(*arrays), kind)
    for a, before in zip(arrays, given, strict=True):
        np.testing.assert_array_equal(a, before)


@pytest.mark.parametrize("row", [row for row in ROWS if row.torch is not None], ids=str)
def test_as_pytorch(row: Call) -> None:
    assert row.torch is not None
    expected = row.torch(*map(torch.from_numpy, row.arrays))
    found = parts(row.f(*row.arrays))
    given = [x.numpy() for x in (expected if isinstance(expected, tuple) else (expected,))]
    compare(tuple(found[: len(given)]), tuple(given), DOUBLE[row.kinds[-1]], dtypes=False)


@pytest.mark.parametrize("row", [row for row in ROWS if row.order], ids=str)
def test_gradients(row: Call, dev: int) -> None:
    def floating(*tensors: Any) -> Any:
        made = row.f(*tensors)
        if not isinstance(made, tuple):
            return made
        return tuple(x for x in made[: row.smooth] if isinstance(x, Tensor) and x.dtype.kind in "fc")

    check_gradient(floating, *row.arrays, order=row.order, dev=dev, rtol=1e-4, atol=1e-6)


# What PyTorch has for these is put together of functions that take complex numbers, without a meaning for them.
PUT_TOGETHER = {"logcosh", "msle", "crossentropy", "kldivergence", "poisson_loss", "label_smoothing", "normalise"}


@pytest.mark.parametrize("row", [row for row in ROWS if row.kinds[-1] in "fd"], ids=str)
def test_complex_numbers_or_a_refusal(row: Call, dev: int) -> None:
    # Not far from the real axis: tanh has poles at i pi / 2, beside which single precision means little.
    arrays = [(a + 0.25j * np.roll(a, 1)).astype("F") for a in row.arrays]
    tensors = [tensor(a, dev=dev) for a in arrays]
    stem = re.sub("[123]d$", "", row.name.partition(" ")[0])
    refused = refusal(row, arrays)
    if refused is None:
        compare(row.f(*tensors), row.f(*arrays), "F")
        return
    assert stem in refused.partition(":")[0]
    assert refused.endswith(" real numbers, not complex64")
    assert refusal(row, tensors) == refused
    if (
        row.torch is not None
        and stem not in PUT_TOGETHER
        and row.name not in ("gelu sigmoid", "embedding_bag max rows")
    ):
        with pytest.raises((RuntimeError, NotImplementedError, TypeError)):
            row.torch(*map(torch.from_numpy, arrays))


def refusal(row: Call, arrays: Any) -> str | None:
    try:
        row.f(*arrays)
    except TypeError as error:
        return str(error)
    return None


def lying_apart(a: Any) -> Any:
    """The same numbers, every second one of an array."""
    wide = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)
    wide[..., ::2] = a
    return wide


LAYOUTS: dict[str, tuple[Any, Any]] = {
    "transposed": (lambda a: np.ascontiguousarray(a.T), lambda x: x.T),
    "strided": (lying_apart, lambda x: x[..., ::2]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_any_layout(row: Call, layout: str, dev: int) -> None:
    """Results, and gradients that come in laid out in other ways too."""
    spread, seen = LAYOUTS[layout]
    arrays = [a.astype(DOUBLE[row.kinds[-1]]) for a in row.arrays]
    given = [seen(spread(a)) if a.ndim else a for a in arrays]
    expected = row.f(*arrays)
    compare(row.f(*given), expected, arrays[0].dtype.char)
    moved = [seen(tensor(spread(a), dev=dev)) if a.ndim else tensor(a, dev=dev) for a in arrays]
    compare(row.f(*moved), expected, arrays[0].dtype.char)
    single = [x.astype("f") if x.dtype == "d" else x.astype("F") for x in arrays]
    far = [seen(tensor(spread(a), dev=dev)) if a.ndim else tensor(a, dev=dev) for a in single]
    compare(row.f(*far), row.f(*single), single[0].dtype.char)
    if not row.order:
        return

    def total(*tensors: Any) -> Any:
        made = row.f(*tensors)
        made = made[: row.smooth] if isinstance(made, tuple) else (made,)
        return sum(np.sum(np.real(turned(x))) for x in made if isinstance(x, Tensor) and x.dtype.kind in "fc")

    plain = nt.gradient(total, *(tensor(a, dev=dev) for a in arrays))
    for found, wanted in zip(nt.gradient(total, *moved), plain, strict=True):
        assert (found is None) is (wanted is None)
        if wanted is not None:
            compare(found, wanted, arrays[0].dtype.char)


def turned(x: Any) -> Any:
    """Weighted, so that gradients differ from element to element; as seen through a transposed view."""
    weights = np.linspace(-1, 1, x.size).reshape(x.T.shape)
    return x.T * tensor(weights, dev=x.dev)


def batched(row: Call) -> int:
    """How many of the arrays have an axis of samples, the first; 0 where something else in the call has it too."""
    stem, _, told = row.name.partition(" ")
    if stem in elements.LOSSES or stem.startswith("grid_sample"):
        return 2
    if stem in ("embedding", "embedding_bag", "gather", "scatter", "ctc_loss", "dot_product_attention_scores"):
        return 0
    if stem == "attention":
        return 0 if told.split()[-1] in ("mask", "both", "scores") else len(row.arrays)
    if row.name == "layernorm all axes":
        return 0
    if stem in ("batched_mul", "batched_vec"):
        return 0 if told else 2
    return 3 if stem.startswith("lstm") else 2 if stem.startswith(("rnn", "gru")) else 1


@pytest.mark.parametrize("row", [row for row in ROWS if batched(row)], ids=str)
def test_no_samples(row: Call, dev: int) -> None:
    arrays = [a.astype(DOUBLE[row.kinds[-1]]) for a in row.arrays]
    arrays = [a[:0] if i < batched(row) else a for i, a in enumerate(arrays)]
    tensors = [tensor(a, dev=dev) for a in arrays]
    if row.name.startswith("batchnorm training") or row.name == "instancenorm training":
        for given in (arrays, tensors):
            with pytest.raises(ValueError, match="norm: in training x must have more than one element"):
                row.f(*given)
        return
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)  # of a loss, as NumPy says
        expected = row.f(*arrays)
        found = row.f(*tensors)
    compare(found, expected, arrays[0].dtype.char)
    shapes = [x.shape for x in parts(row.f(*row.arrays))]
    for x, shape in zip(parts(expected), shapes, strict=True):
        assert x.shape in (shape, (0, *shape[1:]))


@pytest.mark.parametrize("row", [row for row in ROWS if row.order and "e" in row.kinds], ids=str)
def test_gradients_in_half_precision(row: Call, dev: int) -> None:
    def total(*tensors: Any) -> Any:
        made = row.f(*tensors)
        made = made[: row.smooth] if isinstance(made, tuple) else (made,)
        return sum(np.sum(x.astype(np.float32)) for x in made if isinstance(x, Tensor) and x.dtype.kind == "f")

    arrays = [a.astype("e") for a in row.arrays]
    for g, a in zip(nt.gradient(total, *(tensor(a, dev=dev) for a in arrays)), arrays, strict=True):
        assert g is None or (g.dtype, g.shape) == (np.float16, a.shape)
        assert g is None or np.all(np.isfinite(collect(g)))


def test_one_tensor_takes_ndarrays_along(dev: int) -> None:
    x, w, b = windows.ROWS[0].arrays
    for given in ((tensor(x, dev=dev), w, b), (x, tensor(w, dev=dev), b)):
        y = nn.conv(*given, groups=2)
        assert isinstance(y, Tensor)
        assert y.dev == dev


def test_integers_become_floats(dev: int) -> None:
    x = np.arange(-3, 3)
    for f in (nn.sigmoid, nn.softmax, nn.gelu, nn.softplus, nn.leakyrelu):
        compare(f(tensor(x, dev=dev)), f(x), "d")


def test_mixed_precision_is_promoted(dev: int) -> None:
    x, w = np.ones((1, 2, 4), "f"), np.ones((3, 2, 2))
    compare(nn.conv(tensor(x, dev=dev), w), nn.conv(x, w), "d")


@pytest.mark.parametrize("name", sorted(set(nn.__all__) - WITHOUT_ROW))
def test_every_function_has_a_row(name: str) -> None:
    stem = {"dot_product_attention": "attention"}.get(name, name)
    assert any(re.match(rf"{stem}(\d?d)?( |$)", row.name) for row in ROWS)
