"""pandas with Tensors as masks, keys, labels, operands and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.hosting import check_hosted
from tests.interop.rows import lines

pd = pytest.importorskip("pandas")

ROWS = lines("""
pd.Series(t(a))
pd.Series(t(a), dtype='float32')
pd.Series([1, 2, 3, 4], index=t(i))
pd.DataFrame(t(m), columns=['p', 'q'], index=t(i))
pd.DataFrame({'p': t(a), 'q': t(i)})
pd.DataFrame([t(a), t(a)])
pd.Index(t(a))
pd.MultiIndex.from_arrays([t(i), t(a)])
pd.Categorical(t(i))
pd.array(t(i))
s.loc[t(a > 1)]
s[t(a > 1)]
s.iloc[t(i)]
s.iloc[t(a > 1)]
d.loc[t(a > 1)]
d[t(a > 1)]
d.loc[t(a > 1), 'u']
d.iloc[t(i), t(i[:1])]
written(d.loc, (t(a > 1), 'u'), -1.0, d)
written(d.loc, (slice(None), 'u'), t(a), d)
written(d.iloc, t(a > 1), 0.0, d)
written(d, ['u', 'v'], t(m), d)
written(d, 'w', t(a), d)
written(s, t(a > 1), 0.0, s)
d.assign(w=t(a), z=lambda d: t(a))
d.groupby(t(i)).sum()
d.groupby([t(i), t(a)]).mean()
d.groupby(['u', t(i)]).sum()
s.groupby(t(i)).mean()
d + t(m)
t(m) + d
d * t(a[:2])
d - t(2.0)
t(2.0) * s
s + t(a)
t(a) - s
s > t(a)
d > t(m)
d.add(t(a), axis=0)
d.mul(t(m))
d @ t(np.eye(2))
s.dot(t(a))
np.add(d, t(m))
np.maximum(t(a), s)
np.maximum(s, t(a))
pd.unique(t(a))
pd.factorize(t(a))[0]
pd.api.extensions.take(t(a), [0, 1])
pd.cut(t(a), 3)
pd.cut(a, t([0.0, 1.5, 4.0]))
pd.isna(t(a))
pd.get_dummies(t(i))
pd.crosstab(t(i), t(a))
pd.pivot_table(d, values='u', index=t(i))
s.isin(t(10 * a))
d.isin(t(a))
s.where(t(a > 1), t(a))
s.mask(t(a > 1))
d.where(t(m > 3), t(-m))
s.replace(t(10.0), 5.0)
s.clip(t(15.0))
s.searchsorted(t(10 * a))
d.set_index(t(i))
d.set_index(['u', t(i)])
s.reset_index(drop=True).reindex(t(i))
pd.Index([1.0, 2.0, 3.0]).get_indexer(t(a))
""")

# Results without axes, as means and losses are.
VALUES = lines("""
pd.Series({'a': v(1.5), 'b': 2.5})
pd.Series([v(1.5), v(2.5)])
pd.Series(v(1.5), index=[0, 1])
pd.DataFrame([{'loss': v(1.5)}, {'loss': v(2.5)}])
pd.DataFrame({'a': v(1.5), 'b': a})
pd.DataFrame([[v(1.5), 1], [v(2.5), 2]])
written(d, 'w', v(1.5), d)
written(d.at, (0, 'u'), v(1.5), d)
s.apply(lambda x: v(x))
d.apply(lambda column: v(column.sum()))
d.loc[v(1)]
d.iloc[v(1)]
s + v(1.5)
v(1.5) + s
d.query('u > @w', local_dict={'w': v(1.5)})
""")


def agree(expected: Any, actual: Any) -> None:
    for kind, name in ((pd.DataFrame, "frame"), (pd.Series, "series"), (pd.Index, "index")):
        if isinstance(expected, kind):
            getattr(pd.testing, f"assert_{name}_equal")(expected, actual)
            return
    if isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(nt.collect(actual), expected)
    else:
        assert repr(actual) == repr(expected)


def written(target: Any, key: Any, value: Any, result: Any) -> Any:
    target[key] = value
    return result


def names() -> dict[str, Any]:
    return {
        "pd": pd,
        "written": written,
        "a": np.array([1.0, 2.0, 3.0, 2.0]),
        "i": np.array([0, 1, 0, 1]),
        "m": np.arange(8.0).reshape(4, 2),
        "s": pd.Series([10.0, 20.0, 30.0, 40.0], index=list("wxyz")),
        "d": pd.DataFrame({"u": [1.0, 2.0, 3.0, 4.0], "v": [5.0, 6.0, 7.0, 8.0]}),
    }


@pytest.mark.parametrize("text", ROWS)
def test_agrees_with_numpy(text: str) -> None:
    check_hosted(text, {**names(), "d": names()["d"].copy()}, agree, dev=-1)


@pytest.mark.parametrize("text", VALUES)
def test_results_without_axes(text: str) -> None:
    expected = eval(text, {**names(), "v": lambda number: number})
    agree(expected, eval(text, {**names(), "v": lambda number: nt.tensor([number])[0]}))


@pytest.mark.parametrize(
    "text", ["pd.Series(x)", "d.groupby(x).sum()", "d.assign(w=x)", "s.loc[x > 0]", "pd.unique(x)"]
)
def test_a_gradient_is_not_dropped(text: str) -> None:
    def f(x: Any) -> Any:
        eval(text, {**names(), "x": x})
        return np.sum(x)

    if "loc" in text:  # a mask is a constant
        nt.gradient(f, nt.tensor(np.ones(4)))
        return
    with pytest.raises(TypeError, match="a gradient depends on this Tensor"):
        nt.gradient(f, nt.tensor(np.ones(4)))


def test_operators_in_place_write_into_the_array() -> None:
    x = nt.tensor(np.zeros((2, 3)))
    row = x[0]
    row += pd.Series([1.0, 2.0, 3.0])
    assert x.tolist() == [[1, 2, 3], [0, 0, 0]]
