"""Every public name is documented, with an example."""

import inspect

import pytest

import numtorch as nt

NAMES = sorted(nt.__all__)
WITHOUT_EXAMPLE = {"Grads", "OutOfMemoryError", "Params"}  # made by gradient, libtorch and params


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_documented(name: str) -> None:
    text = inspect.getdoc(getattr(nt, name))
    assert text
    assert text[0].isupper() or text.startswith(name)
    if name not in WITHOUT_EXAMPLE:
        assert "Examples\n--------\n>>>" in text
