"""The text of layers: a tree with shapes and numbers of parameters, as Flux prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from numtorch.structure import PLAIN, containers, is_array, is_object, nature, parts, trained_leaves


def show(layer: Any) -> str:
    """The tree of a layer with its parts, one a line, and the totals."""
    lines = list(_lines(layer, "", "", ()))
    if len(lines) == 1:
        text, note = lines[0]
        return f"{text}  # {note}" if note else text
    lines[0] = (lines[0][0], "")
    lines[-1] = (lines[-1][0], "Total: " + _totals(layer))
    width = min(60, max(len(text) for text, note in lines if note))
    return "\n".join(f"{text:<{width}}  # {note}" if note else text for text, note in lines)


def _lines(value: Any, indent: str, name: str, above: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    label = f"{indent}{name} = " if name else indent
    end = "," if indent else ""
    layers = list(_parts(value, above))
    arrays = list(_inside(value, "", is_array, above)) if layers or not hasattr(value, "describe") else []
    if not layers and not arrays:
        yield f"{label}{_text(value)}{end}", _note(value)
        return
    yield f"{label}{type(value).__name__}(", ""
    for key, part, around in layers:
        yield from _lines(part, indent + "  ", key, around)
    for key, array, _ in arrays:
        yield f"{indent}  {key} = {_shape(array)},", ""
    yield f"{indent}){end}", ""


Found = tuple[str, Any, tuple[int, ...]]  # a name, what has it, and the containers around it


def _parts(value: Any, above: tuple[int, ...]) -> Iterator[Found]:
    """The layers in a layer, with the names that `state` begins with; numbers in a Chain stand for no name."""
    inline = getattr(type(value), "__inline__", None)
    inner = getattr(value, inline, None) if inline else None
    around = (*above, id(value))
    for key, item in parts(inner):
        if _is_layer(item) or not parts(item):
            yield "" if str(key).isdigit() else str(key), item, around
        else:
            yield from _inside(item, str(key), _is_layer, around)
    if nature(type(value)).kind in ("object", "partial"):
        yield from _inside(value, "", _is_layer, above, inline)


def _inside(
    value: Any, name: str, wanted: Callable[[Any], bool], above: tuple[int, ...], left_out: str | None = None
) -> Iterator[Found]:
    """What is wanted of the parts of a container, and of the plain containers among them."""
    around = (*above, id(value))
    for key, part in parts(value):
        full = f"{name}.{key}" if name else str(key)
        if id(part) in around or key == left_out:
            continue
        if wanted(part):
            yield full, part, around
        elif nature(type(part)).kind in PLAIN:
            yield from _inside(part, full, wanted, around)


def _is_layer(value: Any) -> bool:
    """Whether a value has a line of its own: it describes itself, or is an object that holds layers or arrays."""
    if hasattr(type(value), "describe"):
        return True
    if nature(type(value)).kind not in ("object", "partial"):
        return False
    return any(hasattr(type(part), "describe") for _, part in containers(value)) or bool(_counted(value))


def _counted(value: Any) -> list[Any]:
    """The arrays in a value, each once; those that functions hold are not seen."""
    found = {id(item): item for _, part in containers(value) for _, item in parts(part) if is_array(item)}
    return list(found.values())


def _text(value: Any) -> str:
    describe = getattr(value, "describe", None)
    if describe is not None:
        return f"{type(value).__name__}({describe()})"
    if isinstance(value, partial):
        return f"{type(value).__name__}({name_of(value.func)})"
    return getattr(value, "__name__", None) or repr(value)


def _shape(array: Any) -> str:
    return f"{array.dtype} of shape {tuple(array.shape)}"


def _note(value: Any) -> str:
    if not is_object(value):
        return ""
    try:
        trained = trained_leaves(value)
    except TypeError as error:
        return _reason(error)
    others = sum(array.size for array in _counted(value)) - sum(array.size for array in trained)
    if not trained and not others:
        return ""
    text = f"{sum(array.size for array in trained):_} parameters"
    if not trained:
        return f"{others:_} numbers not trained"
    return text + (f", plus {others:_} not trained" if others else "")


def _totals(layer: Any) -> str:
    try:
        trained = trained_leaves(layer)
    except TypeError as error:
        return _reason(error)
    every = _counted(layer)
    text = f"{len(trained)} arrays, {sum(array.size for array in trained):_} parameters, {_bytes(every)}."
    if len(every) > len(trained):
        rest = sum(array.size for array in every) - sum(array.size for array in trained)
        text += f" Plus {len(every) - len(trained)} arrays, {rest:_} numbers, not trained."
    return text


def _reason(error: TypeError) -> str:
    return f"not known: {str(error).partition(';')[0]}"


def _bytes(arrays: list[Any]) -> str:
    size = float(sum(array.nbytes for array in arrays))
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.3f} {unit}"
        size /= 1024
    return f"{size:.3f} GiB"


def name_of(function: object) -> str:
    """The name of an activation, for the text of a layer."""
    return str(getattr(function, "__name__", None) or repr(function))
