"""What the array API standard asks of arrays and of their namespace."""

import inspect

import numpy
import pytest

import numtorch as nt
import numtorch.numpy as xp

STANDARD = {
    "elementwise": "abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_invert bitwise_left_shift "
    "bitwise_or bitwise_right_shift bitwise_xor ceil clip conj copysign cos cosh divide equal exp expm1 floor "
    "floor_divide greater greater_equal hypot imag isfinite isinf isnan less less_equal log log1p log2 log10 logaddexp "
    "logical_and logical_not logical_or logical_xor maximum minimum multiply negative nextafter not_equal positive pow "
    "real reciprocal remainder round sign signbit sin sinh square sqrt subtract tan tanh trunc",
    "manipulation": "broadcast_arrays broadcast_to concat expand_dims flip moveaxis permute_dims repeat reshape roll "
    "squeeze stack tile unstack broadcast_shapes",
    "creation": "arange asarray empty empty_like eye from_dlpack full full_like linspace meshgrid ones ones_like tril "
    "triu zeros zeros_like",
    "statistics": "cumulative_prod cumulative_sum max mean min prod std sum var",
    "dtypes": "astype can_cast finfo iinfo isdtype result_type",
    "rest": "argmax argmin count_nonzero nonzero searchsorted where unique_all unique_counts unique_inverse "
    "unique_values isin matmul matrix_transpose tensordot vecdot argsort sort all any diff take take_along_axis e inf "
    "nan newaxis pi bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128",
}
LINALG = (
    "cholesky cross det diagonal eig eigh eigvals eigvalsh inv matmul matrix_norm matrix_power matrix_rank "
    "matrix_transpose outer pinv qr slogdet solve svd svdvals tensordot trace vecdot vector_norm"
)
FFT = "fft ifft fftn ifftn rfft irfft rfftn irfftn hfft ihfft fftfreq rfftfreq fftshift ifftshift"


@pytest.mark.parametrize("group", STANDARD)
def test_names(group: str) -> None:
    assert [name for name in STANDARD[group].split() if name not in xp.__all__] == []


def test_extensions() -> None:
    assert [name for name in LINALG.split() if not hasattr(xp.linalg, name)] == []
    assert [name for name in FFT.split() if not hasattr(xp.fft, name)] == []


@pytest.mark.parametrize("version", [None, "2022.12", "2023.12", "2024.12", "2025.12"])
def test_namespace(version: str | None, dev: int) -> None:
    assert nt.Tensor(2, dev=dev).__array_namespace__(api_version=version) is xp


def test_unknown_version(dev: int) -> None:
    with pytest.raises(ValueError, match=r"1999\.12"):
        nt.Tensor(2, dev=dev).__array_namespace__(api_version="1999.12")


def test_devices(dev: int) -> None:
    x = nt.Tensor(2, dev=dev)
    assert x.device == ("cpu" if dev < 0 else f"cuda:{dev}")
    assert x.to_device(x.device) is x
    assert x.to_device("cpu").dev == -1
    assert xp.zeros(2, device=x.device).dev == dev
    assert x.device in xp.__array_namespace_info__().devices()
    with pytest.raises(ValueError, match="stream"):
        x.to_device("cpu", stream=1)
    with pytest.raises(ValueError, match="device"):
        x.to_device("tpu")


def test_info() -> None:
    info = xp.__array_namespace_info__()
    assert info.capabilities()["max dimensions"] == 64
    assert info.default_dtypes() == {
        "real floating": numpy.dtype("float64"),
        "complex floating": numpy.dtype("complex128"),
        "integral": numpy.dtype("int64"),
        "indexing": numpy.dtype("int64"),
    }
    assert len(info.dtypes()) == 13
    assert list(info.dtypes(kind=("bool", "complex floating"))) == ["bool", "complex64", "complex128"]
    with pytest.raises(ValueError, match="kind"):
        info.dtypes(kind="text")


def test_ufuncs_have_signatures() -> None:
    assert list(inspect.signature(xp.add).parameters)[:2] == ["x1", "x2"]


def test_complex_edges(dev: int) -> None:
    """As the standard has them, where libtorch's kernels differ."""
    inf, nan = numpy.inf, numpy.nan
    (root,) = xp.acos(xp.asarray([0j], dev=dev)).tolist()
    assert (root.real, numpy.signbit(root.imag)) == (numpy.pi / 2, True)
    for z in (complex(inf, nan), complex(-inf, nan), complex(nan, inf)):
        (w,) = xp.log1p(xp.asarray([z], dev=dev)).tolist()
        assert w.real == inf
        assert numpy.isnan(w.imag)
    for z in (complex(1e-30, inf), complex(0, -inf), complex(-inf, 2), complex(inf, -inf)):
        for dtype in (xp.complex64, xp.complex128):
            (w,) = xp.log1p(xp.asarray([z], dtype=dtype, dev=dev)).tolist()
            assert (w.real, w.imag) == (inf, pytest.approx(numpy.angle(z)))
    (slope,) = nt.gradient(lambda z: xp.log1p(z).real.sum(), xp.asarray([0j, 1j], dev=dev))
    assert numpy.allclose(slope.tolist(), [1, 0.5 + 0.5j])


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int64", "float32"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_descending(dtype: str, axis: int, dev: int) -> None:
    x = numpy.array([[3, 1, 2, 1], [0, 1, 1, 5]]).astype(dtype)
    t = nt.tensor(x, dev=dev)
    largest_first = -x.astype(float)
    numpy.testing.assert_array_equal(
        nt.collect(xp.argsort(t, axis=axis, descending=True)), numpy.argsort(largest_first, axis=axis, stable=True)
    )
    ordered = xp.sort(t, axis=axis, descending=True)
    numpy.testing.assert_array_equal(nt.collect(ordered), -numpy.sort(largest_first, axis=axis))
    ordered[0] = 0  # it is no view
    assert xp.sort(t, axis=None, descending=True).shape == (8,)
