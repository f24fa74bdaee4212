"""Writes docs/supported.md, what Tensors answer, from the registry, and the tables of names in docs/models.md.

Run `python docs/generate.py`; tests compare the files with what this would write.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("supported.md")
MODELS = Path(__file__).with_name("models.md")
LAZY = ("numpy.fft", "numpy.polynomial", "numpy.strings", "numpy.char", "numpy.lib.recfunctions")

HEAD = """# What Tensors answer

Written by `python docs/generate.py` with NumPy {version}. A function that is handled takes all the keywords of its
signature, unless the notes say otherwise; what it returns is a Tensor on the device of its arguments. A function that
is refused raises `TypeError` with the reason given here. Nothing is computed on the host for a Tensor but where the
notes say so; "waits for the device" means that one number is read from it, to raise an error or to know a shape.
"""


def public_name(function: Callable[..., Any]) -> str:
    """The name that users write."""
    module = function.__module__.removesuffix("._scimath_impl")
    module = {"numpy.lib.scimath": "np.emath", "numpy.lib._scimath": "np.emath"}.get(module, module)
    return f"{module.replace('numpy', 'np', 1)}.{function.__name__}"


def keywords(function: Callable[..., Any]) -> str:
    """The parameters, with their defaults."""
    parts = []
    try:
        shown = inspect.signature(function)
    except ValueError:  # a compiled function that has none
        from numtorch.functions.calls import registry

        shown = inspect.signature(registry.handled()[function])
    for p in shown.parameters.values():
        star = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
        absent = p.default is p.empty or repr(p.default) == "<no value>"
        parts.append(f"{star}{p.name}" + ("" if p.default is p.empty else "=…" if absent else f"={p.default!r}"))
    return ", ".join(parts).replace("|", "\\|")


def notes(handler: Callable[..., Any]) -> str:
    """What the handler's docstring says beyond "NumPy's `f`"."""
    text = inspect.getdoc(handler) or ""
    first = " ".join(text.split("\n\n")[0].split())
    for end in ("`: ", "`; ", "`, ", "`. ", "` "):
        if first.startswith("NumPy's `") and end in first:
            rest = first.split(end, 1)[1].strip().replace("|", "\\|")
            return rest[:1].upper() + rest[1:]
    return "" if first.startswith("NumPy's `") else first


def function_rows() -> Iterator[str]:
    from numtorch.functions.calls import registry

    seen = set()
    handled = registry.handled()
    for function in sorted(handled, key=public_name):
        name = public_name(function)
        if name not in seen:
            seen.add(name)
            yield f"| `{name}` | `{keywords(function)}` | {notes(handled[function])} |"


def ufunc_rows() -> Iterator[str]:
    from numtorch.functions.ufuncs.table import ROWS

    for ufunc in sorted(ROWS, key=lambda u: u.__name__):
        if isinstance(ufunc, np.ufunc) and getattr(np, ufunc.__name__, None) is ufunc:
            methods = "reduce, accumulate, reduceat, outer, at" if ufunc.nin == 2 and ufunc.nout == 1 else "at"
            if ufunc.signature or ufunc.nout > 1:
                methods = "outer" if ufunc.nin == 2 and not ufunc.signature else ""
            yield f"| `np.{ufunc.__name__}` | {ufunc.nin} | {ufunc.nout} | {methods} |"


def refused_rows() -> Iterator[str]:
    from numtorch.functions.calls import registry

    reasons: dict[str, list[str]] = {}
    for function, reason in registry.unsupported().items():
        reasons.setdefault(reason, []).append(f"`{public_name(function)}`")
    for reason in sorted(reasons):
        yield f"| {reason} | {', '.join(sorted(set(reasons[reason])))} |"


def text() -> str:
    for module in LAZY:
        importlib.import_module(module)
    functions, ufuncs, refused = list(function_rows()), list(ufunc_rows()), list(refused_rows())
    parts = [
        HEAD.format(version=np.__version__),
        f"## Functions ({len(functions)})\n\n| function | parameters | notes |\n|---|---|---|\n" + "\n".join(functions),
        f"\n## ufuncs ({len(ufuncs)})\n\nWith `out`, `where`, `casting`, `order`, `dtype`, `subok` and `signature`, "
        "or `axes`, `axis` and `keepdims` where NumPy has these.\n\n"
        "| ufunc | inputs | outputs | methods |\n|---|---|---|---|\n" + "\n".join(ufuncs),
        "\n## Refused\n\n| reason | functions |\n|---|---|\n" + "\n".join(refused),
    ]
    return "\n".join(parts) + "\n"


# The files of numtorch.nn and numtorch.nn.layers that a row of a table is about, by the first word of their names.
FUNCTIONS = {
    "convolutions": ("conv", "patches"),
    "pools": ("pool",),
    "sizes of images": ("resize", "grid", "padding"),
    "activations": ("activations", "softmax"),
    "norms, chance": ("norm", "dropout"),
    "rows": ("gather", "bags", "onehot"),
    "matrices": ("batched",),
    "attention": ("attention", "flux"),
    "recurrences": ("recurrent",),
    "losses": ("losses", "ctc"),
}
LAYERS = {
    "layers of layers, and shapes": ("containers", "weightnorm"),
    "matrices": ("dense",),
    "tables": ("embedding",),
    "convolutions": ("conv",),
    "pools and sizes": ("pool",),
    "norms": ("norm",),
    "chance": ("dropout",),
    "recurrences": ("recurrent",),
    "attention": ("attention",),
    "initialisers": ("init",),
    "any layer": ("layer", "sizes"),
}


def names_by_kind(package: ModuleType, kinds: dict[str, tuple[str, ...]], column: str) -> str:
    """A table of the public names of a package; those of one object stand together."""
    kind_of = {stem: kind for kind, stems in kinds.items() for stem in stems}
    rows: dict[str, dict[str, list[str]]] = {kind: {} for kind in kinds}
    for name in package.__all__:
        value = getattr(package, name)
        stem = value.__module__.removeprefix(f"{package.__name__}.").split(".")[0].split("_")[0]
        rows[kind_of[stem]].setdefault(value.__name__, []).extend([name] if name != value.__name__ else [])
    lines = [f"| kind | {column} |", "|---|---|"]
    for kind, found in rows.items():
        shown = [f"`{name}`" + "".join(f" (also `{alias}`)" for alias in aliases) for name, aliases in found.items()]
        lines.append(f"| {kind} | {', '.join(shown)} |")
    return "\n".join(lines)


def models_text() -> str:
    """docs/models.md with its tables as they should be."""
    from numtorch import nn
    from numtorch.nn import layers

    tables = {
        "layers": names_by_kind(layers, LAYERS, "layers"),
        "functions": names_by_kind(nn, FUNCTIONS, "functions"),
    }

    def table(mark: re.Match[str]) -> str:
        return f"<!-- {mark[1]}: python docs/generate.py -->\n{tables[mark[1]]}\n<!-- end -->"

    return re.sub(r"<!-- (\w+): python docs/generate\.py -->\n.*?<!-- end -->", table, MODELS.read_text(), flags=re.S)


if __name__ == "__main__":
    FILE.write_text(text())
    MODELS.write_text(models_text())
