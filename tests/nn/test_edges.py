"""What test_calls.py cannot say: dropout and rrelu, whose results are drawn; labels; numbers at the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import collect, nn, tensor


def on(x: Any, dev: int | None) -> Any:
    return x if dev is None else tensor(x, dev=dev)


@pytest.fixture(params=["ndarray", "Tensor"])
def on_dev(request: pytest.FixtureRequest, dev: int) -> int | None:
    return None if request.param == "ndarray" else dev


def host(x: Any) -> Any:
    return collect(x) if isinstance(x, nt.Tensor) else x


def test_dropout_keeps_the_expectation(on_dev: int | None) -> None:
    nt.manual_seed(1)
    y = host(nn.dropout(on(np.ones((100, 200), "f"), on_dev), 0.25))
    assert y.dtype == np.float32
    assert set(np.unique(y).tolist()) == {0.0, float(np.float32(4 / 3))}
    assert abs(y.mean() - 1) < 0.02


def test_dropout_of_nothing_and_of_all(on_dev: int | None) -> None:
    x = on(np.arange(1.0, 7.0).reshape(2, 3), on_dev)
    assert nn.dropout(x, 0.5, training=False) is x
    assert nn.dropout(x, 0) is x
    np.testing.assert_array_equal(host(nn.dropout(x, 1)), 0)
    np.testing.assert_array_equal(host(nn.dropout(x, 1, axis=0)), 0)


def test_dropout_of_whole_channels(on_dev: int | None) -> None:
    y = host(nn.dropout(on(np.ones((20, 5, 4)), on_dev), 0.5, axis=(0, 1)))
    assert (y == y[..., :1]).all()
    assert 0 < (y == 0).mean() < 1


def test_dropout_by_a_generator_is_the_same_everywhere(dev: int) -> None:
    x = np.ones((4, 5))
    ours = nn.dropout(tensor(x, dev=dev), 0.5, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(collect(ours), nn.dropout(x, 0.5, rng=np.random.default_rng(3)))


def test_dropout_repeats_with_a_seed(dev: int) -> None:
    x = tensor(np.ones(50), dev=dev)
    draws = []
    for _ in range(2):
        nt.manual_seed(5)
        draws.append(collect(nn.dropout(x, 0.5)))
    np.testing.assert_array_equal(*draws)


def test_the_gradient_of_dropout_goes_where_the_numbers_went(dev: int) -> None:
    nt.manual_seed(2)
    x = tensor(np.ones(30), dev=dev)
    y, back = nt.pullback(lambda x: nn.dropout(x, 0.4), x)
    np.testing.assert_allclose(collect(back(np.ones(30))[0]), collect(y))


def test_rrelu_draws_slopes(on_dev: int | None) -> None:
    y = host(nn.rrelu(on(np.where(np.arange(1000) % 2, 1.0, -1.0), on_dev)))
    assert (y[1::2] == 1).all()
    assert -1 / 3 <= y[::2].min() < y[::2].max() <= -1 / 8


LABELS = np.array([[1, 0, 2], [2, 2, 1]])


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_onecold_undoes_onehot(axis: int, on_dev: int | None) -> None:
    y = nn.onehot(on(LABELS, on_dev), 3, axis=axis)
    assert y.dtype == np.bool_
    assert y.shape[axis] == 3
    np.testing.assert_array_equal(host(nn.onecold(y, axis=axis)), LABELS)
    np.testing.assert_array_equal(host(nn.onecold(y, [10, 20, 30], axis=axis)), LABELS * 10 + 10)
    assert nn.onehot(on(LABELS, on_dev), 3, dtype="f").dtype == np.float32


def test_one_label(on_dev: int | None) -> None:
    y = nn.onehot(on(np.array(2), on_dev), 4)
    np.testing.assert_array_equal(host(y), [False, False, True, False])
    assert int(nn.onecold(y)) == 2


def test_labels_of_any_kind(dev: int) -> None:
    np.testing.assert_array_equal(nn.onehot(np.array(["b", "a"]), "ab"), [[False, True], [True, False]])
    numbers = tensor(np.array([30, 10]), dev=dev)
    np.testing.assert_array_equal(
        collect(nn.onehot(numbers, [10, 20, 30])), [[False, False, True], [True, False, False]]
    )


def test_scatter_knows_functions_too(on_dev: int | None) -> None:
    src, idx = on(np.array([3.0, 5.0, 4.0]), on_dev), np.array([0, 1, 0])
    for op, name in ((np.add, "+"), (max, "max"), (np.minimum, "min"), (np.mean, "mean")):
        np.testing.assert_array_equal(host(nn.scatter(op, src, idx)), host(nn.scatter(name, src, idx)))
    np.testing.assert_array_equal(host(nn.scatter("+", src, idx, size=4, init=1)), [8, 6, 1, 1])
    np.testing.assert_array_equal(host(nn.scatter("max", src, idx, size=3)), [4, 5, -np.inf])


def test_scatter_of_integers(on_dev: int | None) -> None:
    src, idx = on(np.array([[3, 5], [4, 1]]), on_dev), np.array([1, 1])
    for op, expected in (("+", [7, 6]), ("*", [12, 5]), ("max", [4, 5]), ("min", [3, 1])):
        y = nn.scatter(op, src, idx)
        assert y.dtype == np.int64
        np.testing.assert_array_equal(host(y)[1], expected)


def test_vectors_without_a_gradient(dev: int) -> None:
    (g,) = nt.gradient(
        lambda w: np.sum(nn.embedding(w, np.array([0, 1]), padding_idx=1)), tensor(np.ones((2, 2)), dev=dev)
    )
    np.testing.assert_array_equal(collect(g), [[1, 1], [0, 0]])


def test_fixed_statistics_that_training_moved_stay_what_they_were(dev: int) -> None:
    x, w, mean, var = (tensor(a, dev=dev) for a in (np.arange(6.0).reshape(3, 2), np.ones(2), np.zeros(2), np.ones(2)))

    def f(w: Any) -> Any:
        y = nn.batchnorm(x, w, None, mean, var)
        nn.batchnorm(x, None, None, mean, var, training=True)
        return np.sum(y)

    (wanted,) = nt.gradient(lambda w: np.sum(nn.batchnorm(x, w, None, mean * 1, var * 1)), w)
    np.testing.assert_array_equal(collect(nt.gradient(f, w)[0]), collect(wanted))
    assert np.any(collect(mean) != 0)


def test_training_twice_before_the_way_back(dev: int) -> None:
    x, mean, var = (tensor(a, dev=dev) for a in (np.arange(6.0).reshape(3, 2), np.zeros(2), np.ones(2)))
    run = lambda x: nn.batchnorm(x, None, None, mean, var, training=True)  # noqa: E731
    nt.check_gradient(lambda x: np.sum(run(x) ** 3) + np.sum(run(x * x)), collect(x), dev=dev)


def test_running_statistics_of_another_precision(dev: int) -> None:
    x = np.arange(6.0).reshape(3, 2)
    ours = [tensor(a, dev=dev) for a in (np.zeros(2, "f"), np.ones(2, "f"))]
    host_side = [np.zeros(2, "f"), np.ones(2, "f")]
    nn.batchnorm(tensor(x, dev=dev), None, None, *ours, training=True)
    nn.batchnorm(x, None, None, *host_side, training=True)
    for a, b in zip(ours, host_side, strict=True):
        assert a.dtype == b.dtype == np.float32
        np.testing.assert_allclose(collect(a), b, rtol=1e-6)


def test_half_precision_beside_single_parameters(dev: int) -> None:
    x, parameters = np.arange(12.0).reshape(3, 2, 2), [np.ones(2), np.zeros(2), np.zeros(2), np.ones(2)]
    tensors = [tensor(a.astype("f"), dev=dev) for a in parameters]
    for training in (False, True):
        y = nn.batchnorm(tensor(x.astype("e"), dev=dev), *tensors, training=training)
        assert y.dtype == np.float16
        expected = nn.batchnorm(x, *(a.copy() for a in parameters), training=training)
        np.testing.assert_allclose(collect(y), expected, rtol=1e-2, atol=1e-2)


# Numbers at the edges.

HUGE = np.array([-1e4, -800.0, 0.0, 800.0, 1e4])


@pytest.mark.parametrize(
    "name", ["sigmoid", "softplus", "logsigmoid", "mish", "swish", "logcosh", "elu", "celu", "selu"]
)
def test_nothing_overflows(name: str, on_dev: int | None) -> None:
    y = host(getattr(nn, name)(on(HUGE, on_dev)))
    assert np.isfinite(y).all()


@pytest.mark.parametrize("name", ["relu", "sigmoid", "gelu", "leakyrelu", "elu", "hardtanh", "softmax", "logsumexp"])
def test_nan_stays_nan(name: str, on_dev: int | None) -> None:
    assert np.isnan(host(getattr(nn, name)(on(np.array([np.nan]), on_dev)))).all()


def test_relu_is_flat_at_zero(dev: int) -> None:
    (g,) = nt.gradient(lambda x: np.sum(nn.relu(x)), tensor([-1.0, 0.0, 2.0], dev=dev))
    np.testing.assert_array_equal(collect(g), [0, 0, 1])


def test_max_pool_goes_to_the_first_of_equals(dev: int) -> None:
    (g,) = nt.gradient(lambda x: np.sum(nn.max_pool(x, 2)), tensor(np.ones((1, 1, 4)), dev=dev))
    np.testing.assert_array_equal(collect(g)[0, 0], [1, 0, 1, 0])


def test_a_norm_of_zeros_has_gradient_zero(dev: int) -> None:
    (g,) = nt.gradient(lambda x: np.sum(nn.lp_pool(x, 2, 2)), tensor(np.zeros((1, 1, 4)), dev=dev))
    np.testing.assert_array_equal(collect(g), 0)


def test_logsumexp_of_nothing(on_dev: int | None) -> None:
    x = on(np.array([[-np.inf, -np.inf], [0.0, -np.inf]]), on_dev)
    np.testing.assert_array_equal(host(nn.logsumexp(x, 1)), [-np.inf, 0])
    if on_dev is not None:
        (g,) = nt.gradient(lambda x: np.sum(nn.logsumexp(x, 1)), x)
        np.testing.assert_array_equal(collect(g), [[0.5, 0.5], [1, 0]])


def test_a_query_that_sees_nothing_gets_zeros(on_dev: int | None) -> None:
    q = on(np.ones((1, 2, 4)), on_dev)
    mask = np.array([[True, False], [False, False]])
    for more in ({}, {"fdrop": lambda a: a}):
        y = host(nn.dot_product_attention(q, q, q, mask=mask, **more))
        np.testing.assert_array_equal(y, [[[1] * 4, [0] * 4]])


def test_an_axis_of_classes_that_is_none(on_dev: int | None) -> None:
    with pytest.raises(np.exceptions.AxisError, match="axis 3 is out of bounds"):
        nn.logitcrossentropy(on(np.zeros((2, 3)), on_dev), on(np.array([0, 1]), on_dev), axis=3)


def test_losses_of_logits_do_not_overflow(on_dev: int | None) -> None:
    logits, y = on(np.array([[-1e3, 1e3]]), on_dev), np.array([[1.0, 0.0]])
    assert float(nn.logitcrossentropy(logits, y)) == 2000
    assert float(nn.logitbinarycrossentropy(logits, y)) == 1000


def test_one_hot_targets_keep_the_precision(dev: int) -> None:
    logits = tensor(np.zeros((2, 3), "f"), dev=dev)
    loss = nn.logitcrossentropy(logits, nn.onehot(np.array([0, 2]), 3))
    assert loss.dtype == np.float32
    np.testing.assert_allclose(float(loss), np.log(3), rtol=1e-6)


def test_images_turn_counterclockwise_about_a_pixel(on_dev: int | None) -> None:
    x = np.zeros((1, 1, 4, 4))
    x[0, 0, 1, 1] = 1
    for turns in range(-4, 5):
        y = host(nn.imrotate(on(x, on_dev), turns * np.pi / 2)).round(9)
        at = np.argwhere(y[0, 0])
        assert y.sum() == 1
        # About (2, 2): from the upper left by way of the lower left.
        np.testing.assert_array_equal(at, [[(1, 1), (3, 1), (3, 3), (1, 3)][turns % 4]])
    image = np.arange(9.0).reshape(1, 1, 3, 3)
    for mode in ("bilinear", "nearest"):
        y = host(nn.imrotate(on(image, on_dev), np.pi / 2, mode=mode))
        np.testing.assert_allclose(y[0, 0], np.rot90(image[0, 0]), atol=1e-9)


def test_bags_of_any_length(on_dev: int | None) -> None:
    w = on(np.array([[1.0, -2.0], [3.0, -4.0]]), on_dev)
    for mode, expected in (("sum", [4, -6]), ("mean", [2, -3]), ("max", [3, -2])):
        y = nn.embedding_bag(w, [[0, 1], [], (1,)], mode=mode)
        np.testing.assert_array_equal(host(y), [expected, [0, 0], [3, -4]])
        np.testing.assert_array_equal(host(nn.embedding_bag(w, np.zeros((2, 0), int), mode=mode)), np.zeros((2, 2)))
        assert nn.embedding_bag(w, [], mode=mode).shape == (0, 2)


def test_a_causal_mask_is_where_the_queries_are(on_dev: int | None) -> None:
    x = on(np.zeros((2, 3, 4)), on_dev)
    mask = nn.make_causal_mask(x)
    assert isinstance(mask, nt.Tensor) is (on_dev is not None)
    np.testing.assert_array_equal(host(mask), np.tri(3, dtype=bool))
    scores = nn.dot_product_attention_scores(x, x, mask=mask)
    np.testing.assert_array_equal(host(scores), host(nn.dot_product_attention_scores(x, x, causal=True)))
