"""`einsum`, and the sums of products that all matrix products are.

`contract` brings every contraction into one form before the kernel sees it: no repeated label in an operand, no label
that occurs only once, explicit output. So one gradient rule, another contraction of that form, serves them all.
"""

from __future__ import annotations

import functools
import operator
import string
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, as_value
from numtorch.functions.calls.arguments import (
    as_dtype,
    as_tensor,
    as_tensors,
    cast,
    check_casting,
    dev_of,
    promotion,
    xp,
)
from numtorch.functions.calls.layout import is_contiguous, is_fortran
from numtorch.functions.calls.output import into
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import FLOAT32
from numtorch.functions.dtypes.bits import SIGNED
from numtorch.functions.ufuncs.folding import sum_over

__all__ = ["contract", "einsum", "einsum_path"]


LETTERS = string.ascii_letters


class Term(NamedTuple):
    """An operand and a label for each of its axes."""

    x: Tensor
    labels: tuple[int, ...]


# ---- The contraction of terms with integer labels ----


def _without_repeats(term: Term) -> Term:
    """The diagonal along axes with the same label."""
    x, labels = term
    for label in set(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if x.shape[first] != x.shape[second]:
                raise ValueError(f"einsum: the axes of a repeated index differ ({x.shape[first]} != {x.shape[second]})")
            x = aten.diagonal(x, 0, first, second)
            labels = (*labels[:first], *labels[first + 1 : second], *labels[second + 1 :], label)
    return Term(x, labels)


def _without_stretched(term: Term, lengths: dict[int, int]) -> Term:
    """Axes of length 1 that meet longer ones dropped: they are broadcast."""
    axes = tuple(i for i, label in enumerate(term.labels) if term.x.shape[i] == 1 != lengths[label])
    if not axes:
        return term
    return Term(aten.squeeze_dims(term.x, axes), tuple(label for i, label in enumerate(term.labels) if i not in axes))


def _without_lonely(term: Term, needed: set[int]) -> Term:
    """Axes that neither another operand nor the output has, summed."""
    axes = tuple(i for i, label in enumerate(term.labels) if label not in needed)
    if not axes:
        return term
    return Term(sum_over(term.x, axes, False), tuple(label for label in term.labels if label in needed))


def _lengths(terms: Sequence[Term]) -> dict[int, int]:
    lengths: dict[int, int] = {}
    for x, labels in terms:
        for label, length in zip(labels, x.shape, strict=True):
            known = lengths.setdefault(label, length)
            if known != length and 1 not in (known, length):
                raise ValueError(
                    f"operands could not be broadcast together: an index has the lengths {known} and {length}"
                )
            if known == 1:
                lengths[label] = length
    return lengths


def _aligned(term: Term, order: list[int]) -> Tensor:
    """The operand with one axis for each label of `order`, of length 1 where it has none."""
    present = [label for label in order if label in term.labels]
    x = aten.permute(term.x, [term.labels.index(label) for label in present])
    lengths = iter(x.shape)
    return aten.reshape(x, tuple(next(lengths) if label in term.labels else 1 for label in order))


def _contract_by_broadcasting(terms: Sequence[Term], output: tuple[int, ...]) -> Tensor:
    """For integers on a device, which libtorch cannot multiply as matrices there."""
    order = list(output)
    for term in terms:
        order.extend(label for label in term.labels if label not in order)
    product = _aligned(terms[0], order)
    for term in terms[1:]:
        product = aten.mul_Tensor(product, _aligned(term, order))
    axes = tuple(range(len(output), len(order)))
    return sum_over(product, axes, False) if axes else product


def _contract_clean(terms: Sequence[Term], output: tuple[int, ...]) -> Tensor:
    dtype = terms[0].x.dtype
    if dtype.kind == "b":
        counted = [Term(cast(x, FLOAT32), labels) for x, labels in terms]
        return aten.ne_Scalar(_contract_clean(counted, output), 0)
    if dtype in SIGNED:
        seen = [Term(aten.view_dtype(x, SIGNED[dtype]), labels) for x, labels in terms]
        return aten.view_dtype(_contract_clean(seen, output), dtype)
    if dtype.kind in "iu" and terms[0].x.dev >= 0:
        return _contract_by_broadcasting(terms, output)
    return aten.einsum(_equation([t.labels for t in terms], output), [t.x for t in terms])


def contract(terms: Sequence[Term], output: tuple[int, ...]) -> Tensor:
    """The sum, over all labels that `output` lacks, of the products of the terms, which have one dtype."""
    terms = [_without_repeats(term) for term in terms]
    lengths = _lengths(terms)
    terms = [_without_stretched(term, lengths) for term in terms]
    used = [set(term.labels) for term in terms]
    cleaned = []
    for i, term in enumerate(terms):
        needed = set(output).union(*(labels for j, labels in enumerate(used) if j != i))
        cleaned.append(_without_lonely(term, needed))
    present = set().union(*(term.labels for term in cleaned)) if cleaned else set()
    if len(cleaned) == 1:
        x, labels = cleaned[0]
        return aten.permute(x, [labels.index(label) for label in output])
    assert present >= set(output)
    return _contract_clean(cleaned, output)


# ---- NumPy's ways to say which ----


def _parse_operand(text: str, ndim: int, position: int) -> tuple[int, ...]:
    """Labels of one operand; the axes of an ellipsis have the labels -1, -2, ... from the last."""
    head, dots, tail = text.partition("...")
    if "." in head + tail:
        raise ValueError("einstein sum subscripts string contains a '.' that is not part of an ellipsis ('...')")
    for letter in head + tail:
        if letter not in LETTERS:
            raise ValueError(
                f"invalid subscript '{letter}' in einstein sum subscripts string, subscripts must be letters"
            )
    extra = ndim - len(head) - len(tail)
    if extra < 0:
        raise ValueError(f"einstein sum subscripts string contains too many subscripts for operand {position}")
    if extra > 0 and not dots:
        raise ValueError(
            "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis "
            "provided to broadcast the extra dimensions."
        )
    middle = tuple(range(-extra, 0)) if dots else ()
    return (*map(ord, head), *middle, *map(ord, tail))


def _implicit_output(terms: list[tuple[int, ...]]) -> tuple[int, ...]:
    every = [label for labels in terms for label in labels]
    broadcast = sorted({label for label in every if label < 0})
    return (*broadcast, *sorted(label for label in set(every) if label >= 0 and every.count(label) == 1))


def _explicit_output(text: str, terms: list[tuple[int, ...]]) -> tuple[int, ...]:
    every = {label for labels in terms for label in labels}
    broadcast = sorted(label for label in every if label < 0)
    head, dots, tail = text.partition("...")
    if broadcast and not dots:
        raise ValueError("einsum: the operands have broadcast dimensions ('...'), which the output must have too")
    output = (*map(ord, head), *(broadcast if dots else ()), *map(ord, tail))
    for label in output:
        if label >= 0 and (chr(label) not in LETTERS or label not in every):
            raise ValueError(
                f"einstein sum subscripts string included output subscript '{chr(label)}' "
                "which never appeared in an input"
            )
        if output.count(label) > 1:
            raise ValueError(f"einstein sum subscripts string includes output subscript '{chr(label)}' multiple times")
    return output


def _text_of(sublist: Any) -> str:
    """A list of integers and Ellipsis as letters."""
    letters = []
    for item in sublist.tolist() if isinstance(sublist, Tensor) else sublist:
        if item is Ellipsis:
            letters.append("...")
            continue
        try:
            number = operator.index(item)
        except TypeError:
            raise TypeError("each subscript must be either an integer or an ellipsis") from None
        if not 0 <= number < len(LETTERS):
            raise ValueError("subscript is not within the valid range [0, 52)")
        letters.append((string.ascii_uppercase + string.ascii_lowercase)[number])
    return "".join(letters)


def _subscripts(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The subscripts as one string, and the arrays."""
    if not operands:
        raise ValueError(
            "must specify the einstein sum subscripts string and at least one operand, or at least one operand "
            "and its corresponding subscripts list"
        )
    if isinstance(operands[0], str):
        return operands[0].replace(" ", ""), list(operands[1:])
    arrays, lists = list(operands[0::2]), list(operands[1::2])
    output = None
    if len(arrays) > len(lists):
        output = arrays.pop()
    text = ",".join(map(_text_of, lists))
    return (text if output is None else f"{text}->{_text_of(output)}"), arrays


def _parse(text: str, ndims: list[int]) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    inputs, arrow, output = text.partition("->")
    parts = inputs.split(",")
    if len(parts) != len(ndims):
        more = "more" if len(ndims) > len(parts) else "fewer"
        raise ValueError(f"{more} operands provided to einstein sum function than specified in the subscripts string")
    terms = [_parse_operand(part, ndim, i) for i, (part, ndim) in enumerate(zip(parts, ndims, strict=True))]
    return terms, (_explicit_output(output, terms) if arrow else _implicit_output(terms))


@functools.lru_cache(maxsize=1024)
def _clean_equation(text: str, *shapes: tuple[int, ...]) -> str | None:
    """The equation for the kernel, if nothing has to be done to operands of these shapes before."""
    terms, output = _parse(text.replace(" ", ""), [len(shape) for shape in shapes])
    if len(terms) < 2 or any(len(set(labels)) != len(labels) for labels in terms):
        return None
    lengths: dict[int, int] = {}
    for labels, shape in zip(terms, shapes, strict=True):
        for label, length in zip(labels, shape, strict=True):
            if lengths.setdefault(label, length) != length:
                return None
    every = [label for labels in (*terms, output) for label in labels]
    if any(every.count(label) < 2 for label in lengths):
        return None
    return _equation(terms, output)


def _equation(terms: Sequence[tuple[int, ...]], output: tuple[int, ...]) -> str:
    names = {label: LETTERS[i] for i, label in enumerate(dict.fromkeys(label for labels in terms for label in labels))}
    *sides, result = ("".join(names[label] for label in labels) for labels in (*terms, output))
    return ",".join(sides) + "->" + result


def _einsum_at_once(text: str, arrays: tuple[Any, ...]) -> Tensor | None:
    """What the kernel answers as it is; None otherwise."""
    if type(arrays[0]) is not Tensor or arrays[0].dtype.kind not in "fc":
        return None
    dtype = arrays[0].dtype
    if any(type(x) is not Tensor or x.dtype != dtype for x in arrays):
        return None
    equation = _clean_equation(text, *(x.shape for x in arrays))
    return None if equation is None else aten.einsum(equation, arrays)


def _pairs(optimize: Any, text: str, arrays: list[Tensor]) -> list[tuple[int, ...]] | None:
    """Which operands to contract one after the other; NumPy plans it from the shapes alone."""
    if len(arrays) < 3 and (optimize is True or optimize in ("greedy", "optimal")):
        return None
    dummies = [xp.broadcast_to(np.empty((), np.float64), x.shape) for x in arrays]
    path, _ = np.einsum_path(text, *dummies, optimize=optimize)
    return [tuple(step) for step in path[1:]]


def _contract_in_steps(terms: list[Term], output: tuple[int, ...], steps: list[tuple[int, ...]]) -> Tensor:
    for step in steps[:-1]:
        chosen = [terms[i] for i in step]
        terms = [term for i, term in enumerate(terms) if i not in step]
        needed = set(output).union(*(term.labels for term in terms))
        kept = tuple(dict.fromkeys(label for term in chosen for label in term.labels if label in needed))
        terms.append(Term(contract(chosen, kept), kept))
    return contract(terms, output)


@implements(np.einsum)
def einsum(*operands: Any, out: Any = None, optimize: Any = False, **kwargs: Any) -> Tensor:
    """NumPy's `einsum`; ``optimize`` orders the contractions as NumPy would."""
    if out is None and optimize is False and not kwargs and len(operands) > 2 and type(operands[0]) is str:
        result = _einsum_at_once(operands[0], operands[1:])
        if result is not None:
            return result
    dtype = as_dtype(kwargs.pop("dtype", None))
    # With `optimize` NumPy multiplies matrices, and matmul's own rule is the other.
    casting = kwargs.pop("casting", "safe" if optimize is False else "same_kind")
    order = _letter(kwargs.pop("order", "K"))
    if out is not None and not isinstance(out, (Tensor, np.ndarray)):
        raise TypeError(f"einsum: out must be a Tensor or an ndarray, not {type(out).__name__}")
    if kwargs:
        raise TypeError(f"Did not understand the following kwargs: {list(kwargs)}")
    text, given_arrays = _subscripts(operands)
    dev = dev_of(given_arrays, out)
    arrays = [as_tensor(x, dev) for x in given_arrays]
    labels, output = _parse(text, [x.ndim for x in arrays])
    if out is None and len(arrays) == 1 and set(labels[0]) == set(output):
        dtype = arrays[0].dtype  # a view, and NumPy then looks at no other dtype
    if dtype is None:
        dtype = promotion(*arrays) if out is None else np.result_type(promotion(*arrays), out.dtype)
    for x in arrays:
        check_casting("einsum", x.dtype, dtype, casting)
    terms = [Term(cast(x, dtype), term) for x, term in zip(arrays, labels, strict=True)]
    steps = None if optimize is False else _pairs(optimize, text, arrays)
    result = contract(terms, output) if steps is None else _contract_in_steps(terms, output, steps)
    if out is not None:
        is_product = optimize is not False and len(arrays) > 1 and set(output) != {n for ls in labels for n in ls}
        return into(result, out, "einsum", "unsafe" if is_product else casting)  # as NumPy, of what BLAS gives
    if len(terms) > 1:
        return as_value(_in_order(result, order, arrays))
    return result if result.ndim else as_value(result.copy())  # one operand gives a view, as in NumPy


def _letter(order: Any) -> str:
    letter = str(order).upper()
    if letter not in ("C", "F", "A", "K"):
        raise ValueError(f"einsum: order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    return letter


def _in_order(x: Tensor, order: str, operands: list[Tensor]) -> Tensor:
    """`x` with its elements in that order of memory."""
    if order == "A":
        order = "F" if all(is_fortran(operand) and not is_contiguous(operand) for operand in operands) else "C"
    if order == "F" and not is_fortran(x):
        axes = tuple(reversed(range(x.ndim)))
        return aten.permute(aten.permute(x, axes).copy(), axes)
    return x.copy() if order == "C" and not is_contiguous(x) else x


@implements(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> Any:
    """NumPy's `einsum_path`, which depends on the shapes alone."""
    text, arrays = _subscripts(operands)
    tensors = as_tensors(*arrays)
    dummies = [xp.broadcast_to(np.empty((), np.float64), x.shape) for x in tensors]
    planned = xp.einsum_path(text, *dummies, optimize=optimize, einsum_call=einsum_call)
    return (tensors, planned[1]) if einsum_call else planned
