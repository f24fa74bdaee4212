"""The text of layers: a tree with shapes and numbers of parameters, as Flux prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numtorch.structure import fields, is_array, is_object, leaves, trained_leaves


def show(layer: Any) -> str:
    """The tree of a layer with its parts, one a line, and the totals."""
    lines = list(_lines(layer, "", ""))
    if len(lines) == 1:
        text, note = lines[0]
        return f"{text}  # {note}" if note else text
    lines[0] = (lines[0][0], "")
    lines[-1] = (lines[-1][0], "Total: " + _totals(layer))
    width = min(60, max(len(text) for text, note in lines if note))
    return "\n".join(f"{text:<{width}}  # {note}" if note else text for text, note in lines)


def _lines(value: Any, indent: str, name: str) -> Iterator[tuple[str, str]]:
    label = f"{indent}{name} = " if name else indent
    end = "," if indent else ""
    parts = _parts(value)
    if not parts:
        yield f"{label}{_text(value)}{end}", _note(value)
        return
    yield f"{label}{type(value).__name__}(", ""
    for key, part in parts:
        yield from _lines(part, indent + "  ", key)
    own = [f"{key} = {_shape(item)}" for key, item in fields(value).items() if is_array(item)]
    for text in own:
        yield f"{indent}  {text},", ""
    yield f"{indent}){end}", ""


def _parts(value: Any) -> list[tuple[str, Any]]:
    """The layers in a layer, with their names; numbers stand for no name."""
    inline = getattr(type(value), "__inline__", None)
    found: list[tuple[str, Any]] = []
    for key, item in fields(value).items() if is_object(value) and hasattr(type(value), "describe") else ():
        if key == inline:
            pairs = item.items() if isinstance(item, Mapping) else enumerate(item)
            found += [("" if str(name).isdigit() else str(name), part) for name, part in pairs]
        elif _is_layer(item):
            found.append((key, item))
        elif isinstance(item, list | tuple) and item and all(_is_layer(part) for part in item):
            found += [(f"{key}[{i}]", part) for i, part in enumerate(item)]
    return found


def _is_layer(value: Any) -> bool:
    return hasattr(type(value), "describe") or (
        callable(value) and is_object(value) and not isinstance(value, type) and any(True for _ in leaves(value))
    )


def _text(value: Any) -> str:
    describe = getattr(value, "describe", None)
    if describe is not None:
        return f"{type(value).__name__}({describe()})"
    return getattr(value, "__name__", None) or repr(value)


def _shape(array: Any) -> str:
    return f"{array.dtype} of shape {tuple(array.shape)}"


def _note(value: Any) -> str:
    if not is_object(value):
        return ""
    trained = trained_leaves(value)
    others = sum(array.size for array in leaves(value)) - sum(array.size for array in trained)
    if not trained and not others:
        return ""
    text = f"{sum(array.size for array in trained):_} parameters"
    if not trained:
        return f"{others:_} numbers not trained"
    return text + (f", plus {others:_} not trained" if others else "")


def _totals(layer: Any) -> str:
    trained = trained_leaves(layer)
    every = list(leaves(layer))
    text = f"{len(trained)} arrays, {sum(array.size for array in trained):_} parameters, {_bytes(every)}."
    if len(every) > len(trained):
        rest = sum(array.size for array in every) - sum(array.size for array in trained)
        text += f" Plus {len(every) - len(trained)} arrays, {rest:_} numbers, not trained."
    return text


def _bytes(arrays: list[Any]) -> str:
    size = float(sum(array.nbytes for array in arrays))
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.3f} {unit}"
        size /= 1024
    return f"{size:.3f} GiB"


def name_of(function: Any) -> str:
    """The name of an activation, for the text of a layer."""
    return str(getattr(function, "__name__", None) or repr(function))
