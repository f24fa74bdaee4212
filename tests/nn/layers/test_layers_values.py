"""Layers: the same numbers on ndarrays and on Tensors, gradients, modes, text."""

import operator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import check_gradient, collect, f16, f64, gradient, params, tensor, torch, trainables
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.layers import (
    GRU,
    LSTM,
    RNN,
    AdaptiveMaxPool,
    AdaptiveMeanPool,
    AlphaDropout,
    BatchNorm,
    Bilinear,
    Chain,
    Conv,
    ConvTranspose,
    CrossCor,
    Dense,
    DepthwiseConv,
    Dropout,
    Embedding,
    EmbeddingBag,
    Flatten,
    GlobalMaxPool,
    GlobalMeanPool,
    GroupNorm,
    GRUCell,
    GRUv3,
    GRUv3Cell,
    InstanceNorm,
    Layer,
    LayerNorm,
    LSTMCell,
    Maxout,
    MaxPool,
    MeanPool,
    MultiHeadAttention,
    PairwiseFusion,
    Parallel,
    PixelShuffle,
    Recurrence,
    RNNCell,
    Scale,
    SelfAttention,
    SkipConnection,
    Upsample,
    WeightNorm,
    activations,
    affine,
    concatenated,
    initialstates,
    testmode,
    trainmode,
    while_testing,
)

LAYERS: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "Dense": (Dense(4, 3, np.tanh, rng=0), (2, 4)),
    "Dense without bias": (Dense(4, 3, bias=False, rng=0), (2, 5, 4)),
    "Dense of sequences": (Dense(4, 3, rng=0), (2, 5, 4)),
    "Dense of a vector": (Dense(4, 3, rng=0), (4,)),
    "Conv": (Conv(3, 4, 6, relu, stride=2, pad=1, groups=2, rng=0), (2, 4, 7, 6)),
    "Conv in one axis": (Conv((3,), 4, 6, dilation=2, pad="same", rng=0), (2, 4, 7)),
    "Conv in three axes": (Conv((1, 2, 3), 2, 3, rng=0), (2, 2, 3, 4, 5)),
    "CrossCor": (CrossCor(3, 2, 3, rng=0), (2, 2, 4, 5)),
    "ConvTranspose": (ConvTranspose(3, 4, 6, stride=2, pad=1, outpad=1, groups=2, rng=0), (2, 4, 5, 4)),
    "DepthwiseConv": (DepthwiseConv(3, 4, 8, pad=1, rng=0), (2, 4, 5, 6)),
    "MaxPool": (MaxPool(3, stride=2, pad=1, ceil_mode=True), (2, 3, 7, 8)),
    "MeanPool": (MeanPool((2, 3), pad=1, count_include_pad=False), (2, 3, 7, 8)),
    "AdaptiveMaxPool": (AdaptiveMaxPool((2, 3)), (2, 3, 7, 8)),
    "AdaptiveMeanPool": (AdaptiveMeanPool(3), (2, 3, 7, 8)),
    "GlobalMaxPool": (GlobalMaxPool(), (2, 3, 7, 8)),
    "GlobalMeanPool": (GlobalMeanPool(), (2, 3, 7, 8)),
    "BatchNorm": (trainmode(BatchNorm(3, np.tanh)), (4, 3, 2, 5)),
    "BatchNorm in testing": (testmode(BatchNorm(3)), (4, 3)),
    "BatchNorm alone": (BatchNorm(3, affine=False, track_stats=False), (4, 3, 5)),
    "InstanceNorm": (InstanceNorm(3, affine=True), (4, 3, 2, 5)),
    "InstanceNorm without weights": (InstanceNorm(3), (4, 3, 2, 5)),
    "GroupNorm": (GroupNorm(6, 3), (4, 6, 2, 5)),
    "LayerNorm": (LayerNorm((2, 5)), (4, 3, 2, 5)),
    "LayerNorm without weights": (LayerNorm(5, affine=False), (4, 3, 2, 5)),
    "Scale": (Scale(4, act=np.tanh), (2, 4)),
    "Bilinear": (Bilinear(4, 3, rng=0), (2, 4)),
    "SkipConnection": (SkipConnection(Dense(4, 4, rng=0)), (2, 4)),
    "Parallel": (Parallel(concatenated, Dense(4, 2, rng=0), tanh=np.tanh), (2, 4)),
    "Maxout": (Maxout(Dense(4, 3, rng=0), Dense(4, 3, rng=1)), (2, 4)),
    "RNN": (RNN(4, 3, rng=0), (2, 5, 4)),
    "LSTM": (LSTM(4, 3, rng=0), (2, 5, 4)),
    "GRU": (GRU(4, 3, rng=0), (2, 5, 4)),
    "MultiHeadAttention": (MultiHeadAttention((4, 6, 3), heads=2, bias=True, rng=0), (2, 5, 4)),
    "SelfAttention": (SelfAttention(4, heads=2, rng=0), (2, 5, 4)),
    "Upsample": (Upsample(2, mode="bilinear"), (2, 3, 4, 5)),
    "PixelShuffle": (PixelShuffle(2), (2, 8, 3, 2)),
    "Flatten": (Flatten(), (2, 3, 4)),
    "Conv that turns": (Conv((2, 3), 4, 6, flip=True, pad=(0, 1, 1, 0), groups=2, rng=0), (2, 4, 5, 6)),
    "ConvTranspose that turns": (ConvTranspose(3, 4, 6, flip=True, stride=2, rng=0), (2, 4, 3, 4)),
    "GRUv3": (GRUv3(4, 3, rng=0), (2, 5, 4)),
    "WeightNorm": (WeightNorm(Conv(3, 4, 6, relu, pad=1, rng=0)), (2, 4, 5, 6)),
    "WeightNorm of all": (WeightNorm(Dense(4, 3, rng=0), axis=None), (2, 4)),
    "Chain": (Chain(Conv(3, 1, 2, relu, rng=0), Flatten(), fc=Dense(8, 2, rng=1)), (3, 1, 4, 4)),
}


def sample(shape: tuple[int, ...], dtype: Any = np.float64) -> np.ndarray:
    return np.random.default_rng(5).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_ndarrays_and_tensors_agree(name: str, dtype: Any, dev: int) -> None:
    layer, shape = LAYERS[name]
    layer = f64(layer) if dtype == np.float64 else nt.f32(layer)
    x = sample(shape, dtype)
    moved = torch(layer, dev=dev)
    y = layer(x)
    found = moved(tensor(x, dev=dev))
    assert type(moved) is type(layer)
    assert found.dtype == y.dtype == dtype
    np.testing.assert_allclose(
        collect(found), y, **({"rtol": 1e-10} if dtype == np.float64 else {"rtol": 2e-4, "atol": 2e-5})
    )


@pytest.mark.parametrize("name", LAYERS)
def test_half_precision(name: str, dev: int) -> None:
    layer, shape = LAYERS[name]
    half, x = f16(layer), sample(shape, np.float16)
    expected = nt.f32(layer)(x.astype(np.float32))
    moved = torch(half, dev=dev)
    for y in (half(x), collect(moved(tensor(x, dev=dev)))):
        assert y.dtype == np.float16
        np.testing.assert_allclose(y.astype(np.float32), expected, rtol=2e-2, atol=2e-2)
    if found := params(moved):
        grads = gradient(lambda: np.sum(moved(tensor(x, dev=dev)).astype(np.float32) ** 2), found)
        assert all(grads[p].dtype == p.dtype for p in found)
        assert all(np.all(np.isfinite(collect(grads[p]))) for p in found)


@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name: str, dev: int) -> None:
    layer, shape = LAYERS[name]
    layer = torch(f64(layer), dev=dev)
    check_gradient(lambda x: np.sum(np.sin(layer(x))), tensor(sample(shape), dev=dev))
    found = params(layer)
    if len(found):
        grads = gradient(lambda: np.sum(np.sin(layer(tensor(sample(shape), dev=dev)))), found)
        assert all(grads[p].shape == p.shape for p in found)


def test_affine(dev: int) -> None:
    weight, bias = sample((3, 4)), sample((3,))
    for shape in ((4,), (2, 4), (2, 5, 4)):
        x = sample(shape)
        for given, expected in (((x, weight, bias), x @ weight.T + bias), ((x, weight), x @ weight.T)):
            np.testing.assert_array_equal(affine(*given), expected)
            found = affine(*(tensor(array, dev=dev) for array in given))
            np.testing.assert_allclose(collect(found), expected, rtol=1e-12)


def test_embedding(dev: int) -> None:
    layer = Embedding(5, 3, rng=0)
    index = np.array([[0, 4], [1, 1]])
    np.testing.assert_array_equal(layer(index), layer.weight[index])
    moved = torch(layer, dev=dev)
    np.testing.assert_array_equal(collect(moved(tensor(index, dev=dev))), layer.weight[index])
    grad = gradient(lambda: np.sum(moved(tensor(index, dev=dev))), params(moved))[moved.weight]
    np.testing.assert_array_equal(collect(grad)[:, 0], [1, 2, 0, 0, 1])


@pytest.mark.parametrize(
    "cell", [RNNCell(3, 4, rng=0), LSTMCell(3, 4, rng=0), GRUCell(3, 4, rng=0), GRUv3Cell(3, 4, rng=0)]
)
def test_a_recurrence_is_a_cell_step_by_step(cell: Any) -> None:
    x = sample((2, 3, 3), np.float32)
    state = None
    ys = []
    for i in range(3):
        y, state = cell(x[:, i], state)
        ys.append(y)
    found, last = Recurrence(cell, return_state=True)(x)
    np.testing.assert_allclose(found, np.stack(ys, 1), rtol=1e-5, atol=1e-6)
    again, _ = Recurrence(cell, return_state=True)(x[:, 2:], Recurrence(cell, return_state=True)(x[:, :2])[1])
    np.testing.assert_allclose(again[:, 0], found[:, 2], rtol=1e-5, atol=1e-6)
    plain = Recurrence(lambda x, s: cell(x, s))(x)
    np.testing.assert_allclose(plain, found, rtol=1e-5, atol=1e-6)
    assert np.asarray(last).shape[-1] == 4
    first = initialstates(cell, 2)
    np.testing.assert_array_equal(Recurrence(cell)(x, first), found)


@pytest.mark.parametrize("layer", [RNN(3, 4), LSTM(3, 4), GRU(3, 4), GRUv3Cell(3, 4)])
def test_first_states_are_where_the_weights_are(layer: Any, dev: int) -> None:
    for given, kind in ((layer, np.ndarray), (torch(f64(layer), dev=dev), nt.Tensor)):
        states = initialstates(given, 5)
        for state in states if isinstance(states, tuple) else (states,):
            assert type(state) is kind
            assert state.shape == (5, 4)
            assert state.dtype == (np.float32 if kind is np.ndarray else np.float64)
    with pytest.raises(TypeError, match="initialstates: the layer must be a cell"):
        initialstates(Dense(2, 3))


def test_rows_that_are_not_trained(dev: int) -> None:
    layer = torch(Embedding(5, 3, padding_idx=1, rng=0), dev=dev)
    index = np.array([[0, 1], [1, 1]])
    np.testing.assert_array_equal(collect(layer(index))[1], 0)
    grad = gradient(lambda: np.sum(layer(index)), params(layer))[layer.weight]
    np.testing.assert_array_equal(collect(grad)[:, 0], [1, 0, 0, 0, 0])
    assert repr(layer) == "Embedding(5 => 3, padding_idx=1)  # 15 parameters"
    with pytest.raises(ValueError, match="padding_idx must be from 0 to 4, not 5"):
        Embedding(5, 3, padding_idx=5)


@pytest.mark.parametrize("mode", ["mean", "sum", "max"])
def test_bags(mode: str, dev: int) -> None:
    layer = EmbeddingBag(5, 3, mode=mode, rng=0)
    moved = torch(layer, dev=dev)
    reduce = getattr(np, mode)
    expected = [reduce(layer.weight[[0, 4]], axis=0), reduce(layer.weight[[1, 1]], axis=0)]
    for given in ((np.array([[0, 4], [1, 1]]),), (np.array([0, 4, 1, 1]), np.array([0, 2])), ([[0, 4], (1, 1)],)):
        np.testing.assert_allclose(layer(*given), expected, rtol=1e-6)
        np.testing.assert_allclose(collect(moved(*given)), expected, rtol=1e-6)
    index, starts = tensor(np.array([0, 4, 1, 1]), dev=dev), tensor(np.array([0, 2]), dev=dev)
    np.testing.assert_allclose(collect(moved(index, starts)), expected, rtol=1e-6)
    grad = gradient(lambda: np.sum(moved(index, starts)), params(moved))[moved.weight]
    each = {"mean": [0.5, 1, 0, 0, 0.5], "sum": [1, 2, 0, 0, 1]}
    if mode in each:
        np.testing.assert_allclose(collect(grad)[:, 0], each[mode])
    with pytest.raises(ValueError, match="mode must be one of sum, mean, max, not 'min'"):
        EmbeddingBag(5, 3, mode="min")


def test_layers_with_inputs_of_their_own(dev: int) -> None:
    fusion = f64(PairwiseFusion(np.add, Dense(3, 3, rng=0), Dense(3, 3, rng=1), last=np.tanh))
    xs = [sample((2, 3)) * i for i in (1, 2, 3)]
    first = fusion[0](xs[0])
    second = fusion[1](first + xs[1])
    expected = (first, second, np.tanh(second + xs[2]))
    for found in (fusion(*xs), torch(fusion, dev=dev)(*(tensor(x, dev=dev) for x in xs))):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(collect(a) if isinstance(a, nt.Tensor) else a, b, rtol=1e-12)
    np.testing.assert_allclose(fusion(xs[0])[1], fusion[1](first + xs[0]))
    with pytest.raises(ValueError, match="PairwiseFusion: 2 inputs for 3 layers"):
        fusion(*xs[:2])


def test_batchnorm_keeps_running_averages(dev: int) -> None:
    x = sample((8, 3, 4))
    layers = [f64(BatchNorm(3)), torch(f64(BatchNorm(3)), dev=dev)]
    for layer, input in zip(layers, (x, tensor(x, dev=dev)), strict=True):
        before = layer.running_mean
        layer(input)
        np.testing.assert_array_equal(collect(layer.running_mean), 0)  # testing
        trainmode(layer)(input)
        assert layer.running_mean is before
        np.testing.assert_allclose(collect(layer.running_mean), 0.1 * x.mean(axis=(0, 2)))
        var = 0.9 + 0.1 * x.var(axis=(0, 2), ddof=1)
        np.testing.assert_allclose(collect(layer.running_var), var)
        assert len(trainables(layer)) == 2


def test_modes(dev: int) -> None:
    layer = torch(f64(Chain(BatchNorm(2), Dropout(0.5))), dev=dev)
    x = tensor(sample((4, 2)), dev=dev)
    gradient(lambda: np.sum(layer(x)), params(layer))  # training, for it is inside
    after = collect(layer[0].running_mean.copy())
    assert np.any(after != 0)
    np.testing.assert_array_equal(collect(layer(x)), collect(layer(x)))
    testmode(layer)
    gradient(lambda: np.sum(layer(x)), params(layer))
    np.testing.assert_array_equal(collect(layer[0].running_mean), after)
    trainmode(layer)
    assert np.any(collect(layer(x)) == 0)
    trainmode(layer, "auto")
    assert layer[1].training is None
    testmode(layer, False)
    assert layer[1].training is True
    with while_testing(layer):
        np.testing.assert_array_equal(collect(layer(x)), collect(layer(x)))
    assert layer[1].training is True
    with pytest.raises(ValueError, match="the mode is True, False, None or 'auto'"):
        trainmode(layer, "sometimes")


def test_gradients_by_structure_leave_buffers_alone(dev: int) -> None:
    layer = torch(f64(Chain(Dense(2, 3), BatchNorm(3))), dev=dev)
    x = tensor(sample((4, 2)), dev=dev)
    mean = layer[1].running_mean
    (grad,) = gradient(lambda m: np.sum(np.sin(m(x))), layer)
    assert grad[1].running_mean is None
    assert grad[1].weight.shape == (3,)
    assert grad[0].weight.shape == (3, 2)
    assert layer[1].running_mean is mean
    assert np.any(collect(mean) != 0)


def test_dropout(dev: int) -> None:
    x = np.ones((50, 40), np.float32)
    for input in (x, tensor(x, dev=dev)):
        y = collect(trainmode(Dropout(0.25, rng=0))(input)) if input is not x else trainmode(Dropout(0.25, rng=0))(x)
        assert set(np.unique(y).round(4)) == {np.float32(0), np.float32(1.3333)}
        assert 0.7 < (y > 0).mean() < 0.8
    z = trainmode(AlphaDropout(0.2, rng=0))(sample((100, 100)))
    assert abs(z.mean()) < 0.05
    assert abs(z.std() - 1) < 0.05
    with pytest.raises(ValueError, match="p is between 0 and 1"):
        Dropout(1.5)


def test_alpha_dropout_of_tensors(dev: int) -> None:
    x = sample((20, 30), np.float32)
    layer = trainmode(AlphaDropout(0.3, rng=4))
    y = layer(x)
    found = trainmode(AlphaDropout(0.3, rng=4))(tensor(x, dev=dev))
    assert found.dtype == y.dtype == np.float32
    np.testing.assert_allclose(collect(found), y, rtol=1e-5, atol=1e-6)
    drawn = []
    for _ in range(2):
        nt.manual_seed(3)
        drawn.append(collect(trainmode(AlphaDropout(0.3))(tensor(x, dev=dev))))
    np.testing.assert_array_equal(*drawn)
    (grad,) = gradient(lambda t: np.sum(trainmode(AlphaDropout(0.3, rng=4))(t)), tensor(x, dev=dev))
    slopes = np.unique(collect(grad).round(5))
    assert len(slopes) == 2
    assert slopes[0] == 0


def test_any_cell_along_a_sequence() -> None:
    summed = Recurrence(lambda x, state: (x + (0 if state is None else state),) * 2)
    np.testing.assert_array_equal(summed(np.ones((1, 3, 1)))[0, :, 0], [1, 2, 3])
    with pytest.raises(ValueError, match=r"Recurrence: x must have shape .* at least one step"):
        summed(np.ones((1, 0, 1)))


def test_half_precision_keeps_norms_in_single(dev: int) -> None:
    model = torch(f16(Chain(Conv(3, 2, 4, rng=0), BatchNorm(4), Flatten(), Dense(16, 2, rng=0))), dev=dev)
    assert [str(p.dtype) for p in trainables(model)] == ["float16"] * 2 + ["float32"] * 2 + ["float16"] * 2
    y = model(tensor(sample((3, 2, 4, 4), np.float16), dev=dev))
    assert y.dtype == np.float16


def test_a_chain() -> None:
    chain = Chain([np.sqrt, np.negative])
    assert len(chain) == 2
    assert chain[0] is np.sqrt
    assert type(chain[1:]) is Chain
    assert chain[1:](2.0) == -2
    named = Chain(np.sqrt, minus=np.negative)
    assert named.minus is named["minus"] is named[1] is np.negative
    assert list(named[::-1].layers) == ["minus", "1"]
    named["minus"] = np.square
    assert named(4.0) == 4
    assert activations(named, 4.0) == [2, 4]
    with pytest.raises(AttributeError, match="no attribute 'plus'"):
        named.plus  # noqa: B018
    with pytest.raises(TypeError, match="3 is not callable"):
        Chain(np.sqrt, 3)
    with pytest.raises(IndexError):
        chain[2]


def test_wrong_shapes_are_named() -> None:
    with pytest.raises(ValueError, match=r"Dense\(4 => 3\).*of shape \(2, 5\), is not 4"):
        Dense(4, 3)(np.ones((2, 5), np.float32))
    with pytest.raises(ValueError, match=r"of shape \(2, 5\), are not \(4,\)"):
        LayerNorm(4)(np.ones((2, 5)))
    with pytest.raises(ValueError, match="2 groups do not divide 3 and 4"):
        Conv(3, 3, 4, groups=2)
    with pytest.raises(ValueError, match="3 inputs for 2 layers"):
        Parallel(operator.add, np.sqrt, np.sqrt)(1, 2, 3)
    with pytest.raises(ValueError, match="3 heads do not divide 8"):
        MultiHeadAttention(8, heads=3)


def test_the_text_of_a_tree() -> None:
    shared = Dense(3, 3, rng=0)
    model = Chain(Conv(3, 1, 2, relu), SkipConnection(shared), tail=Chain(BatchNorm(2), relu, shared))
    assert (
        repr(model)
        == """\
Chain(
  Conv((3, 3), 1 => 2, relu),  # 20 parameters
  SkipConnection(
    layers = Dense(3 => 3),    # 12 parameters
  ),
  tail = Chain(
    BatchNorm(2),              # 4 parameters, plus 4 not trained
    relu,
    Dense(3 => 3),             # 12 parameters
  ),
)                              # Total: 6 arrays, 36 parameters, 160 bytes. Plus 2 arrays, 4 numbers, not trained."""
    )
    for layer, _ in LAYERS.values():
        assert repr(layer).startswith(type(layer).__name__)
