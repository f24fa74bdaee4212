"""Calls of what is in Generator or RandomState alone, or differs."""

from __future__ import annotations

__all__ = ["GENERATOR", "STATE"]

_ORDERS = [
    *(f"rng.permutation({x})" for x in ("7", "v", "x", "f", "b", "i", "e", "np.int64(4)", "[3, 1, 2]")),
]

GENERATOR: dict[str, list[str]] = {
    "choice": [
        *("rng.choice(5)", "rng.choice(5, 3)", "rng.choice(9, (2, 3), replace=False)", "rng.choice(3, 4, p=p)"),
        *("rng.choice(3, 2, p=p, replace=False)", "rng.choice(3, size=())", "rng.choice(3, 0)"),
        *("rng.choice(v)", "rng.choice(v, 5)", "rng.choice(v, (2, 2), p=p)", "rng.choice(v, 2, False, p)"),
        *("rng.choice(x)", "rng.choice(x, 3)", "rng.choice(x, (2, 2), axis=1)", "rng.choice(x, 3, False, axis=-1)"),
        *("rng.choice(9, 4, replace=False, shuffle=False)", "rng.choice(f, 2, False, shuffle=False)"),
        *("rng.choice(v, size=())", "rng.choice(x, size=())", "rng.choice([2.0, 4.0], 3)", "rng.choice(e, 0)"),
        *("rng.choice(['a', 'b'], 3)", "rng.choice(x, size=(), axis=1)", "rng.choice(b, 3)"),
    ],
    "integers": [
        *("rng.integers(5)", "rng.integers(2, 9)", "rng.integers(5, size=(2, 3))", "rng.integers(0, i)"),
        *("rng.integers(i, i + 4, size=(2, 3))", "rng.integers(-i, j)", "rng.integers(3, endpoint=True, size=4)"),
        *(f"rng.integers(0, 2, 5, dtype='{d}')" for d in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")),
        *("rng.integers(2**63, 2**64 - 1, 3, np.uint64, True)", "rng.integers(-2**63, 2**63 - 1, 3)"),
    ],
    "multinomial": ["rng.multinomial(i, p)", "rng.multinomial(i, p, size=(2, 3))", "rng.multinomial(j, [p, p])"],
    "multivariate_hypergeometric": [
        f"rng.multivariate_hypergeometric({colors}, 6, {size}, method='{method}')"
        for method in ("marginals", "count")
        for colors in ("i", "[4, 4]")
        for size in ("None", "3", "(2, 2)")
    ],
    "multivariate_normal": [f"rng.multivariate_normal(v, c, 3, method='{m}')" for m in ("svd", "eigh", "cholesky")],
    "permutation": [*_ORDERS, "rng.permutation(x, axis=1)", "rng.permutation(x, -1)", "rng.permutation(f, 1)"],
    "permuted": [
        *(f"rng.permuted({x})" for x in ("v", "x", "f", "f.T", "x.T", "x[:, ::2]", "x.transpose(1, 0, 2)", "e")),
        *(f"rng.permuted({x}, axis={a})" for x in ("x", "f", "x.T", "x[:, ::2]") for a in (0, 1, -1)),
        *("rng.permuted(m, out=o)", "rng.permuted(m, axis=1, out=o)", "rng.permuted(x[0, :, :2], axis=0, out=o.T)"),
        *("rng.permuted(m, axis=0, out=m)", "rng.permuted([3, 1, 2])"),
    ],
    "random": ["rng.random((2, 3), dtype=np.float32)", "rng.random(out=o)", "rng.random((2, 3), np.float32, z)"],
    "spawn": ["[child.random(2) for child in rng.spawn(2)][1]"],
    "standard_exponential": [
        *("rng.standard_exponential(3, np.float32)", "rng.standard_exponential(method='inv', size=3)"),
        *("rng.standard_exponential(out=o)", "rng.standard_exponential(dtype='f4', out=z, method='inv')"),
    ],
    "standard_gamma": ["rng.standard_gamma(v, dtype=np.float32)", "rng.standard_gamma(v, out=o)"],
    "standard_normal": ["rng.standard_normal(3, np.float32)", "rng.standard_normal(out=o.T)"],
    "shuffle": [
        *(f"(rng.shuffle({x}), {x})[1]" for x in ("v", "x", "f", "b", "i", "e", "x.T", "x[0, 1]", "f[1]", "f[:, ::2]")),
        *("(rng.shuffle(x, 1), x)[1]", "(rng.shuffle(x, axis=-1), x)[1]", "(rng.shuffle(f, axis=1), f)[1]"),
        *("(rng.shuffle(x[:1]), x)[1]", "[a := [1, 2, 3, 4], rng.shuffle(a)][0]"),
    ],
}  # fmt: skip

STATE: dict[str, list[str]] = {
    "choice": [
        *("rng.choice(5)", "rng.choice(5, 3)", "rng.choice(9, (2, 3), replace=False)", "rng.choice(3, 4, p=p)"),
        *("rng.choice(3, 2, p=p, replace=False)", "rng.choice(3, size=())", "rng.choice(3, 0)"),
        *("rng.choice(v)", "rng.choice(v, 5)", "rng.choice(v, (2, 2), p=p)", "rng.choice(v, 2, False, p)"),
        *("rng.choice(v, size=())", "rng.choice([2.0, 4.0], 3)", "rng.choice(['a', 'b'], 3)"),
    ],
    "get_state": ["rng.get_state()[1]", "rng.get_state(legacy=False)['state']['pos']"],
    "permutation": _ORDERS,
    "rand": ["rng.rand()", "rng.rand(3)", "rng.rand(2, 3)"],
    "randint": [
        *("rng.randint(2, 9)", "rng.randint(5, size=(2, 3))", "rng.randint(0, i)", "rng.randint(i, 20)"),
        *(f"rng.randint(0, 2, 5, dtype='{d}')" for d in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")),
    ],
    "randn": ["rng.randn()", "rng.randn(3)", "rng.randn(3, 1)"],
    "random_integers": ["rng.random_integers(5)", "rng.random_integers(2, 4, 3)"],
    "random_sample": ["rng.random_sample()", "rng.random_sample((2, 3))"],
    "seed": ["[rng.seed(4), rng.rand(2)][1]", "[rng.seed(i), rng.rand(2)][1]"],
    "set_state": ["[rng.set_state(rng.get_state()), rng.rand(2)][1]"],
    "shuffle": [
        *(f"(rng.shuffle({x}), {x})[1]" for x in ("v", "x", "f", "b", "i", "e", "x.T", "x[0, 1]", "f[1]", "f[:, ::2]")),
        "[a := [1, 2, 3, 4], rng.shuffle(a)][0]",
    ],
    "tomaxint": ["rng.tomaxint()", "rng.tomaxint(3)"],
}  # fmt: skip
