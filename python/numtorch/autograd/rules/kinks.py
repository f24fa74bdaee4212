"""The rest of a gradient at the tip of a cone, where its square and other even functions are smooth.

The gradient of y = |x| is g x / y. Where y is 0 that counts as 0; but if g vanishes there too, as that of y ** 2 does,
g / y has a limit, the slope of g by y. A second derivative needs it: that of |x| ** 2 is 2, at 0 as elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Node, Spec, Tensor
from numtorch.autograd.nodes import history
from numtorch.autograd.tape import slopes

__all__ = ["ratio_at_zero"]


def ratio_at_zero(g: Tensor, at_zero: Tensor, node: Node | None, y: Callable[[], Tensor]) -> Tensor:
    """The limit of g / y where y, what `node` made, is 0; 0 elsewhere, and where there is no finite one.

    By Taylor's theorem g / y is g' - y g'' / 2 + y^2 g''' / 6 - ..., as g is 0 where y is. Each further derivative that
    is being taken sees one more term.
    """
    total = aten.zeros(at_zero.shape, dtype=g.dtype, device=g.dev)
    if node is None or not _core.any_true(at_zero, True):
        return total
    seed, slope, nodes, orders = aten._to_copy(at_zero, dtype=g.dtype), g, _twins(g, node), _core.scope_depth()
    for order in range(orders):
        # What multiplies the last one is 0, so that nobody asks for its derivative.
        found = [part for part in slopes(slope, seed, nodes, recorded=order + 1 < orders) if part is not None]
        if not found:
            break
        slope = sum(found[1:], start=found[0])
        slope = aten.where_ScalarOther(at_zero & aten.isfinite(slope), slope, 0.0)
        total = total + slope * ((-y()) ** order / math.factorial(order + 1) if order else 1.0)
    return total


def _twins(g: Tensor, node: Node) -> list[Node]:
    """The node, and those behind `g` that made the same of the same: all of them move together."""
    root = _core.node_of(g)
    start = max((parent.sequence for parent in node.parents if isinstance(parent, Node)), default=0)
    behind = [] if root is None else history([root], start)
    return [node, *(other for other in behind if other is not node and _is_same(other, node))]


def _is_same(a: Node, b: Node) -> bool:
    if type(a) is not Node or a.kernel is not b.kernel or a.parents != b.parents:
        return False
    pairs = zip(a.parents, a.args, b.args, strict=True)
    return all(parent is not None or x is y or (not isinstance(x, Tensor | Spec) and x == y) for parent, x, y in pairs)
