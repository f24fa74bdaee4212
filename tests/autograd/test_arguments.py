"""A rule reads, or refuses by name, every argument of its kernel that changes the derivative.

The parameters of a rule's functions say what it reads. What an argument's gradient does not read, and is no Tensor,
stands here with the reason why the gradient does not depend on it. (Whether a rule may leave a Tensor unread, finite
differences say: tests/autograd/rows.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from numtorch import gradient, tensor
from numtorch._core import Kernel, kernel
from numtorch.autograd.rule import read_names
from tests.autograd.rows import OF_OTHER_TESTS

SHAPE = "the shape of the result, which the gradient has"
DTYPE = "of the result; the tape casts"
MEMORY = "how or where the result lies in memory"
ADDED = "it is added, or replaces elements: it does not scale what the others contribute"
INDICES = "the indices that were chosen are read instead"
WAY = "how the same numbers are computed, or whether an error is raised"

# By the name of the argument, whatever the kernel.
ANYWHERE: dict[str, str] = {
    "dtype": DTYPE,
    "layout": MEMORY,
    "device": MEMORY,
    "pin_memory": MEMORY,
    "non_blocking": MEMORY,
    "memory_format": MEMORY,
    "half_to_float": DTYPE,
    "check_errors": WAY,
    "driver": WAY,
    "path": WAY,
    "sparse": MEMORY,
    "sparse_grad": MEMORY,
    "compute_log_sumexp": "whether one more result is computed",
    "output_size": SHAPE,
    "size": SHAPE,
    "shape": SHAPE,
    "implicit": SHAPE,
    "input_size": SHAPE,
    "input_sizes": SHAPE,
    "split_size": SHAPE,
    "split_sizes": SHAPE,
    "sections": SHAPE,
    "chunks": SHAPE,
    "num_weights": SHAPE,
    "momentum": "it moves the running mean and variance, which are no results",
}

# By kernel and argument.
HERE: dict[tuple[str, str], str] = {
    ("_linalg_eigh", "compute_v"): "the vectors are empty without",
    ("_linalg_svd", "compute_uv"): "the vectors are empty without",
    ("add.Scalar", "other"): ADDED,
    ("add.Scalar", "alpha"): ADDED,
    ("sub.Scalar", "other"): ADDED,
    ("sub.Scalar", "alpha"): ADDED,
    ("rsub.Scalar", "other"): ADDED,
    ("add.Tensor", "alpha"): "it scales the other argument, whose gradient reads it",
    ("sub.Tensor", "alpha"): "it scales the other argument, whose gradient reads it",
    ("addmm", "alpha"): "it scales the product, whose gradient reads it",
    ("addmm", "beta"): "it scales the other argument, whose gradient reads it",
    ("index_add", "alpha"): "it scales the source, whose gradient reads it",
    ("index_add", "dim"): ADDED,
    ("scatter_add", "dim"): ADDED,
    ("additem", "index"): ADDED,
    ("additem", "value"): ADDED,
    ("tensor_split.indices", "indices"): SHAPE,
    ("constant_pad_nd", "value"): ADDED,
    ("masked_fill.Scalar", "value"): ADDED,
    ("scatter.value", "value"): ADDED,
    ("setitem", "value"): ADDED,
    ("where.ScalarOther", "other"): ADDED,
    ("where.ScalarSelf", "self"): ADDED,
    ("threshold", "value"): ADDED,
    ("nan_to_num", "nan"): ADDED,
    ("nan_to_num", "posinf"): ADDED,
    ("nan_to_num", "neginf"): ADDED,
    **{
        ("convolution", name): "the bias is added to every element of its channel"
        for name in ("stride", "padding", "dilation", "transposed", "output_padding", "groups")
    },
    ("convolution_backward", "bias_sizes"): SHAPE,
    ("convolution_backward", "output_mask"): "which of the results are computed: the others have no gradient",
    ("diagonal_scatter", "src"): ADDED,
    ("fmod.Scalar", "other"): "the remainder has the slope 1 in what is divided",
    ("remainder.Scalar", "other"): "the remainder has the slope 1 in what is divided",
    ("flatten.using_ints", "start_dim"): SHAPE,
    ("flatten.using_ints", "end_dim"): SHAPE,
    ("squeeze.dim", "dim"): SHAPE,
    ("squeeze.dims", "dim"): SHAPE,
    ("unsqueeze", "dim"): SHAPE,
    ("kthvalue", "k"): INDICES,
    ("topk", "k"): INDICES,
    ("topk", "largest"): INDICES,
    ("topk", "sorted"): INDICES,
    ("sort", "descending"): INDICES,
    ("sort.stable", "descending"): INDICES,
    ("sort.stable", "stable"): INDICES,
    **{
        (f"max_pool{n}d_with_indices_backward", name): INDICES
        for n in (2, 3)
        for name in ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    },
    ("linalg_pinv.atol_rtol_tensor", "atol"): "the rank is taken for constant, and the result has it",
    ("linalg_pinv.atol_rtol_tensor", "rtol"): "the rank is taken for constant, and the result has it",
}


def is_tensor(ran: Kernel, parameter: str) -> bool:
    """Whether the schema has a Tensor, or several, under this name; of numtorch's own kernels, what they call so."""
    found = re.search(rf"(\S+) {parameter}(?=[,=)])", ran.schema)
    if found is None:
        return parameter in ("self", "value", "source", "flat")
    return found[1].removeprefix("(").split("(")[-1].startswith("Tensor")


def unread(ran: Kernel) -> Iterator[str]:
    """The arguments that are no Tensors, and that the gradient of one of the others does not read."""
    for argument, names in read_names[ran].items():
        # Without any parameters a rule says that the derivative is 0.
        yield from (p for p in ran.parameters if names and p != argument and p not in names and not is_tensor(ran, p))


def lacking() -> set[tuple[str, str]]:
    return {(ran.name, p) for ran in read_names if ran.name not in OF_OTHER_TESTS for p in unread(ran)}


def test_what_a_rule_does_not_read_changes_nothing() -> None:
    assert {(name, p) for name, p in lacking() if p not in ANYWHERE} - HERE.keys() == set()


def test_every_reason_is_needed() -> None:
    needed = lacking()
    assert {row for row in HERE if row not in needed and not is_tensor(kernel_of(row[0]), row[1])} == set()
    assert ANYWHERE.keys() - {p for _, p in needed} == set()


def kernel_of(name: str) -> Kernel:
    return next(ran for ran in read_names if ran.name == name)


def test_a_rule_that_forgets_an_argument_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = kernel("polygamma")
    assert list(unread(ran)) == []
    monkeypatch.setitem(read_names, ran, {"self": frozenset({"g", "self"})})
    assert list(unread(ran)) == ["n"]
    assert ("polygamma", "n") not in HERE


def refused(run: Any) -> bool:
    try:
        run()
    except NotImplementedError as error:
        return "gradient: " in str(error)
    return False


def test_ways_without_a_formula_are_refused() -> None:
    q = tensor(np.ones((1, 2, 3, 2)))
    with pytest.raises(ValueError, match="dropout"):  # libtorch's own refusal on the CPU
        kernel("_scaled_dot_product_flash_attention_for_cpu")(q, q, q, 0.5)
    x, w, b, h = (tensor(np.ones(s, np.float32)) for s in ((3, 1, 2), (8, 2), (8,), (1, 1, 2)))
    name = kernel("mkldnn_rnn_layer")

    def last(reverse: bool, mode: int) -> Any:
        return gradient(
            lambda x: np.sum(name(x, w, w, b, b, h, h, reverse, [], mode, 2, 1, True, False, False, True)[0]), x
        )

    last(False, 2)
    assert refused(lambda: last(True, 2))


PARTLY: dict[str, tuple[Any, list[int]]] = {
    "native_layer_norm": (lambda x: kernel("native_layer_norm")(x, [3], None, None, 1e-3), [1, 2]),
    "native_group_norm": (lambda x: kernel("native_group_norm")(x, None, None, 2, 3, 1, 1, 1e-3), [1, 2]),
    "native_batch_norm": (lambda x: kernel("native_batch_norm")(x, None, None, None, None, True, 0.1, 1e-3), [1, 2]),
    "_linalg_det": (lambda x: kernel("_linalg_det")(x[:, :2]), [1]),
    "_linalg_slogdet": (lambda x: kernel("_linalg_slogdet")(x[:, :2]), [2]),
}


@pytest.mark.parametrize("name", PARTLY)
def test_results_without_a_rule_are_refused(name: str, dev: int) -> None:
    """And not left out, whether the other results are used or not."""
    run, positions = PARTLY[name]
    x = tensor(np.array([[1.0, 2, 4], [3, 1, 1]]), dev=dev)
    assert gradient(lambda x: np.sum(run(x)[0]), x)[0] is not None
    for i in positions:
        for used in ([i], [0, i]):
            with pytest.raises(NotImplementedError, match=f"{name} has none through its result {i}"):
                gradient(lambda x, used=used: sum(np.sum(run(x)[j]) for j in used), x)
