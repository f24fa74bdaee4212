"""repr, str and format against NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numtorch import Tensor, gradient, tensor

DTYPES = [np.dtype(code) for code in "?bhilBHILefdFD"]
OPTIONS = {
    "default": {},
    "precise": {"precision": 3, "suppress": True},
    "fixed": {"floatmode": "fixed", "precision": 2, "sign": "+"},
    "narrow": {"linewidth": 30},
    "wide": {"linewidth": 200},
    "one edge": {"edgeitems": 1, "threshold": 4},
    "many edges": {"edgeitems": 40, "threshold": 10},
    "all": {"threshold": 10**9},
    "names": {"nanstr": "missing", "infstr": "huge"},
    "formatter": {"formatter": {"all": lambda x: f"<{x}>"}},
}


def expected_repr(a, dev=-1):
    """NumPy's repr of `a` by its own rule for line breaks, but with dtype and dev always there."""
    options = np.get_printoptions()
    body = "Tensor(" + np.array2string(a, separator=", ", prefix="Tensor(", suffix=")") + ","
    shape = a.size > options["threshold"] or (a.size == 0 and a.shape != (0,))
    extras = (f"shape={a.shape}, " if shape else "") + f"dtype={a.dtype}, dev={dev})"
    fits = len(body.splitlines()[-1]) + 1 + len(extras) <= options["linewidth"]
    return body + (" " if fits else "\n       ") + extras


def sample(dtype, shape):
    a = np.random.default_rng(0).normal(size=shape) * 10.0 ** np.random.default_rng(1).integers(-3, 3, size=shape)
    if dtype.kind == "c":
        return (a + 1j * a[::-1] if a.ndim else a + 2j).astype(dtype)
    return (a > 0) if dtype.kind == "b" else np.abs(a).astype(dtype) if dtype.kind == "u" else a.astype(dtype)


SHAPES = [(), (0,), (3,), (30,), (0, 3), (2, 3), (3, 40), (7, 8, 9), (2000,), (60, 70), (3, 500), (500, 3), (7, 300)]
SHAPES += [(4, 5, 6, 20), (2,) * 11]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_of_every_dtype_and_shape(dtype, shape, dev):
    a = sample(dtype, shape)
    t = tensor(a, dev=dev)
    assert str(t) == str(a)
    assert repr(t) == expected_repr(np.asarray(a), dev)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("shape", [(), (0, 2), (5,), (3, 4), (30,), (40, 50), (2, 1200)], ids=str)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "c8", "?"])
def test_print_options(dtype, shape, options):
    a = np.asarray(sample(np.dtype(dtype), shape))
    if a.size and a.dtype.kind == "f":
        a.flat[0] = np.nan
        a.flat[-1] = -np.inf
    with np.printoptions(**OPTIONS[options]):
        assert str(tensor(a)) == str(a)
        assert repr(tensor(a)) == expected_repr(a)


@given(
    hnp.arrays(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)),
    st.integers(1, 5),
    st.integers(0, 50),
    st.integers(20, 120),
)
def test_options_drawn_by_hypothesis(a, edgeitems, threshold, linewidth):
    with np.printoptions(edgeitems=edgeitems, threshold=threshold, linewidth=linewidth):
        assert str(tensor(a)) == str(a)
        assert repr(tensor(a)) == expected_repr(a)


def test_examples():
    assert repr(tensor(np.float32([1, 2]))) == "Tensor([1., 2.], dtype=float32, dev=-1)"
    assert repr(tensor([[1, 2], [3, 4]])) == "Tensor([[1, 2],\n        [3, 4]], dtype=int64, dev=-1)"
    assert repr(np.sum(tensor([1.0, 2.0]))) == "Tensor(3., dtype=float64, dev=-1)"
    assert repr(tensor(np.zeros((0, 3)))) == "Tensor([], shape=(0, 3), dtype=float64, dev=-1)"
    assert str(np.sum(tensor([1.0, 2.0]))) == "3.0"


@pytest.mark.parametrize("linewidth", range(30, 80, 3))
def test_line_breaks_are_those_of_numpy(linewidth):
    a = np.arange(20, dtype=np.float32)
    with np.printoptions(linewidth=linewidth):
        numpys = repr(a)
    with np.printoptions(linewidth=linewidth + 1):  # the class's name has one letter more
        ours = repr(tensor(a))
    assert ours.split("]")[0] == numpys.split("]")[0].replace("array(", "Tensor(").replace("\n", "\n ")


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="NumPy has the option since 2.1")
def test_repr_may_be_overridden():
    with np.printoptions(override_repr=lambda a: f"{a.ndim} axes"):
        assert repr(tensor([1.0])) == "1 axes"


def test_no_edge_items():
    a = np.arange(10).reshape(2, 5)
    with np.printoptions(edgeitems=0, threshold=4):
        assert str(tensor(a)) == str(a)


def test_views():
    a = np.arange(5000.0).reshape(50, 100)
    for view in (lambda a: a.T, lambda a: a[::2, 3:], lambda a: a[3], lambda a: a[:, None]):
        assert str(view(tensor(a))) == str(view(a))
    assert str(np.conj(tensor([1 + 2j]))) == "[1.-2.j]"


def test_a_large_tensor_is_not_copied():
    t = np.broadcast_to(tensor(1.5), (10**6, 10**6, 10**5))
    assert repr(t).endswith("shape=(1000000, 1000000, 100000), dtype=float64, dev=-1)")


def test_subclass_shows_its_name():
    class Weights(Tensor):
        pass

    assert repr(Weights(2)) == "Weights([0., 0.], dtype=float32, dev=-1)"


def test_tracked():
    seen = []

    def f(x):
        seen.extend([repr(x * 2), str(x * 2), f"{np.sum(x):.1f}"])
        return np.sum(x)

    gradient(f, tensor([1.0, 2.0]))
    assert seen == ["Tensor([2., 4.], dtype=float64, dev=-1)", "[2. 4.]", "3.0"]


@pytest.mark.parametrize(
    ("scalar", "spec"),
    [
        (np.float32(1.1), ""),
        (np.float32(1.1), ".3f"),
        (np.float64(1e10), "g"),
        (np.int16(42), "05d"),
        (np.int16(42), "x"),
        (np.bool_(True), ""),
        (np.complex64(1 + 2j), ".2f"),
        (np.float16(0.1), ">12"),
    ],
)
def test_format_of_a_scalar(scalar, spec, dev):
    assert format(tensor(scalar, dev=dev), spec) == format(scalar, spec)


def test_format_of_an_array():
    a = np.arange(3.0)
    assert f"{tensor(a)}" == f"{a}"
    with pytest.raises(TypeError, match="unsupported format string"):
        format(tensor(a), ".2f")
    with pytest.raises(ValueError, match="format"):
        format(tensor(1), "nonsense")
