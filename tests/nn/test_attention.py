"""Fused attention: that it is taken where it can be, and that it is no different from the composed one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numtorch import check_gradient, collect, gradient, kernels, nn, tensor
from tests.nn.rows.call import normal

Q, K, V = normal(2, 8, 16), normal(2, 8, 16), normal(2, 8, 16)
SEEN = normal(2, 1, 8, 8) > 0


def composed(q: Any, k: Any, v: Any, **keywords: Any) -> Any:
    return nn.dot_product_attention(q, k, v, fdrop=lambda weights: weights, **keywords)


WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "heads": {"heads": 2},
    "causal": {"causal": True, "heads": 2},
    "mask": {"mask": SEEN, "heads": 2},
}


@pytest.mark.parametrize("kind", ["f", "d", "e"])
@pytest.mark.parametrize("way", WAYS)
def test_fused_as_composed(way: str, kind: str, dev: int) -> None:
    tensors = [tensor(a.astype(kind), dev=dev) for a in (Q, K, V)]
    fused, plain = (f(*tensors, **WAYS[way]) for f in (nn.dot_product_attention, composed))
    near = {"e": 1e-2, "f": 1e-5, "d": 1e-12}[kind]
    np.testing.assert_allclose(collect(fused), collect(plain), rtol=near, atol=near)
    assert fused.dtype == plain.dtype


@pytest.mark.parametrize("way", WAYS)
def test_gradients_as_composed(way: str, dev: int) -> None:
    tensors = [tensor(a.astype("f"), dev=dev) for a in (Q, K, V)]
    ours, plain = (
        gradient(lambda *a, f=f: np.sum(np.sin(f(*a, **WAYS[way]))), *tensors)
        for f in (nn.dot_product_attention, composed)
    )
    for fused, expected in zip(ours, plain, strict=True):
        np.testing.assert_allclose(collect(fused), collect(expected), rtol=1e-4, atol=1e-5)


def test_the_gradient_of_a_bias_goes_through_the_fused_kernel(dev: int) -> None:
    arrays = (Q[:1, :3], K[:1, :2], V[:1, :2], normal(1, 2))
    check_gradient(lambda *a: nn.dot_product_attention(*a, heads=2), *arrays, order=1, dev=dev, rtol=1e-4)


def test_where_the_fused_kernel_is_taken(monkeypatch: pytest.MonkeyPatch, dev: int) -> None:
    taken = []
    name = "_scaled_dot_product_flash_attention_for_cpu" if dev < 0 else "_scaled_dot_product_efficient_attention"
    ran = getattr(kernels, name)
    monkeypatch.setattr(kernels, name, lambda *a, **k: taken.append(name) or ran(*a, **k))
    q, k, v = (tensor(a.astype("f"), dev=dev) for a in (Q, K, V))
    nn.dot_product_attention(q, k, v, heads=2)
    nn.dot_product_attention(q, k, v, causal=True)
    assert len(taken) == 2
    nn.dot_product_attention(q, k, v, return_scores=True)
    composed(q, k, v)
    assert len(taken) == 2


def test_a_causal_mask() -> None:
    np.testing.assert_array_equal(nn.causal_mask(2, 3), [[True, False, False], [True, True, False]])
