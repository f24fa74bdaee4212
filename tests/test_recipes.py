"""The recipes in CONTRIBUTING.md are complete: each lists all the files that name what it takes as an example."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("python", "csrc", "tests", "docs", "bench", "examples")
ENDINGS = {".py", ".pyi", ".cpp", ".h", ".md"}

TEXTS = {
    file.relative_to(ROOT).as_posix(): file.read_text()
    for folder in FOLDERS
    for file in (ROOT / folder).rglob("*")
    if file.suffix in ENDINGS and file != Path(__file__)
}
RECIPES = dict(re.findall(r"^### (Add .+?)\n(.*?)(?=^##)", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.M | re.S))


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def naming(names: list[str]) -> set[str]:
    """The files that have one of these names, as a word or at the beginning of one with underscores."""
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(names)})(?![^\W_])")
    return {file for file, text in TEXTS.items() if pattern.search(text)}


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_lists_the_files_that_name_its_example(title: str) -> None:
    listed = re.search(r"^Files that name (.+?): (.+?)\.\n\n", RECIPES[title], flags=re.M | re.S)
    assert listed is not None
    assert set(quoted(listed[2])) == naming(quoted(listed[1]))


def test_what_has_a_recipe() -> None:
    things = ("kernel rule", "network function", "layer", "model", "NumPy function", "ufunc")
    assert list(RECIPES) == [f"Add a {thing}" for thing in things]
