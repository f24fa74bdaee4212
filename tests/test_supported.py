"""docs/ says what the registry and `numtorch.nn` say, and the benchmark times what the registry has."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from numtorch import models, nn
from numtorch.nn import layers

ROOT = Path(__file__).parents[1]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def test_page_is_current() -> None:
    generate = load(ROOT / "docs" / "generate.py")
    page = generate.FILE.read_text()
    written_with = re.search(r"with NumPy (\S+)\.", page)
    assert written_with is not None
    if written_with[1] != np.__version__:
        pytest.skip(f"the page is of NumPy {written_with[1]}")
    assert page == generate.text(), "run python docs/generate.py"


def test_tables_of_models_are_current() -> None:
    generate = load(ROOT / "docs" / "generate.py")
    page = generate.MODELS.read_text()
    assert page == generate.models_text(), "run python docs/generate.py"
    named = set(re.findall(r"[`.](\w+)[`(]", page))
    assert {*nn.__all__, *layers.__all__, *models.__all__} - named == set()


def test_every_row_of_the_benchmark_is_one_statement() -> None:
    rows = load(ROOT / "bench" / "numpy_rows.py")
    texts = [statement.text for statements in rows.FAMILIES.values() for statement in statements]
    assert len(set(texts)) == len(texts)
    for text in texts:
        compile(text, text, "exec")
