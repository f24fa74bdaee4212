"""Other libraries' names for things, and the names here: for the errors of names and keywords not found."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Self

from numtorch._core import Tensor

__all__ = ["KEYWORDS", "NAMES", "NN", "OPTIM", "TENSOR", "Keywords", "attach", "check_keywords", "no_attribute"]


def _functions(names: str, words: str) -> dict[str, str]:
    return {name: words.format(name) for name in names.split()}


_GRADIENT = "numtorch.gradient(f, x) takes the gradient of a function; no Tensor keeps one"
_DTYPE = "t.astype({0}) casts"
_IN_PLACE = {"add_": "+=", "sub_": "-=", "mul_": "*=", "div_": "/=", "pow_": "**="}

# Of a Tensor: PyTorch's methods, and some of JAX's, CuPy's and TensorFlow's arrays.
TENSOR: dict[str, str] = {
    **_functions("backward grad grad_fn is_leaf retain_grad", _GRADIENT),
    "requires_grad": "numtorch.gradient(f, x) differentiates any Tensor that is an argument, numtorch.params others",
    "requires_grad_": "numtorch.gradient(f, x) differentiates any Tensor that is an argument, numtorch.params others",
    "register_hook": "numtorch.hook(f, t) calls f with the gradient",
    "detach": "numtorch.dropgrad(t) is a constant, and so is all that a function under numtorch.nograd returns",
    "detach_": "numtorch.dropgrad(t) is a constant",
    "stop_gradient": "numtorch.dropgrad(t) is a constant",
    "cuda": "t.to(dev=0) moves it to the first GPU",
    "cpu": "t.to(dev=-1) moves it to the CPU, numtorch.collect(t) into an ndarray",
    "is_cuda": "t.dev is the number of its GPU, -1 for the CPU",
    "get_device": "t.dev is the number of its GPU, -1 for the CPU",
    "get": "numtorch.collect(t) copies it into an ndarray",
    "asnumpy": "numtorch.collect(t) copies it into an ndarray",
    "block_until_ready": "numtorch.synchronize(t.dev) waits for the device",
    "at": "x[i] = v and x[i] += v write in place, under a gradient too",
    "clone": "t.copy() copies",
    "contiguous": "np.ascontiguousarray(t) is in C order",
    "is_contiguous": "t.flags.c_contiguous says it",
    "data_ptr": "t.ctypes.data is the address of its memory on the CPU",
    "numel": "t.size is the number of elements",
    "nelement": "t.size is the number of elements",
    "dim": "t.ndim is the number of axes",
    "element_size": "t.itemsize is the bytes of an element",
    "permute": "t.transpose(axes) orders the axes",
    "t": "t.T has the axes reversed",
    "unsqueeze": "t[:, None] or np.expand_dims(t, axis) adds an axis",
    "unsqueeze_": "t[:, None] or np.expand_dims(t, axis) adds an axis",
    "view_as": "t.reshape(other.shape) does it",
    "reshape_as": "t.reshape(other.shape) does it",
    "expand": "np.broadcast_to(t, shape) does it",
    "expand_as": "np.broadcast_to(t, other.shape) does it",
    "chunk": "np.array_split(t, parts, axis) does it",
    "unbind": "np.unstack(t, axis=axis) does it",
    "split_with_sizes": "np.split(t, indices, axis) does it",
    "mm": "a @ b multiplies matrices",
    "bmm": "a @ b multiplies matrices",
    "mv": "a @ b multiplies matrices",
    "matmul": "a @ b multiplies matrices",
    "norm": "np.linalg.norm(t) does it",
    "float": _DTYPE.format("np.float32"),
    "double": _DTYPE.format("np.float64"),
    "half": _DTYPE.format("np.float16"),
    "int": _DTYPE.format("np.int32"),
    "long": _DTYPE.format("np.int64"),
    "bool": _DTYPE.format("bool"),
    "type": "t.astype(dtype) casts, t.dtype says what it is",
    "type_as": "t.astype(other.dtype) casts",
    "masked_fill": "np.where(mask, value, t) does it",
    "masked_fill_": "t[mask] = value does it",
    "gather": "np.take_along_axis(t, indices, axis) does it",
    "scatter_": "np.put_along_axis(t, indices, values, axis) does it",
    "index_select": "np.take(t, indices, axis) does it",
    "copy_": "t[...] = other does it",
    "fill_": "t.fill(value) does it",
    "zero_": "t.fill(0) does it",
    "clamp": "t.clip(low, high) does it",
    "clamp_": "t.clip(low, high, out=t) does it",
    "size_": "t.shape is the lengths of the axes",
    "topk": "np.partition and np.argpartition find the largest",
    "softmax": "numtorch.nn.softmax(t) does it",
    "log_softmax": "numtorch.nn.logsoftmax(t) does it",
    "relu": "numtorch.nn.relu(t) does it",
    "sigmoid": "numtorch.nn.sigmoid(t) does it",
    "neg": "-t does it",
    "add": "a + b does it",
    "sub": "a - b does it",
    "mul": "a * b does it",
    "div": "a / b does it",
    "pow": "a ** b does it",
    **_functions("eq ne lt le gt ge", "comparisons are operators, and np.equal and its kin"),
    **_functions(
        "abs ceil cos cosh exp expm1 floor isfinite isinf isnan log log10 log1p log2 maximum median minimum outer "
        "reciprocal sign sin sinh sqrt square tan tanh tile tril triu trunc unique where flip roll stack",
        "np.{0} takes Tensors",
    ),
    **{name: f"t {operator} other does it" for name, operator in _IN_PLACE.items()},
}

# Of the package: functions of PyTorch's and JAX's packages.
NAMES: dict[str, str] = {
    **_functions("grad value_and_grad", "numtorch.gradient and numtorch.withgradient do it"),
    **_functions("jacfwd jacrev", "numtorch.jacobian does it"),
    "vjp": "numtorch.pullback does it",
    **_functions("no_grad enable_grad stop_gradient", "numtorch.nograd(f) and numtorch.dropgrad(x) make constants"),
    "inference_mode": "nothing is recorded outside of numtorch.gradient",
    "jit": "numtorch.compile(f) runs f as one program",
    "cuda": "devices are numbers: numtorch.cuda_is_available(), numtorch.device_count(), dev=0",
    "device_put": "t.to(dev=...) and numtorch.torch(model, dev=...) move",
    "from_numpy": "numtorch.tensor(array, copy=False) shares its memory",
    "as_tensor": "numtorch.tensor(array, copy=False) shares its memory",
    "asarray": "numtorch.tensor makes Tensors of arrays, and numtorch.numpy has NumPy's functions",
    **_functions(
        "zeros ones empty full arange linspace eye rand randn randint stack cat concatenate einsum where exp sum mean "
        "float16 float32 float64 int32 int64 zeros_like ones_like array",
        "numtorch.numpy has NumPy's names, and NumPy's own functions take Tensors",
    ),
    "save": "numtorch.weights and numtorch.train.save_checkpoint write files",
    "utils": "numtorch.train has DataLoader",
    "Module": "a layer is any object with arrays: see numtorch.nn.layers",
}

# Of numtorch.nn and numtorch.optim: PyTorch's classes.
NN: dict[str, str] = {
    "Module": "a layer is any object with arrays: see numtorch.nn.layers",
    "Parameter": "any array in a model is a parameter: numtorch.params(model)",
    "functional": "the functions are in numtorch.nn itself",
    "Linear": "numtorch.nn.layers.Dense",
    "Sequential": "numtorch.nn.layers.Chain",
    **_functions("Conv1d Conv2d Conv3d", "numtorch.nn.layers.Conv"),
    **_functions("BatchNorm1d BatchNorm2d BatchNorm3d", "numtorch.nn.layers.BatchNorm"),
    **_functions("MaxPool1d MaxPool2d MaxPool3d", "numtorch.nn.layers.MaxPool"),
    **_functions("LSTM GRU Dropout Embedding LayerNorm GroupNorm", "numtorch.nn.layers.{0}"),
    "ReLU": "numtorch.nn.relu, a function",
    "CrossEntropyLoss": "numtorch.nn.logitcrossentropy",
    "cross_entropy": "numtorch.nn.logitcrossentropy",
    **_functions("MSELoss mse_loss", "numtorch.nn.mse"),
    "log_softmax": "numtorch.nn.logsoftmax",
    "init": "numtorch.nn.layers has glorot_uniform, kaiming_normal and others",
}
OPTIM: dict[str, str] = {
    "SGD": "Descent, and Momentum or Nesterov with momentum",
    "Adamax": "AdaMax",
    "Adagrad": "AdaGrad",
    "Adadelta": "AdaDelta",
    "RMSprop": "RMSProp",
    "lr_scheduler": "schedules are Cosine, Exponential, Step and others in numtorch.optim itself",
    "Optimizer": "Rule",
    "Optimiser": "Rule",
}

# Of functions and classes: PyTorch's and Keras's keywords.
KEYWORDS: dict[str, str] = {
    **_functions("lr learning_rate", "eta"),
    "betas": "beta",
    "eps": "epsilon",
    "momentum": "rho, of Momentum and Nesterov",
    "weight_decay": "lam, of AdamW and WeightDecay: chain(WeightDecay(lam), rule)",
    "batch_size": "batchsize",
    "drop_last": "partial=False",
    "num_workers": "workers",
    "collate_fn": "collate",
    "generator": "rng",
    "device": "dev, an integer",
    "requires_grad": "what is an argument of numtorch.gradient(f, x)",
}


def no_attribute(owner: str, name: str, words: Mapping[str, str]) -> AttributeError:
    """The error of a name that is not there, with what it is called here, if `words` has it."""
    hint = f": {words[name]}" if name in words else ""
    return AttributeError(f"{owner} has no attribute {name!r}{hint}")


class Elsewhere:
    """A name that a Tensor has elsewhere. It is found only where nothing else is, so that attributes cost no more."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> NoReturn:
        kind = f"'{owner.__module__}.{owner.__qualname__}'"
        error = no_attribute(f"type {kind}" if instance is None else f"{kind} object", self.name, TENSOR)
        error.name, error.obj = self.name, owner if instance is None else instance
        raise error


def _listed(self: Tensor) -> Iterable[str]:
    return [name for name in object.__dir__(self) if name not in TENSOR or name in _own]


_own = frozenset(vars(Tensor))


def attach() -> None:
    """Makes the errors of a Tensor's missing attributes say what they are called here."""
    global _own
    _own = frozenset(vars(Tensor))
    for name in TENSOR.keys() - _own:
        setattr(Tensor, name, Elsewhere(name))
    Tensor.__dir__ = _listed  # type: ignore[method-assign, assignment]


def check_keywords(function: str, given: Iterable[str], known: Iterable[str] = ()) -> None:
    """TypeError for a keyword that is called otherwise here."""
    for name in given:
        if name in KEYWORDS and name not in known:
            raise TypeError(f"{function} got an unexpected keyword argument {name!r}; here it is {KEYWORDS[name]}")


class Keywords:
    """Base of classes whose errors of keywords say what they are called here."""

    __slots__ = ()

    def __new__(cls, *_: Any, **keywords: Any) -> Self:
        if keywords.keys() & KEYWORDS.keys():
            check_keywords(f"{cls.__name__}()", keywords, inspect.signature(cls).parameters)
        return super().__new__(cls)
