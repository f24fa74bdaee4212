"""Rows of rules/nn_*.py."""

from typing import Any

import numpy as np

from numtorch._core import collect, kernel, manual_seed, tensor
from tests.autograd.rows.operands import A, Row, k, like, positive, real

X1, X2, X3 = real(2, 4, 5), real(1, 4, 4, 3), real(1, 2, 3, 3, 2)
C, D = real(4), real(4)
SMOOTH = ("hardswish", "mish", "silu")
FLAT_BENDS = ("hardsigmoid", "relu")
ONE_PLANE = real(1, 1, 4, 5)


def conv(*way: Any) -> Any:
    """stride, padding, dilation, transposed, output_padding, groups"""
    return lambda x, w, b: kernel("convolution")(x, w, b, *way)


def conv_back(mask: list[bool], *way: Any) -> Any:
    def run(g, x, w):  # type: ignore[no-untyped-def]
        parts = kernel("convolution_backward")(g, x, w, [w.shape[0]], *way, mask)
        return tuple(part for part in parts if part is not None)

    return run


def first(name: str, *extra: Any) -> Any:
    return lambda *xs: kernel(name)(*xs, *extra)[0]


def batch_norm(x, w=None, b=None):  # type: ignore[no-untyped-def]
    return kernel("native_batch_norm")(x, w, b, None, None, True, 0.1, 1e-3)[0]


def batch_norm_fixed(x, w=None, b=None):  # type: ignore[no-untyped-def]
    name = "_native_batch_norm_legit_no_training"
    return kernel(name)(x, w, b, like(x, C[: x.shape[1]]), like(x, D[: x.shape[1]] ** 2), 0.1, 1e-3)[0]


def pool_back(name: str, forward: str, pooled: Any, *way: Any) -> list[Row]:
    """The way back of a pool whose windows `way` describes."""

    def run(g):  # type: ignore[no-untyped-def]
        x = like(g, pooled)
        made = kernel(forward)(x, *way)
        return kernel(name)(g, x, *way, *(made[1:] if isinstance(made, tuple) else ()))

    made = kernel(forward)(like_host(pooled), *way)
    made = made[0] if isinstance(made, tuple) else made
    return [(run, (real(*made.shape),))]


def like_host(array: Any) -> Any:
    return tensor(array)


WAY = ([2], [1], [1], False, [0], 2)
BACK = ([2], [1], [1], True, [1], 2)

ROWS: dict[str, list[Row]] = {
    "convolution": [
        (conv(*WAY), (X1, real(2, 2, 2), real(2))),
        (conv(*BACK), (X1, real(4, 1, 3), real(2))),
        (conv([1, 2], [1, 0], [2, 1], False, [0, 0], 1), (X2, real(2, 4, 2, 2), real(2))),
    ],
    "convolution_backward": [
        (conv_back([True, True, True], *WAY), (real(2, 2, 3), X1, real(2, 2, 2))),
        (conv_back([True, True, False], *BACK), (real(2, 2, 10), X1, real(4, 1, 3))),
        (conv_back([False, True, False], *WAY), (real(2, 2, 3), X1, real(2, 2, 2))),
    ],
    **{
        f"max_pool{n}d_with_indices": [(first(f"max_pool{n}d_with_indices", [2] * n, [1] * n, [1] * n), (x,))]
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    **{
        f"avg_pool{n}d": [(k(f"avg_pool{n}d", [2] * n, [2] * n, [1] * n, True, False), (x,))]
        for n, x in ((2, ONE_PLANE), (3, X3))
    },
    **{
        f"adaptive_max_pool{n}d": [(first(f"adaptive_max_pool{n}d", [2] * n), (x,))]
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    **{
        f"_adaptive_avg_pool{n}d": [(k(f"_adaptive_avg_pool{n}d", [2] * n), (x,))]
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    **{
        f"max_pool{n}d_with_indices_backward": pool_back(
            f"max_pool{n}d_with_indices_backward",
            f"max_pool{n}d_with_indices",
            x,
            *([2] * n, [1] * n, [1] * n, [1] * n, False),
        )
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    **{
        f"avg_pool{n}d_backward": pool_back(
            f"avg_pool{n}d_backward", f"avg_pool{n}d", x, [2] * n, [1] * n, [1] * n, False, True, None
        )
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    **{
        f"adaptive_max_pool{n}d_backward": [
            (
                lambda g, n=n, x=x: kernel(f"adaptive_max_pool{n}d_backward")(
                    g, like(g, x), kernel(f"adaptive_max_pool{n}d")(like(g, x), [2] * n)[1]
                ),
                (real(*x.shape[:2], *[2] * n),),
            )
        ]
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    **{
        f"_adaptive_avg_pool{n}d_backward": [
            (
                lambda g, n=n, x=x: kernel(f"_adaptive_avg_pool{n}d_backward")(g, like(g, x)),
                (real(*x.shape[:2], *[2] * n),),
            )
        ]
        for n, x in ((2, ONE_PLANE), (3, X3[:, :1]))
    },
    "native_batch_norm": [(batch_norm, (X1, C, D)), (batch_norm, (X1,))],
    "_native_batch_norm_legit_no_training": [(batch_norm_fixed, (X1, C, D)), (batch_norm_fixed, (X1,))],
    "native_layer_norm": [
        (lambda x, w, b: kernel("native_layer_norm")(x, [4, 5], w, b, 1e-3)[0], (X1, real(4, 5), real(4, 5))),
        (lambda x: kernel("native_layer_norm")(x, [5], None, None, 1e-3)[0], (X1,)),
    ],
    "native_group_norm": [
        (lambda x, w, b: kernel("native_group_norm")(x, w, b, 2, 4, 5, 2, 1e-3)[0], (X1, C, D)),
        (lambda x: kernel("native_group_norm")(x, None, None, 2, 4, 5, 1, 1e-3)[0], (X1,)),
    ],
    "_softmax": [(k("_softmax", 1, False), (A,))],
    "_log_softmax": [(k("_log_softmax", 0, False), (A,))],
}

ACTIVATIONS: dict[str, list[Row]] = {
    **{name: [(k(name), (A,))] for name in (*SMOOTH, *FLAT_BENDS)},
    **{name + "_backward": [(k(name + "_backward"), (real(2, 3), A))] for name in (*SMOOTH, "hardsigmoid")},
    "threshold": [(k("threshold", 0.7, 0.2), (A,))],
    "threshold_backward": [(k("threshold_backward", 0.7), (real(2, 3), A))],
    "leaky_relu": [(k("leaky_relu", 0.2), (A,))],
    "leaky_relu_backward": [(k("leaky_relu_backward", 0.2, False), (real(2, 3), A))],
    "hardtanh": [(k("hardtanh", -0.7, 0.9), (A,))],
    "hardtanh_backward": [(k("hardtanh_backward", -0.7, 0.9), (real(2, 3), A))],
    "softshrink": [(k("softshrink", 0.7), (A,))],
    "softshrink_backward": [(k("softshrink_backward", 0.7), (real(2, 3), A))],
    "elu": [(k("elu", 0.7, 1.2, 0.9), (A,))],
    "elu_backward": [
        (lambda g, x, of_y=of_y: kernel("elu_backward")(g, 0.7, 1.2, 0.9, of_y, x), (real(2, 3), A))
        for of_y in (False, True)
    ],
    "softplus": [(k("softplus", 2.0, 1.8), (A,))],
    "softplus_backward": [(k("softplus_backward", 2.0, 30.0), (real(2, 3), A))],
    "gelu": [(k("gelu"), (A,)), (k("gelu", approximate="tanh"), (A,))],
    "gelu_backward": [(k("gelu_backward", approximate=kind), (real(2, 3), A)) for kind in ("none", "tanh")],
}
ROWS.update(ACTIVATIONS)

# Interpolation: the kernel, the size that it makes, and what else it is told.
SIZES: dict[str, tuple[Any, list[int], tuple[Any, ...]]] = {
    "upsample_nearest1d": (X1, [7], ()),
    "upsample_nearest2d": (ONE_PLANE, [3, 7], ()),
    "upsample_nearest3d": (X3[:, :1], [2, 4, 3], ()),
    "upsample_linear1d": (X1, [7], (False,)),
    "upsample_bilinear2d": (ONE_PLANE, [3, 7], (True,)),
    "upsample_bicubic2d": (ONE_PLANE, [3, 7], (False, 0.75, 1.4)),
    "_upsample_bilinear2d_aa": (ONE_PLANE, [3, 7], (False,)),
    "_upsample_bicubic2d_aa": (ONE_PLANE, [3, 7], (False, 0.75, 1.4)),
    "upsample_trilinear3d": (X3[:, :1], [2, 4, 3], (False,)),
}
for _name, (_x, _size, _more) in SIZES.items():
    ROWS[_name] = [(k(_name, _size, *_more), (_x,))]
    ROWS[_name + "_backward"] = [
        (k(_name + "_backward", _size, list(_x.shape), *_more), (real(*_x.shape[:2], *_size),))
    ]

for _kind in ("reflection", "replication"):
    for _n, _x in ((1, X1), (2, ONE_PLANE), (3, X3[:, :1])):
        _name, _around = f"{_kind}_pad{_n}d", [1, 0] * _n
        ROWS[_name] = [(k(_name, _around), (_x,))]
        ROWS[_name + "_backward"] = [
            (
                lambda g, name=_name, x=_x, around=_around: kernel(name + "_backward")(g, like(g, x), around),
                (real(*_x.shape[:2], *(length + 1 for length in _x.shape[2:])),),
            )
        ]

WINDOWS = ([2, 2], [1, 2], [1, 0], [1, 2])
GRID, GRID3 = real(1, 3, 2, 2) * 0.77, real(1, 2, 2, 1, 3) * 0.77
INDICES = np.array([[0, 2, 1], [1, 1, 0]])


def reduced(reduce: str, **keywords: Any) -> Any:
    return lambda x, y: kernel("scatter_reduce.two")(x, 0, like(x, INDICES % 2), y, reduce, **keywords)


def dropped(x):  # type: ignore[no-untyped-def]
    manual_seed(3)
    return kernel("native_dropout")(x, 0.4, True)[0]


def flash(q, key, v, mask=None):  # type: ignore[no-untyped-def]
    name = "_scaled_dot_product_flash_attention_for_cpu"
    return kernel(name)(q, key, v, 0.0, mask is None, attn_mask=mask)[0]


def aligned(x):  # type: ignore[no-untyped-def]
    log_probs = kernel("_log_softmax")(x, 2, False)
    return kernel("_ctc_loss")(log_probs, like(x, np.array([[1, 2], [2, 2]])), [4, 3], [2, 2])[0]


ROWS.update(
    {
        "im2col": [(k("im2col", *WINDOWS), (ONE_PLANE,))],
        "col2im": [(k("col2im", [4, 5], *WINDOWS), (real(1, 4, 10),))],
        "grid_sampler_2d": [
            (k("grid_sampler_2d", mode, padding, aligned), (X2[:, :1], GRID))
            for mode in (0, 1)
            for padding in (0, 1, 2)
            for aligned in (False, True)
        ],
        "grid_sampler_3d": [(k("grid_sampler_3d", 0, 1, True), (X3[:, :1], GRID3))],
        "embedding": [(lambda w: kernel("embedding")(w, like(w, INDICES)), (real(3, 2),))],
        "embedding_dense_backward": [
            (lambda g: kernel("embedding_dense_backward")(g, like(g, INDICES), 3, 1, False), (real(2, 3, 2),))
        ],
        "scatter_reduce.two": [
            (reduced("prod"), (A, real(2, 3))),
            (reduced("prod"), (A, real(2, 3) * np.array([1, 0, 1]))),
            (reduced("amax"), (A, real(2, 3) * 1.3)),
            (reduced("amin"), (A, real(2, 3) * 1.3)),
            *((reduced(reduce), (A, real(2, 3))) for reduce in ("sum", "mean")),
            *(
                (reduced(reduce, include_self=False), (A, real(2, 3) * zeros * 1.3))
                for reduce in ("sum", "mean", "prod", "amax", "amin")
                for zeros in (1, np.array([1, 0, 1]) if reduce == "prod" else 1)
            ),
            (reduced("mean"), (A, real(3, 4))),
        ],
        "native_dropout": [(dropped, (X1,)), (lambda x: kernel("native_dropout")(x, 0.4, False)[0], (X1,))],
        "native_dropout_backward": [(lambda g: kernel("native_dropout_backward")(g, like(g, INDICES > 0), 2.5), (A,))],
        "_ctc_loss": [(aligned, (real(4, 2, 3),))],
    }
)
# Of the CPU alone, or of a GPU alone.
ON_CPU: dict[str, list[Row]] = {
    "_scaled_dot_product_flash_attention_for_cpu": [
        (flash, (real(1, 2, 3, 2), real(1, 2, 3, 2), real(1, 2, 3, 2))),
        (flash, (real(1, 2, 3, 2), real(1, 2, 4, 2), real(1, 2, 4, 2), real(1, 2, 3, 4))),
    ],
}
ROWS.update(ON_CPU)

# libtorch has no kernel for its second derivative.
ONCE = {"_ctc_loss"}

# What the kernels whose way back is a formula are called with, beside an array.
BATCH = positive(4)
REFUSED: dict[str, tuple[Any, ...]] = {
    "native_batch_norm_backward": (X1, None, None, None, BATCH, BATCH, True, 1e-3, [True, True, True]),
    "native_layer_norm_backward": (
        X1,
        [5],
        np.ones((2, 4, 1)),
        np.ones((2, 4, 1)),
        None,
        None,
        [True, False, False],
    ),
    "native_group_norm_backward": (X1, np.ones((2, 1)), np.ones((2, 1)), None, 2, 4, 5, 1, [True, False, False]),
    "_softmax_backward_data": (X1, 1, np.dtype(np.float64)),
    "_log_softmax_backward_data": (X1, 1, np.dtype(np.float64)),
}
REFUSED_OPERAND = real(2, 4, 5)
REFUSED_FURTHER: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "grid_sampler_2d_backward": (real(1, 1, 3, 2), (X2[:, :1], GRID, 0, 0, False, [True, True])),
    "grid_sampler_3d_backward": (real(1, 1, 2, 2, 1), (X3[:, :1], GRID3, 0, 0, False, [True, True])),
    "_ctc_loss_backward": (
        positive(2),
        (-positive(4, 2, 3), np.array([[1, 2], [2, 2]]), [4, 3], [2, 2], positive(2), -positive(2, 4, 5), 0),
    ),
    "_scaled_dot_product_flash_attention_for_cpu_backward": (
        real(1, 2, 3, 2),
        (*(real(1, 2, 3, 2) for _ in range(4)), np.ones((1, 3, 2)), 0.0, False),
    ),
}


def _recurrent() -> tuple[Any, tuple[Any, ...]]:
    x, wi, wh, b, h, c = (real(*shape).astype("f") for shape in ((3, 1, 2), (8, 2), (8, 2), (8,), (1, 1, 2), (1, 1, 2)))
    arrays = (wi, wh, b, b, h, c)
    way = (2, 2, 1, True)
    made = kernel("mkldnn_rnn_layer")(*map(tensor, (x, *arrays)), False, [], *way, False, False, True)
    *results, workspace = map(collect, made)
    return x, (*arrays, *results, results[0], None, None, False, *way, True, False, [], False, workspace)


REFUSED_FURTHER["mkldnn_rnn_layer_backward"] = _recurrent()
