"""The tape: what ran, kept as nodes that hang off the Tensors, and the walk back through them.

Each kernel that computes from a tracked Tensor leaves a Node on its result (csrc/tape/record.cpp). A node knows its
kernel, the arguments its rule will read, and the nodes those came from; it never refers to its own result, so there
are no cycles, and the graph goes when the last Tensor that needs it does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from sys import getrefcount
from typing import Any, NoReturn

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Kernel, Node, Spec, Tensor
from numtorch.autograd.fitting import fit
from numtorch.autograd.leftovers import Leftovers
from numtorch.autograd.nodes import Custom, Leaf, Part, history, nested
from numtorch.autograd.rule import Joint, kept_results, slopes_read, taken_results


def _is_cut(node: Node) -> bool:
    """Does the way back end here, before it reached the leaves?"""
    return node.result is None or isinstance(node, Stale)


def _sources(node: Node) -> Iterable[Any]:
    """What a leaf stands for: its source, and that of the leaf that this is to an outer gradient."""
    while isinstance(node, Leaf):
        yield node.source
        if not node.parents:
            return
        node = node.parents[0]


class Stale(Node):
    """What a gradient that is over computed, used in another one with respect to the same.

    While little memory hangs on what was computed, its nodes are kept (`Leftovers`), and the way back goes on there.
    """

    __slots__ = ("before", "over")

    def __init__(self, value: Tensor, before: Node) -> None:
        self.args = ()
        self.parents = ()
        self.result = _core.untracked(value)
        self.sequence = _core.next_sequence()
        self.over = before.run
        if isinstance(before, Stale):
            self.before: Node | None = before.before
        else:
            # A value that depends on another leftover would keep one gradient after the other alive.
            self.before = None if any(_is_cut(node) for node in history([before], 0)) else before

    def pull(self, leaves: Iterable[Node], g: Tensor) -> Iterable[tuple[Node, Tensor]]:
        """The gradients of those leaves that the value came from."""
        behind = [] if self.before is None else history([self.before], 0)
        if self.before is None or any(map(_is_cut, behind)):
            sources = (source for new in leaves for source in _sources(new))
            if self.over is not None and any(map(self.over.has_source, sources)):
                self._refuse("how it depends on them is no longer known")
            return ()
        old = {id(node.source): node for node in behind if isinstance(node, Leaf)}
        pairs = [(new, old[id(source)]) for new in leaves for source in _sources(new) if id(source) in old]
        if any(leaf.is_changed() for _, leaf in pairs):
            self._refuse("they have changed since")
        if pairs and _core.recording():
            self._refuse("its second derivative is not known")
        found = backward({self.before: g}, [leaf for _, leaf in pairs], inner=True, once=False)
        return [(new, found[leaf]) for new, leaf in pairs if leaf in found]

    def _refuse(self, why: str) -> NoReturn:
        raise RuntimeError(
            f"gradient: the result depends on a Tensor of shape {self.result.shape} that was computed in another "
            f"gradient, which is over, from the same parameters or arguments, and {why}. Compute it again inside the "
            "function, or make it a constant with dropgrad(t)"
        )


def record(node: Node) -> tuple[Part | None, ...]:
    """The nodes of a kernel's several results, None for those that carry no gradient. C++ calls this."""
    kept = kept_results.get(node.kernel)
    if kept is not None:
        node.result = tuple(value if i in kept else _hollow(value) for i, value in enumerate(node.result))
    if node.kernel in slopes_read:
        _slopes.are_read = True
    return tuple(Part(node, i) if _is_differentiable(value) else None for i, value in enumerate(node.result))


_single: dict[tuple[Any, int], Tensor] = {}


def _hollow(value: Any) -> Any:
    """Instead of a result that no rule reads: one of its shape and dtype that holds a single number."""
    if not isinstance(value, Tensor) or value.size < 2:
        return value
    like = value.dtype, value.dev
    if like not in _single:
        _single[like] = _core.call_concretely(lambda: aten.zeros((), dtype=value.dtype, device=value.dev))
    return _core.untracked(aten.expand(_single[like], value.shape))


def _is_differentiable(value: Any) -> bool:
    return isinstance(value, Tensor | Spec) and value.dtype.kind in "fc"


def _reaching(order: list[Node], leaves: set[Node]) -> list[Node]:
    """Those nodes that lead to a leaf: the others belong to an outer gradient alone."""
    reached = leaves | {node for node in order if type(node) is Stale}
    for node in order:
        if any(parent in reached for parent in nested(node.parents)):
            reached.add(node)
    return [node for node in order if node in reached]


def backward(seeds: dict[Node, Tensor], leaves: Iterable[Node], inner: bool, once: bool) -> dict[Node, Tensor]:
    """The gradients of the leaves, given those of what the nodes in `seeds` made. Leaves not reached are left out.

    `inner` says that the run was inside another gradient, whose own nodes are among those of this one; `once`, that
    nobody will go this way again, so that what a node kept is freed as soon as it is behind.
    """
    wanted: set[Node] = set(leaves)
    order = history(seeds, min((leaf.sequence for leaf in wanted), default=0))
    reached: set[Node] | None = None
    # What a Custom runs may be long, or refuse: only if a leaf asks for it.
    kinds = set(map(type, order))
    if inner or Custom in kinds:
        order = _reaching(order, wanted)
        reached = set(order)
    reading = _in_a_row(order) if _slopes.are_read and any(map(_reads_slopes, order)) else 0
    if reading > (1 if _core.recording() else _DEEPEST):
        raise NotImplementedError(_TOO_DEEP)
    if reading and not _core.recording():
        return _walk_recorded(order, seeds, wanted, reached, reading == 1)
    return _walk(order, seeds, wanted, reached, once)


def _reads_slopes(node: Node) -> bool:
    return type(node) is Node and node.kernel in slopes_read and slopes_read[node.kernel](node)


def _in_a_row(order: list[Node]) -> int:
    """How many nodes that read slopes there are at most one behind the other."""
    behind: dict[Node, int] = {}
    for node in order:
        before = max((behind.get(parent, 0) for parent in nested(node.parents)), default=0)
        behind[node] = before + _reads_slopes(node)
    return max(behind.values())


class _Slopes(threading.local):
    are_read = False  # whether a kernel whose rule may read some was ever recorded
    nested = 0  # how many are being taken within each other, and recorded
    depth = 0  # how many gradients there are around a way back that is recorded for them


_slopes = _Slopes()
_DEEPEST = 2  # each slope takes many times as long as those that are taken within it
_TOO_DEEP = (
    "gradient: of more than two decompositions with equal values (in further derivatives: than one), or norms at 0, "
    "one behind the other"
)


def is_recorded_alone() -> bool:
    """Whether the way back is recorded for what one rule reads of it only, and not for another one or a gradient."""
    return 0 < _slopes.depth == _core.scope_depth()


def _walk_recorded(
    order: list[Node], seeds: dict[Node, Tensor], wanted: set[Node], reached: set[Node] | None, is_alone: bool
) -> dict[Node, Tensor]:
    """The way back, recorded so that a rule may take the slope of what arrives at it: one rule, or several in a row."""
    before = _slopes.depth
    _core.enter_scope(order[-1].run)
    try:
        _slopes.depth = _core.scope_depth() if is_alone else 0
        gradients = _walk(order, seeds, wanted, reached, False)
        return {node: _core.untracked(g) for node, g in gradients.items()}
    finally:
        _slopes.depth = before
        _core.exit_scope()


def slopes(g: Any, seed: Tensor, nodes: Sequence[Node | None], recorded: bool) -> list[Any]:
    """The derivative of the sum of ``g * seed`` by what each of the nodes made, or None; for rules, while recording.

    `g` is a gradient that arrived at a kernel, and depends on its results through what came after them. What is given
    is recorded in turn only if asked for.
    """
    root = _core.node_of(g) if isinstance(g, Tensor) else None
    given = [node for node in nodes if node is not None]
    if root is None or not given:
        return [None] * len(nodes)
    # A result of several may have been made part of its kernel's node more than once.
    behind = history([root], min(node.sequence for node in given)) if Part in map(type, given) else ()
    same = {node: {node, *(other for other in behind if _is_same_part(other, node))} for node in given}
    if recorded and _slopes.nested == _DEEPEST:
        raise NotImplementedError(_TOO_DEEP)
    paused = _core.set_paused(not recorded)
    _slopes.nested += recorded
    try:
        found = backward({root: seed}, set().union(*same.values()), True, False)
        return [None if node is None else _total(found[s] for s in same[node] if s in found) for node in nodes]
    finally:
        _slopes.nested -= recorded
        _core.set_paused(paused)


def _is_same_part(a: Node, b: Node) -> bool:
    return type(a) is Part and type(b) is Part and a.index == b.index and a.parents == b.parents


def _total(parts: Iterable[Tensor]) -> Tensor | None:
    total: Any = None
    for part in parts:
        total = part if total is None else total + part
    return total


def _walk(
    order: list[Node], seeds: dict[Node, Tensor], wanted: set[Node], reached: set[Node] | None, once: bool
) -> dict[Node, Tensor]:
    leftovers = Leftovers(seeds) if once else None
    known = 2 if reached is None else 3  # here and in the call of getrefcount; in `reached`
    cotangents: dict[Node, Any] = {}
    for root, seed in seeds.items():
        _add(cotangents, root, seed)
    gradients: dict[Node, Tensor] = {}
    while order:
        node = order.pop()
        g = cotangents.pop(node, None)
        if g is None:
            continue
        if node in wanted:
            gradients[node] = g
            if node.parents and type(node.parents[0]) is Stale:
                _go_on(node.parents[0], wanted, g, cotangents)
        elif type(node) is Node:
            _pull(node, g, reached, cotangents)
            if leftovers is not None and (getrefcount(node) <= known or not leftovers.keep(node)):
                node.args, node.parents, node.result = (), (), None
        elif type(node) is Part:
            _check_taken(node.parents[0].kernel, node.index)
            _fill(cotangents.setdefault(node.parents[0], [None] * len(node.parents[0].result)), node.index, g)
        elif type(node) is Custom:
            _pull_custom(node, g, reached, cotangents)
            if leftovers is not None and (getrefcount(node) <= known or not leftovers.keep(node)):
                node.parents, node.result, node.pull = (), None, None
        elif type(node) is Stale:
            _go_on(node, wanted, g, cotangents)
        elif node.parents:
            _add(cotangents, node.parents[0], g)
    # A leaf that no node leads to, but what another gradient left behind does.
    gradients.update((leaf, cotangents[leaf]) for leaf in wanted & cotangents.keys())
    return gradients


def _go_on(stale: Stale, wanted: set[Node], g: Tensor, cotangents: dict[Node, Any]) -> None:
    for leaf, part in stale.pull(wanted, g):
        _add(cotangents, leaf, part)


def _pull(node: Node, g: Any, reached: set[Node] | None, cotangents: dict[Node, Any]) -> None:
    """Hands the gradient `g` of a node on to its parents (those in `reached`), by the kernel's rule."""
    values = _core.restore(node, g)
    rule = node.kernel.rule
    joint = None
    for i, parent in enumerate(node.parents):
        if parent is None:
            continue
        pick, function = rule[i] or _missing(node.kernel, i)
        if type(parent) is tuple:
            for one, part in zip(parent, function(*pick(values)), strict=True):
                if part is not None and one is not None and (reached is None or one in reached):
                    _add(cotangents, one, fit(part, one.result))
        elif reached is None or parent in reached:
            if type(function) is Joint:
                if joint is None:
                    joint = function.function(_wanted(node, function, reached), *pick(values))
                part = joint[function.index]
            else:
                part = function(*pick(values))
            if part is not None:
                _add(cotangents, parent, fit(part, parent.result))


def _wanted(node: Node, joint: Joint, reached: set[Node] | None) -> list[bool]:
    """Which of the arguments of a joint rule somebody asks for."""
    parents = (node.parents[i] for i in joint.positions)
    return [parent is not None and (reached is None or parent in reached) for parent in parents]


def _pull_custom(node: Custom, g: Any, reached: set[Node] | None, cotangents: dict[Node, Any]) -> None:
    assert node.pull is not None
    for parent, part in zip(node.parents, node.pull(node, g), strict=True):
        if parent is not None and part is not None and (reached is None or parent in reached):
            _add(cotangents, parent, fit(part, parent.result))


def _missing(ran: Kernel, i: int) -> Any:
    raise NotImplementedError(f"gradient: the kernel {ran.name} has no rule for its argument {ran.parameters[i]!r}")


def _add(cotangents: dict[Node, Any], node: Node, g: Tensor) -> None:
    before = cotangents.get(node)
    cotangents[node] = g if before is None else before + g


def _check_taken(ran: Kernel, index: int) -> None:
    taken = taken_results.get(ran)
    if taken is not None and index not in taken:
        raise NotImplementedError(
            f"gradient: the kernel {ran.name} has none through its result {index}, which was used"
        )


def _fill(gs: list[Tensor | None], index: int, g: Tensor) -> None:
    before = gs[index]
    gs[index] = g if before is None else before + g


_core.set_recorder(record)
_core.set_stale(Stale)
