"""Every public name is documented, with an example."""

import inspect
import operator

import pytest

import numtorch as nt
from numtorch import optim, train

NAMES = sorted(nt.__all__)
NAMES += [f"{part.__name__.split('.')[1]}.{name}" for part in (optim, train) for name in sorted(part.__all__)]
# What others make: gradient, libtorch, params, setup, chain, train.
WITHOUT_EXAMPLE = {"Grads", "OutOfMemoryError", "Params", "optim.Leaf", "optim.OptimiserChain"}
WITHOUT_EXAMPLE |= {"train.History", "train.Report"}


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_documented(name: str) -> None:
    text = inspect.getdoc(operator.attrgetter(name)(nt))
    assert text
    assert text[0].isupper() or text.startswith((name, "``"))
    if name not in WITHOUT_EXAMPLE:
        assert "Examples\n--------\n>>>" in text
