"""The small-array operations that overhead.py times: rows of data.

A statement sees `np`, the arrays `a` and `b` (floats between 0.5 and 1.5), `c` (to be written to), `d` (one row less),
`v` (one row), `mask` and `index` of its side, `h` (an ndarray) and `n` (rows). A row without a statement of its own for
PyTorch or NumPy uses the common one; in PyTorch's, `np.` reads `torch.`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    statement: str
    torch: str | None = None
    numpy: str | None = None

    def on(self, side: str) -> str:
        if side == "torch":
            return self.torch or self.statement.replace("np.", "torch.")
        return (self.numpy if side == "numpy" else None) or self.statement


@dataclass(frozen=True)
class Group:
    name: str
    aim: float | None  # of the geometric mean of numtorch / PyTorch
    operations: tuple[Operation, ...]
    recorded: bool = False


Op = Operation

OPERATORS = (
    *(Op("a + b"), Op("a - b"), Op("a * b"), Op("a / b"), Op("a @ b"), Op("a ** 2"), Op("-a"), Op("abs(a)")),
    *(Op("a < b"), Op("a == b"), Op("a > 0.5")),
    *(Op("a + 1.5"), Op("2 * a"), Op("1.0 / a"), Op("1 - a")),
    *(Op("c += b"), Op("c *= 1.0")),
)

INDEXING = (
    *(Op("a[0]"), Op("a[1, 2]"), Op("a[1:3]"), Op("a[:, 0]"), Op("a[..., None]")),
    *(Op("a[mask]"), Op("a[index]"), Op("c[0] = 1.0"), Op("c[1:] = d"), Op("c[mask] = 0.5")),
)

METHODS = (
    *(Op("a.sum()"), Op("a.sum(axis=0)"), Op("a.mean()"), Op("a.max()"), Op("a.argmax()")),
    *(Op("a.reshape(-1)"), Op("a.T"), Op("a.copy()", torch="a.clone()")),
    Op("a.astype(np.float64)", torch="a.to(torch.float64)"),
    Op("Tensor(n, n)", torch="torch.zeros(n, n)", numpy="np.zeros((n, n), np.float32)"),
    Op("tensor(h)", torch="torch.tensor(h)", numpy="np.array(h)"),
)

NUMPY_ROUTE = (
    *(Op("np.add(a, b)"), Op("np.multiply(a, 2.0)"), Op("np.maximum(a, b)")),
    *(Op("np.exp(a)"), Op("np.sin(a)"), Op("np.sqrt(a)"), Op("np.less(a, b)")),
    *(Op("np.add(a, b, out=c)"), Op("np.exp(a, out=c)"), Op("np.where(mask, a, b)")),
    *(Op("np.sum(a)"), Op("np.sum(a, axis=0)"), Op("np.mean(a, axis=1)"), Op("np.max(a)"), Op("np.argmax(a)")),
    Op("np.reshape(a, (-1,))"),
    Op("np.transpose(a)", torch="torch.t(a)"),
    Op("np.concatenate((a, b))", torch="torch.cat((a, b))"),
    *(Op("np.stack((a, b))"), Op("np.matmul(a, b)"), Op("np.dot(v, v)"), Op("np.zeros_like(a)")),
    Op("np.tensordot(a, b, axes=1)", torch="torch.tensordot(a, b, dims=1)"),
    Op("np.einsum('ij,jk->ik', a, b)"),
)

# `a` and `b` are both tracked; in PyTorch both require a gradient. Results are dropped at once.
RECORDED = (
    *(Op("a + b"), Op("a - b"), Op("a * b"), Op("a / b"), Op("a @ b"), Op("a ** 2"), Op("-a"), Op("2 * a")),
    *(Op("1.0 / a"), Op("np.exp(a)"), Op("np.sin(a)"), Op("np.maximum(a, b)")),
    *(Op("a.sum()"), Op("np.sum(a, axis=0)"), Op("np.mean(a, axis=1)"), Op("np.max(a)")),
    *(Op("a[0]"), Op("a[index]"), Op("a.reshape(-1)"), Op("a.T")),
    Op("np.concatenate((a, b))", torch="torch.cat((a, b))"),
    Op("e = a * b; e += b"),
)

GROUPS = (
    Group("operators", 0.6, OPERATORS),
    Group("indexing", 0.6, INDEXING),
    Group("methods and creation", 0.6, METHODS),
    Group("NumPy's functions", 0.9, NUMPY_ROUTE),
    Group("recorded", 0.65, RECORDED, recorded=True),
)


def elementwise_chain(np, x, y):
    """100 elementwise operations."""
    for _ in range(20):
        x = np.sin(x * y + 0.5) / 2 - y
    return np.sum(x)


def mixed_chain(np, x, y):
    """100 operations: arithmetic, a ufunc, a reduction that broadcasts again, views, a matrix product."""
    for _ in range(10):
        x = np.abs(x @ y) * 0.5
        x = x - np.mean(x, 0)
        x = (np.exp(-x) + y.T).reshape(y.shape)
    return np.sum(x)


def matmul_chain(np, x, y):
    """100 operations: matrix products, biases and a ufunc, as dense layers are."""
    for _ in range(25):
        x = np.tanh(x @ y + y[0])
    return np.sum(x)


CHAINS = (elementwise_chain, mixed_chain, matmul_chain)
BACKWARD_AIM = 1.0
IMPORT_AIM = 0.2
