"""Every public name is documented, with an example that runs."""

import doctest
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


@pytest.mark.parametrize("name", NAMES)
def test_examples_run(name: str) -> None:
    """Those of compiled functions too, which pytest's own collection does not see."""
    text = inspect.getdoc(getattr(nt, name)) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.DocTestRunner(verbose=False, optionflags=flags).run(test).failed == 0
