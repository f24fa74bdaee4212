"""What a type checker tells users: the types of what they call, and no complaint about the examples."""

import re
from pathlib import Path

import pytest

api = pytest.importorskip("mypy.api")
ROOT = Path(__file__).parents[1]
HEAD = """\
import numpy as np
from numpy.typing import NDArray
import numtorch as nt
from numtorch import models, nn, optim, train, weights
from numtorch.nn import layers
from numtorch.nn.layers import Chain, Conv, Dense, LSTMCell

model = Dense(2, 3)
t = nt.tensor([1.0])
a = np.ones(2)
def f(*x: object) -> nt.Tensor:
    return t
"""
TYPES = {
    # Models keep their types.
    **{f"nt.{name}(model)": "Dense" for name in ("torch", "cpu", "collect", "f16", "f32", "f64", "freeze", "thaw")},
    "nt.torch(Chain(model, np.tanh))": "Chain",
    "nt.load_state(model, {})": "Dense",
    "nt.to_tensor(model)": "Dense",
    "weights.load('a.npz', model)": "Dense",
    "layers.trainmode(model)": "Dense",
    "layers.testmode(model)": "Dense",
    "nt.dropgrad(model)": "Dense",
    "nt.destructure(model)[1](t)": "Dense",
    # Arrays become Tensors, and Tensors arrays.
    "nt.torch(a)": "Tensor",
    "nt.torch(t)": "Tensor",
    "nt.to_tensor(a)": "Tensor",
    "nt.torch({'w': a})": "dict[str, Tensor]",
    "nt.torch([a])": "list[Tensor]",
    "nt.cpu(t)": "ndarray",
    "nt.collect([t])": "list[ndarray]",
    "nt.collect({'w': t})": "dict[str, ndarray]",
    # What is in a model.
    "nt.params(model)": "Params",
    "nt.state(model)": "dict[str, Any]",
    "nt.trainables(model)": "list[Any]",
    "nt.trainables(model, path=True)": "dict[str, Any]",
    "nt.modules(model)": "list[Any]",
    "nt.modules(model, path=True)": "dict[str, Any]",
    "weights.load('a.npz')": "dict[str, ndarray]",
    # A Tensor gives a Tensor; what an ndarray gives depends on the weights.
    "model(t)": "Tensor",
    "model(a)": "Any",
    "Conv(3, 1, 2)(t)": "Tensor",
    "LSTMCell(2, 3)(t)": "tuple[Tensor, tuple[Tensor, Tensor]]",
    "layers.GRUCell(2, 3)(t)": "tuple[Tensor, Tensor]",
    "layers.MultiHeadAttention(8)(t)": "Tensor",
    "layers.concatenated(t, t)": "Tensor",
    "Chain(model)(t)": "Any",
    "nn.relu(t)": "Tensor",
    "nn.softmax(t, axis=1)": "Tensor",
    "nn.conv(t, a)": "Tensor",
    "nn.max_pool(t, 2)": "Tensor",
    "nn.max_pool(t, 2, return_indices=True)": "Any",
    "nn.upsample(t, scale=2)": "Tensor",
    "nn.flatten(t)": "Tensor",
    "nn.groupnorm(t, 2)": "Tensor",
    "nn.gather(t, a)": "Tensor",
    "nn.topk(t, 2)": "tuple[Tensor, Tensor]",
    "nn.dot_product_attention(t, t, t)": "Tensor",
    "nn.lstm(t, None, a, a)": "tuple[Tensor, tuple[Tensor, Tensor]]",
    "nn.mse(model(t), t)": "Tensor",
    "nn.relu(a)": "Any",
    # Models of images give a Tensor for one, and know of what kind they are.
    "models.create('resnet18')": "Model",
    "models.create('unet')": "UNet",
    "models.ResNet(18)(t)": "Tensor",
    "models.UNet()(t)": "Tensor",
    "models.backbone(models.ResNet(18))": "Chain",
    "models.StochasticDepth(0.1)(t)": "Tensor",
    "t * 2 + t.sum()": "Tensor",
    # Gradients have the form of the arguments.
    "nt.gradient(f, t)": "tuple[Tensor]",
    "nt.gradient(f, a, 3.0)": "tuple[ndarray, float]",
    "nt.gradient(f, model)": "tuple[Any]",
    "nt.gradient(f, t, t, t, t)": "tuple[Any, ...]",
    "nt.gradient(f, nt.params(model))": "Grads",
    "nt.gradient(f, nt.params(model))[t]": "Tensor | None",
    "nt.withgradient(f, t).grad": "tuple[Tensor]",
    "nt.withgradient(f, nt.params(model)).grad": "Grads",
    "nt.checkpointed(f, t)": "Tensor",
    "train.train(f, model, [t], optim.setup(optim.Adam(), model))": "History",
}


SETTINGS = f"""
[mypy]
mypy_path = {ROOT / "python"}
cache_dir = {ROOT / ".mypy_cache" / "users"}
follow_imports = silent
[mypy-matplotlib.*,sklearn.*]
follow_imports = skip
follow_imports_for_stubs = true
ignore_missing_imports = true
"""


def checked(folder: Path, *arguments: str) -> list[str]:
    """What mypy says, as to somebody who has numtorch installed."""
    (folder / "mypy.ini").write_text(SETTINGS)
    found, errors, _ = api.run(["--config-file", str(folder / "mypy.ini"), *arguments])
    assert errors == ""
    return found.splitlines()


def short(text: str) -> str:
    """A type without the modules of its names, and without what NumPy's versions write in different ways."""
    return re.sub(r"ndarray\[.*?dtype\[Any\]\]", "ndarray", re.sub(r"\b(?:\w+\.)+(\w)", r"\1", text))


def test_types_are_what_a_reader_expects(tmp_path: Path) -> None:
    script = tmp_path / "user.py"
    script.write_text(HEAD + "".join(f"reveal_type({call})\n" for call in TYPES))
    lines = checked(tmp_path, "--strict", str(script))
    assert lines.pop().startswith("Success")
    shown = [line.partition('Revealed type is "')[2].removesuffix('"') for line in lines]
    assert dict(zip(TYPES, map(short, shown), strict=True)) == TYPES


def test_mistakes_are_found(tmp_path: Path) -> None:
    script = tmp_path / "user.py"
    script.write_text(HEAD + "nt.torch(model).wieght\nslope, other = nt.gradient(f, t)\nnt.gradient(f, t).shape\n")
    lines = checked(tmp_path, "--strict", str(script))
    assert [line.rpartition(" ")[2] for line in lines[:-1]] == ["[attr-defined]", "[misc]", "[attr-defined]"]


def test_examples_pass(tmp_path: Path) -> None:
    """Which are without annotations, but for what the checker works out itself."""
    examples = sorted(map(str, (ROOT / "examples").glob("*.py")))
    lines = checked(tmp_path, "--check-untyped-defs", "--disable-error-code=var-annotated", *examples)
    assert lines[-1].startswith("Success"), "\n".join(lines)
