"""What the families of models share: a model's base, convolutions with batch norm, gates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Literal, TypeVar

from numtorch.models.naming import Rules, renamed
from numtorch.nn.activations.gates import gelu
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.activations.sigmoids import sigmoid
from numtorch.nn.conv import conv as nn_conv
from numtorch.nn.dispatch import ArrayT
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Conv, Flatten, GlobalMeanPool, Layer, LayerNorm, kaiming_normal
from numtorch.nn.layers.chance import StochasticDepth
from numtorch.nn.layers.dense import activated
from numtorch.structure import leaves

Function = Callable[..., Any]
T = TypeVar("T")


class Model(Chain):
    """A Chain of named parts, of which those from `head` on classify what the others found.

    Parameters
    ----------
    head : str
        Name of the first part of the classifier.
    **parts : callables
        The parts, with the names that `state` gives them.

    Notes
    -----
    The models here are classes of this one, whose parts are made of a configuration. All of them take `nclasses` and
    `inchannels`, the numbers of classes and of channels of the images, and `rng`, a numpy.random.Generator or an int,
    which is where the initial numbers come from.
    """

    keeps_eps = False  # whether the eps of the norms was chosen by hand

    def __init__(self, head: str, /, **parts: Function) -> None:
        super().__init__(**parts)
        if head not in parts:
            raise ValueError(f"{type(self).__name__}: no part is called {head!r}")
        self.first_of_head = head

    def __call__(self, x: ArrayT) -> ArrayT:
        return super().__call__(x)

    def split(self) -> int:
        """Where the classifier begins."""
        return list(self.layers).index(self.first_of_head)

    def describe(self) -> str:
        return ""

    def eps_for(self, names: str) -> float | None:  # noqa: ARG002
        """The eps of the norms in the library that has these names, where libraries differ."""
        return None

    def rules(self, names: str) -> Rules:  # noqa: ARG002
        """How the names of a library become those of this model, where they differ."""
        return ()

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        return renamed(super().__translate__(given, names), self.rules(names))

    def __loaded__(self, names: str) -> None:
        """Weights that were trained with another eps in the norms take it along."""
        eps = self.eps_for(names)
        if eps is None or self.keeps_eps:
            return
        for layer in leaves(self, is_leaf=lambda part: isinstance(part, BatchNorm)):
            if isinstance(layer, BatchNorm):
                layer.eps = eps


def backbone(model: Model) -> Chain:
    """The part of a model that finds features: everything before its classifier.

    Parameters
    ----------
    model : Model

    Returns
    -------
    Chain
        Shares the arrays of the model.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import models
    >>> model = models.ResNet(18, rng=0)
    >>> models.backbone(model)(np.ones((1, 3, 64, 64), np.float32)).shape
    (1, 512, 2, 2)
    """
    return model[: model.split()]


def classifier(model: Model) -> Chain:
    """The part of a model that classifies: `classifier(m)(backbone(m)(x))` is `m(x)`.

    Parameters
    ----------
    model : Model

    Returns
    -------
    Chain
        Shares the arrays of the model.

    Examples
    --------
    >>> from numtorch import models
    >>> models.classifier(models.ResNet(18, nclasses=10, rng=0))
    Chain(
      avgpool = GlobalMeanPool(),
      flatten = Flatten(),
      fc = Dense(512 => 10),  # 5_130 parameters
    )                         # Total: 2 arrays, 5_130 parameters, 20.039 KiB.
    """
    return model[model.split() :]


def one_of(owner: str, argument: str, value: T, among: Collection[T]) -> T:
    """`value`, if it is one of those that there are; ValueError otherwise."""
    if value not in among:
        raise ValueError(f"{owner}: the {argument} is one of {', '.join(map(str, among))}, not {value!r}")
    return value


def pooled(name: str = "avgpool", /, **head: Function) -> dict[str, Function]:
    """The mean of each channel, and what classifies by these: the last parts of most models."""
    return {name: GlobalMeanPool(), "flatten": Flatten(), **head}


class SameConv(Conv):
    """A convolution that pads as TensorFlow does, so that its result is of ceil(H / stride) × ceil(W / stride).

    Where an odd number of zeros is needed, one more comes behind than before: with stride 2, images of even sides are
    not seen symmetrically. Parameters are those of `Conv`, with one number each for k and stride; `pad` is not used.
    """

    def __call__(self, x: Any) -> Any:
        stride = self.stride if isinstance(self.stride, int) else self.stride[0]
        margins: list[int] = []
        for length, k in zip(x.shape[2:], self.weight.shape[2:], strict=True):
            needed = max((-(-length // stride) - 1) * stride + k - length, 0)
            margins += [needed // 2, needed - needed // 2]
        return activated(
            self.act, nn_conv(x, self.weight, self.bias, stride=stride, pad=tuple(margins), groups=self.groups)
        )


def conv(k: Any, inputs: int, outputs: int, *, bias: bool = False, same: bool = False, **options: Any) -> Conv:
    """A convolution as the models here use it: no bias, He's initial values; `same` pads as TensorFlow does."""
    kind = SameConv if same else Conv
    return kind(k, inputs, outputs, bias=bias, init=kaiming_normal, **options)


def conv_norm(
    k: Any,
    inputs: int,
    outputs: int,
    act: Function | None = relu,
    *,
    norm: Function = BatchNorm,
    **options: Any,
) -> Chain:
    """Convolution, norm, activation: parts 0, 1 and 2. `pad` keeps the size where it is not given."""
    options.setdefault("pad", _half(k, options.get("dilation", 1)))
    layers = [conv(k, inputs, outputs, **options), norm(outputs)]
    return Chain([*layers, act] if act is not None else layers)


def _half(k: Any, dilation: int) -> Any:
    return (k - 1) // 2 * dilation if isinstance(k, int) else tuple((size - 1) // 2 * dilation for size in k)


def exact_gelu(x: Any) -> Any:
    """`gelu` by the error function."""
    return gelu(x, approximate="none")


def rounded(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of the divisor, but no less than 0.9 times the number."""
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * channels else nearest


class SqueezeExcite(Layer):
    """Each channel times a number between 0 and 1 that depends on the means of all (Hu et al. 2018).

    Parameters
    ----------
    channels : int
        Length of axis 1.
    squeezed : int
        Length in between.
    act, gate : callable
        Activation in between, and the one that gives numbers between 0 and 1.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(
        self, channels: int, squeezed: int, act: Function = relu, gate: Function = sigmoid, *, rng: Rng = None
    ) -> None:
        self.pool = GlobalMeanPool()
        self.fc1 = Conv(1, channels, squeezed, rng=rng)
        self.fc2 = Conv(1, squeezed, channels, rng=rng)
        self.act = act
        self.gate = gate

    def __call__(self, x: Any) -> Any:
        return x * self.gate(self.fc2(self.act(self.fc1(self.pool(x)))))


class InvertedResidual(Layer):
    """To many channels, a convolution of each, and back to few; around it, where the shapes agree, the input.

    Parameters
    ----------
    inputs, outputs : int
        Channels before and after.
    inner : int
        Channels in between; if they are as many as before, nothing widens them.
    k, stride : int
        Of the convolution of each channel.
    act : callable
        Activation.
    gate : callable, optional
        Makes what stands before the last convolution: `gate(inner, rng=rng)`.
    drop : float, optional
        How often, in training, only the way around is taken.
    fused : bool
        Whether one convolution across all channels widens, in place of two; and where nothing widens, whether it is
        the only one.
    unit : callable
        Makes a convolution with a norm: `conv_norm` with options.
    name : str
        The attribute that holds the layers.
    flat : {"none", "last", "all"}
        Which convolutions stand beside their norms, and not in a Chain of their own.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        inner: int,
        k: int = 3,
        stride: int = 1,
        act: Function = relu,
        *,
        gate: Function | None = None,
        drop: float | None = None,
        fused: bool = False,
        unit: Callable[..., Chain] = conv_norm,
        name: str = "block",
        flat: Literal["none", "last", "all"] = "none",
        rng: Rng = None,
    ) -> None:
        unit = partial(unit, rng=rng)
        widest = partial(unit, k, act=act, stride=stride)
        if fused and inner == inputs:
            layers: list[Function] = [widest(inputs, outputs)]
        elif fused:
            layers = [widest(inputs, inner), unit(1, inner, outputs, None)]
        else:
            layers = [
                *([] if inner == inputs else [unit(1, inputs, inner, act)]),
                widest(inner, inner, groups=inner),
                *([] if gate is None else [gate(inner, rng=rng)]),
                unit(1, inner, outputs, None),
            ]
        kept = {"none": len(layers), "last": -1, "all": 0}[flat]
        flattened = [part for layer in layers[kept:] for part in (layer if isinstance(layer, Chain) else [layer])]
        self.name = name
        setattr(self, name, Chain([*layers[:kept], *flattened]))
        self.drop = None if drop is None else StochasticDepth(drop, rng=rng)
        self.around = stride == 1 and inputs == outputs

    def __call__(self, x: Any) -> Any:
        y = getattr(self, self.name)(x)
        if not self.around:
            return y
        return x + (y if self.drop is None else self.drop(y))


class ChannelNorm(LayerNorm):
    """LayerNorm over axis 1 of images."""

    def __call__(self, x: Any) -> Any:
        return super().__call__(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
