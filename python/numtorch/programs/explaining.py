"""What a program does, for people."""

from __future__ import annotations

from collections import Counter
from typing import Any

from numtorch.programs.tracing import Trace


def explained(trace: Trace) -> str:
    """The operators of a program, one a line, and how often each occurs."""
    lines = [f"{len(trace.given)} Tensors given, {len(trace.inputs) - len(trace.given)} held by the function"]
    counts: Counter[str] = Counter()
    for node in trace.graph.graph.nodes:
        if node.op == "call_function":
            counts[str(node.target).removesuffix(".default")] += 1
            lines.append(f"  {node.name} = {_called(node)}: {_described(node.meta.get('val'))}")
        elif node.op == "placeholder":
            lines.append(f"  {node.name}: {_described(node.meta.get('val'))}")
    lines.append(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    written = [f"input {i}" for i in trace.written] + [f"input {i}" for i, _ in trace.rebound]
    if written:
        lines.append("writes to " + ", ".join(written))
    return "\n".join(lines)


def _called(node: Any) -> str:
    return f"{str(node.target).removesuffix('.default')}({', '.join(map(str, node.args))})"


def _described(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "(" + ", ".join(map(_described, value)) + ")"
    if not hasattr(value, "shape"):
        return str(value)
    return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
