"""NumPy's ufuncs, for calls in which no argument need be a Tensor yet."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import as_tensor, dev_of, is_weak
from numtorch.functions.ufuncs.call import resolve_dtypes
from numtorch.numpy.overrides import answers_ufuncs, given, is_for_numpy, publish_ufuncs, ufunc_answer


def _signature(of_numpy: np.ufunc) -> inspect.Signature:
    """NumPy's own; before 2.4, which has none, only the inputs are told apart."""
    try:
        return inspect.signature(of_numpy)
    except ValueError:
        inputs = [f"x{i + 1}" for i in range(of_numpy.nin)]
        kinds = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in inputs]
        return inspect.Signature([*kinds, inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)])


class UfuncType(type):
    """The class of `ufunc`, whose instances are NumPy's own ufuncs, too, and those of other libraries."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or isinstance(instance, np.ufunc)


class ufunc(metaclass=UfuncType):
    """
    A ufunc of NumPy that always computes on Tensors.

    Called with a Tensor it is NumPy's own; lists, ndarrays and numbers become Tensors on the device of
    `numtorch.device`, and Python's numbers stay weak beside arrays.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> np.add([1, 2], 0.5)
    Tensor([1.5, 2.5], dtype=float64, dev=-1)
    >>> np.multiply.outer([1, 2], [3, 4])
    Tensor([[3, 4],
            [6, 8]], dtype=int64, dev=-1)
    """

    def __init__(self, of_numpy: np.ufunc) -> None:
        self._of_numpy = of_numpy
        self.__name__ = self.__qualname__ = of_numpy.__name__
        self.__doc__ = of_numpy.__doc__
        self.__signature__ = _signature(of_numpy)
        self.nin, self.nout, self.nargs = of_numpy.nin, of_numpy.nout, of_numpy.nargs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args and type(args[0]) is Tensor:
            return self._of_numpy(*args, **kwargs)
        inputs, outputs = args[: self.nin], args[self.nin :]
        if any(output is not None for output in outputs):
            kwargs["out"] = outputs
        answer = self._asked("__call__", inputs, kwargs)
        return self._of_numpy(*self._as_tensors(inputs), **kwargs) if answer is NotImplemented else answer

    def _asked(self, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """What the classes of the arguments say, or NumPy of masked arrays; NotImplemented if none answers."""
        out = keywords.get("out")
        if out is not None and not isinstance(out, tuple):
            keywords["out"] = out = (out,)
        arguments = (*inputs, *(out or ()))
        if not any(map(answers_ufuncs, arguments)):
            loses_mask = method != "__call__" and any(isinstance(x, np.ma.MaskedArray) for x in arguments)
            if loses_mask or not is_for_numpy(arguments):
                return NotImplemented
        answer = ufunc_answer(self._of_numpy, method, inputs, keywords)
        return given(getattr(self._of_numpy, method)(*inputs, **keywords)) if answer is NotImplemented else answer

    def _as_tensors(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs as Tensors, Python's numbers among arrays excepted."""
        dev = dev_of(*inputs)
        if all(is_weak(x) for x in inputs):
            return tuple(as_tensor(x, dev) for x in inputs)
        return tuple(x if is_weak(x) else as_tensor(x, dev) for x in inputs)

    def _along(self, method: str, array: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """A method that goes along axes of one array."""
        if type(array) is not Tensor:
            answer = self._asked(method, (array, *args), keywords)
            if answer is not NotImplemented:
                return answer
            array = as_tensor(array)
        return getattr(self._of_numpy, method)(array, *args, **keywords)

    def reduce(self, array: Any, /, *args: Any, **kwargs: Any) -> Any:
        """See `numpy.ufunc.reduce`."""
        return self._along("reduce", array, args, kwargs)

    def accumulate(self, array: Any, /, *args: Any, **kwargs: Any) -> Any:
        """See `numpy.ufunc.accumulate`."""
        return self._along("accumulate", array, args, kwargs)

    def reduceat(self, array: Any, /, *args: Any, **kwargs: Any) -> Any:
        """See `numpy.ufunc.reduceat`."""
        return self._along("reduceat", array, args, kwargs)

    def outer(self, A: Any, B: Any, /, **kwargs: Any) -> Any:
        """See `numpy.ufunc.outer`."""
        answer = self._asked("outer", (A, B), kwargs)
        return self._of_numpy.outer(*self._as_tensors((A, B)), **kwargs) if answer is NotImplemented else answer

    def at(self, a: Any, indices: Any, b: Any = None, /) -> None:
        """See `numpy.ufunc.at`: in place."""
        if self._asked("at", (a, indices) if b is None else (a, indices, b), {}) is not NotImplemented:
            return
        if b is None:
            self._of_numpy.at(a, indices)
        else:
            self._of_numpy.at(a, indices, b)

    def resolve_dtypes(self, dtypes: Any, /, **kwargs: Any) -> tuple[np.dtype[Any], ...]:
        """See `numpy.ufunc.resolve_dtypes`."""
        return resolve_dtypes(self._of_numpy, dtypes, **kwargs)

    @property
    def ntypes(self) -> int:
        """See `numpy.ufunc.ntypes`."""
        return self._of_numpy.ntypes

    @property
    def types(self) -> list[str]:
        """See `numpy.ufunc.types`."""
        return self._of_numpy.types

    @property
    def identity(self) -> Any:
        """See `numpy.ufunc.identity`."""
        return self._of_numpy.identity

    @property
    def signature(self) -> str | None:
        """See `numpy.ufunc.signature`."""
        return self._of_numpy.signature

    def __eq__(self, other: object) -> Any:
        return other is self or other is self._of_numpy or NotImplemented

    def __hash__(self) -> int:
        return hash(self._of_numpy)

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __reduce__(self) -> str:
        return self.__name__


absolute = abs = ufunc(np.absolute)
add = ufunc(np.add)
arccos = acos = ufunc(np.arccos)
arccosh = acosh = ufunc(np.arccosh)
arcsin = asin = ufunc(np.arcsin)
arcsinh = asinh = ufunc(np.arcsinh)
arctan = atan = ufunc(np.arctan)
arctan2 = atan2 = ufunc(np.arctan2)
arctanh = atanh = ufunc(np.arctanh)
bitwise_and = ufunc(np.bitwise_and)
bitwise_count = ufunc(np.bitwise_count)
bitwise_or = ufunc(np.bitwise_or)
bitwise_xor = ufunc(np.bitwise_xor)
cbrt = ufunc(np.cbrt)
ceil = ufunc(np.ceil)
conjugate = conj = ufunc(np.conjugate)
copysign = ufunc(np.copysign)
cos = ufunc(np.cos)
cosh = ufunc(np.cosh)
deg2rad = ufunc(np.deg2rad)
degrees = ufunc(np.degrees)
divide = true_divide = ufunc(np.divide)
divmod = ufunc(np.divmod)
equal = ufunc(np.equal)
exp = ufunc(np.exp)
exp2 = ufunc(np.exp2)
expm1 = ufunc(np.expm1)
fabs = ufunc(np.fabs)
float_power = ufunc(np.float_power)
floor = ufunc(np.floor)
floor_divide = ufunc(np.floor_divide)
fmax = ufunc(np.fmax)
fmin = ufunc(np.fmin)
fmod = ufunc(np.fmod)
frexp = ufunc(np.frexp)
gcd = ufunc(np.gcd)
greater = ufunc(np.greater)
greater_equal = ufunc(np.greater_equal)
heaviside = ufunc(np.heaviside)
hypot = ufunc(np.hypot)
invert = bitwise_invert = bitwise_not = ufunc(np.invert)
isfinite = ufunc(np.isfinite)
isinf = ufunc(np.isinf)
isnan = ufunc(np.isnan)
lcm = ufunc(np.lcm)
ldexp = ufunc(np.ldexp)
left_shift = bitwise_left_shift = ufunc(np.left_shift)
less = ufunc(np.less)
less_equal = ufunc(np.less_equal)
log = ufunc(np.log)
log10 = ufunc(np.log10)
log1p = ufunc(np.log1p)
log2 = ufunc(np.log2)
logaddexp = ufunc(np.logaddexp)
logaddexp2 = ufunc(np.logaddexp2)
logical_and = ufunc(np.logical_and)
logical_not = ufunc(np.logical_not)
logical_or = ufunc(np.logical_or)
logical_xor = ufunc(np.logical_xor)
matmul = ufunc(np.matmul)
maximum = ufunc(np.maximum)
minimum = ufunc(np.minimum)
modf = ufunc(np.modf)
multiply = ufunc(np.multiply)
negative = ufunc(np.negative)
nextafter = ufunc(np.nextafter)
not_equal = ufunc(np.not_equal)
positive = ufunc(np.positive)
power = pow = ufunc(np.power)
rad2deg = ufunc(np.rad2deg)
radians = ufunc(np.radians)
reciprocal = ufunc(np.reciprocal)
remainder = mod = ufunc(np.remainder)
right_shift = bitwise_right_shift = ufunc(np.right_shift)
rint = ufunc(np.rint)
sign = ufunc(np.sign)
signbit = ufunc(np.signbit)
sin = ufunc(np.sin)
sinh = ufunc(np.sinh)
spacing = ufunc(np.spacing)
sqrt = ufunc(np.sqrt)
square = ufunc(np.square)
subtract = ufunc(np.subtract)
tan = ufunc(np.tan)
tanh = ufunc(np.tanh)
trunc = ufunc(np.trunc)
vecdot = ufunc(np.vecdot)
if hasattr(np, "matvec"):  # NumPy 2.2
    matvec = ufunc(np.matvec)
    vecmat = ufunc(np.vecmat)

publish_ufuncs((member._of_numpy, member) for member in list(globals().values()) if isinstance(member, ufunc))
