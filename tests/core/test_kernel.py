"""Kernels: every kind of argument in libtorch's schemas, results, errors."""

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, _core, collect, tensor
from numtorch._core import kernel


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.arange(6.0).reshape(2, 3), dev=dev)


def test_every_aten_operator_has_a_kernel_or_a_reason() -> None:
    names = _core.kernel_names()
    assert len(names) > 3000
    for name in names:
        assert kernel(name).name == name
        assert name in kernel(name).schema
    assert kernel("add.Tensor") is kernel("add.Tensor")


def test_arguments_by_position_keyword_and_default(x: Tensor) -> None:
    add = kernel("add.Tensor")
    assert add.parameters == ("self", "other", "alpha")
    np.testing.assert_array_equal(collect(add(x, x)), collect(x) * 2)
    np.testing.assert_array_equal(collect(add(x, other=x, alpha=2)), collect(x) * 3)
    np.testing.assert_array_equal(collect(add(other=x, self=x)), collect(x) * 2)


def test_tensor_lists(x: Tensor) -> None:
    cat = kernel("cat")
    assert cat([x, x]).shape == (4, 3)
    assert cat((x, x), 1).shape == (2, 6)
    index = kernel("index.Tensor")
    picked = index(x, [None, tensor([0, 2], dev=x.dev)])
    np.testing.assert_array_equal(collect(picked), collect(x)[:, [0, 2]])


def test_scalars_of_every_kind(x: Tensor) -> None:
    multiply = kernel("mul.Scalar")
    for number in (2, 2.5, True, np.float64(1.5), np.int8(3), np.float32(0.5)):
        np.testing.assert_array_equal(collect(multiply(x, number)), collect(x) * number)
    assert multiply(x, 1 + 2j).dtype == np.complex128
    assert kernel("full")((2,), 2**63, dtype=np.uint64).tolist() == [2**63] * 2


def test_integers_and_their_lists(x: Tensor) -> None:
    total = kernel("sum.dim_IntList")
    assert total(x, [0]).shape == (3,)
    assert total(x, (np.int64(1),), True).shape == (2, 1)
    assert total(x, None).shape == ()
    pool = kernel("avg_pool2d")  # int[2]: one integer stands for both
    image = x.reshape(1, 1, 2, 3)
    np.testing.assert_array_equal(collect(pool(image, 2, 1)), collect(pool(image, [2, 2], [1, 1])))


def test_floats_bools_and_strings(x: Tensor) -> None:
    assert kernel("nan_to_num")(x, 1.0).shape == (2, 3)
    gelu = kernel("gelu")
    assert not np.array_equal(collect(gelu(x)), collect(gelu(x, approximate="tanh")))
    assert kernel("sort.stable")(x, stable=True, descending=True)[0].tolist() == [[2, 1, 0], [5, 4, 3]]
    up = kernel("upsample_nearest2d.vec")(x.reshape(1, 1, 2, 3), None, [2.0, 2.0])
    assert up.shape == (1, 1, 4, 6)


def test_dtypes_devices_layouts_and_formats(x: Tensor, dev: int) -> None:
    zeros = kernel("zeros")((2,), dtype=np.complex64, device=dev, layout="strided")
    assert (zeros.dtype, zeros.dev) == (np.complex64, dev)
    assert kernel("_to_copy")(x, dtype="int8").dtype == np.int8
    image = kernel("contiguous")(x.reshape(1, 2, 3, 1), memory_format="channels_last")
    assert image.strides == (48, 8, 16, 16) or image.strides[1] == 8


def test_generators(dev: int) -> None:
    draw = kernel("rand.generator")
    source = nt.Generator(dev)
    source.manual_seed(3)
    first = collect(draw((4,), generator=source, device=dev))
    source.manual_seed(3)
    np.testing.assert_array_equal(collect(draw((4,), generator=source, device=dev)), first)
    assert not np.array_equal(collect(draw((4,), generator=source, device=dev)), first)
    state = source.get_state()
    following = collect(draw((4,), generator=source, device=dev))
    source.set_state(state)
    np.testing.assert_array_equal(collect(draw((4,), generator=source, device=dev)), following)
    with pytest.raises(TypeError, match="a state is what get_state"):
        source.set_state(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a state of this kind of generator"):
        source.set_state(tensor([1.0]))
    assert _core.default_generator(dev).dev == dev
    nt.manual_seed(5)
    again = collect(kernel("rand")((4,), device=dev))
    nt.manual_seed(5)
    np.testing.assert_array_equal(collect(kernel("rand")((4,), device=dev)), again)


def test_several_results(x: Tensor) -> None:
    values, indices = kernel("topk")(x, 2)
    assert values.tolist() == [[2, 1], [5, 4]]
    assert indices.dtype == np.int64
    assert [part.shape for part in kernel("split.Tensor")(x, 2, 1)] == [(2, 2), (2, 1)]
    assert kernel("size.int")(x, 1) == 3
    assert kernel("is_complex")(x) is False


def test_in_place_and_out(x: Tensor) -> None:
    before = collect(x)
    assert kernel("add_.Tensor")(x, x) is x
    np.testing.assert_array_equal(collect(x), 2 * before)
    out = x * 0
    assert kernel("add.out")(x, x, out=out) is out
    np.testing.assert_array_equal(collect(out), 4 * before)
    assert kernel("fill_.Scalar")(out, 7) is out
    assert out.tolist() == [[7.0] * 3] * 2


def test_views_share_memory(x: Tensor) -> None:
    row = kernel("select.int")(x, 0, 1)
    row[0] = 9
    assert x[1, 0] == 9
    frozen = np.broadcast_to(x, (2, 2, 3))
    with pytest.raises(ValueError, match="read-only"):
        kernel("fill_.Scalar")(kernel("select.int")(frozen, 0, 0), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: kernel("add.Tensor")(x), "lacks the argument other"),
        (lambda x: kernel("add.Tensor")(x, 3), "argument 'other' must be a Tensor, not int"),
        (lambda x: kernel("add.Tensor")(x, x, 2), "too many positional arguments: 3"),
        (lambda x: kernel("add.Tensor")(x, x, beta=2), "has no argument named beta"),
        (lambda x: kernel("add.Tensor")(x, x, self=x), "got twice the argument self"),
        (lambda x: kernel("add.Tensor")(x, x, alpha="2"), "argument 'alpha' must be a Python number, not str"),
        (lambda x: kernel("mul.Scalar")(x, x), "argument 'other' must be a Python number"),
        (lambda x: kernel("sum.dim_IntList")(x, 1.5), "argument 'dim' must be integers or None, not float"),
        (lambda x: kernel("cat")(x), "argument 'tensors' must be a list of Tensors"),
        (lambda x: kernel("contiguous")(x, memory_format="rows"), "'channels_last'"),
        (lambda _: kernel("rand.generator")((2,), generator=7), "generator must be a numtorch Generator"),
    ],
)
def test_wrong_calls_say_the_schema(x: Tensor, call: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call(x)  # type: ignore[operator]


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match="libtorch has no operator 'no_such'"):
        kernel("no_such")
    with pytest.raises(TypeError):
        kernel("getitem")(1)


def test_errors_of_libtorch_are_short(x: Tensor) -> None:
    with pytest.raises(ValueError, match=r"^mm: ") as error:
        kernel("mm")(x, x)
    assert "mat1 and mat2 shapes cannot be multiplied" in str(error.value)
    assert "Exception raised from" not in str(error.value)


def test_out_of_memory(dev: int) -> None:
    assert issubclass(nt.OutOfMemoryError, MemoryError)
    for make in (lambda: kernel("ones")((10**8, 10**8), device=dev), lambda: Tensor(10**8, 10**8, dev=dev)):
        with pytest.raises(nt.OutOfMemoryError):
            make()
    one = tensor(np.ones((1, 1)), dev=dev)
    with pytest.raises(nt.OutOfMemoryError):
        np.broadcast_to(one, (10**8, 10**7)) + 1
