"""xarray's labelled arrays around Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.rows import check, lines

xarray = pytest.importorskip("xarray")

ROWS = lines("""
x
x.sum('row')
x.mean('column')
x.mean('column', skipna=False)
x.std('column')
x.var()
x.max()
x.min('row')
x.argmax('row')
x.count('row')
x.prod('row')
x.median('row')
x.quantile(0.3, 'row')
x.cumsum('row')
x * 2 + x.isel(row=0)
x > x.mean()
-abs(x)
x.sel(row=1.0)
x.sel(row=slice(0.5, 2))
x.isel(column=slice(0, 3, 2))
x.isel(column=[0, 2], row=[1, 0])
x.T
x.transpose('column', 'row')
x.where(x > 0)
x.where(x > 0).fillna(-1)
x.where(x > 0).mean('row')
x.where(x > 0, drop=True)
x.where(x > 0).dropna('row', how='all')
xarray.where(x > 0, x, 0.0)
x.isnull()
np.exp(x)
np.hypot(x, 1)
xarray.concat([x, x], 'row')
xarray.concat([x, x], 'new')
x.stack(both=('row', 'column'))
x.stack(both=('row', 'column')).unstack('both')
x.groupby('row').mean()
x.groupby(label).sum()
x - x.groupby(label).mean().isel(label=0)
x.dot(x)
xarray.dot(x, x, dim='column')
xarray.apply_ufunc(lambda a: a - np.mean(a, axis=-1, keepdims=True), x, input_core_dims=[['column']], \
output_core_dims=[['column']])
x.shift(row=1)
x.roll(row=1)
x.pad(row=1)
x.diff('row')
x.rolling(row=2).mean()
x.rolling(row=2).construct('window')
x.coarsen(column=2).mean()
x.sortby('row', ascending=False)
x.clip(-0.5, 0.5)
x.round(1)
x.astype('float32')
x.equals(x.copy())
x.identical(x * 2)
x.integrate('row')
x.differentiate('row')
x.polyfit('row', 1).polyfit_coefficients
x.expand_dims(new=3)
x.broadcast_like(xarray.zeros_like(x).expand_dims(new=2))
x.squeeze()
x.rank('row')
xarray.zeros_like(x)
xarray.corr(x, x ** 2, dim='row')
x.to_dataset(name='v').mean('row').v
xarray.Dataset({'a': x, 'b': x.isel(row=0)}).map(np.square).b
x.isel(row=points, column=points)
x.isel(row=points)
x.isel(row=points, column=slice(1, 3))
x.isel(row=points, column=[1, 2])
x.isel(row=grid, column=points)
x.sel(row=points.astype(float), column=points.copy(data=['b', 'd']))
x[points, points]
x.isel(column=x.argmax('column'))
x.to_dataset(name='v').isel(row=points, column=points).v
written(x, dict(row=points, column=points), -1.0)
written(x, dict(row=points, column=points), points.astype(float))
written(x, dict(row=[0, 2], column=[1, 2]), 7.0)
written(x.loc, dict(row=[0.0, 2.0], column=['a', 'd']), 7.0, x)
x.interp(row=[0.5, 1.5])
x.interp(row=0.5)
x.interp(row=[0.4], method='nearest')
x.interp(row=[5.0])
x.interp(row=points + 0.5)
x.rename(row='u').drop_vars('column').assign_coords(column=[0.0, 1.0, 2.0, 3.0]).interp(u=[0.5], column=[1.5])
x.isel(row=7)
x.sum('nowhere')
""")


def labelled(name: str, array: Any) -> Any:  # noqa: ARG001
    return xarray.DataArray(array, dims=("row", "column"), coords={"row": [0.0, 1.0, 2.0], "column": list("abcd")})


def contents(result: Any) -> Any:
    """The array and its dimensions."""
    return (result.data, list(result.dims)) if isinstance(result, xarray.DataArray) else result


def written(target: Any, key: Any, value: Any, result: Any = None) -> Any:
    target[key] = value
    return target if result is None else result


@pytest.mark.parametrize("text", ROWS)
def test_agrees_with_numpy(text: str, dev: int) -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    names = {
        "xarray": xarray,
        "label": xarray.DataArray([0, 0, 1], dims="row", name="label"),
        "points": xarray.DataArray([0, 2], dims="point"),
        "grid": xarray.DataArray([[0, 2], [1, 1]], dims=("line", "point")),
        "written": written,
    }
    check(text, names, {"x": x}, dev, unwrap=contents, wrap=labelled)


def test_points_have_gradients(dev: int) -> None:
    points = xarray.DataArray([0, 2, 2], dims="point")

    def f(x: Any) -> Any:
        return (labelled("x", x).isel(row=points, column=points) ** 2).sum().data

    nt.check_gradient(f, nt.tensor(np.arange(12.0).reshape(3, 4) / 3, dev=dev))


def test_interpolation_drops_no_gradient(dev: int) -> None:
    """SciPy computes it, on the host."""
    with pytest.raises(TypeError, match="a gradient depends"):
        nt.gradient(lambda x: labelled("x", x).interp(row=[0.5]).sum().data, nt.tensor(np.ones((3, 4)), dev=dev))


def test_holds_the_tensor_itself(dev: int) -> None:
    x = nt.tensor(np.arange(12.0).reshape(3, 4), dev=dev)
    array = labelled("x", x)
    assert array.data is x
    array[dict(row=0)] = 5
    array.loc[dict(row=1.0, column="b")] = -1
    np.testing.assert_array_equal(nt.collect(x)[:2], [[5, 5, 5, 5], [4, -1, 6, 7]])
    assert f"dev={dev}" in repr(array)


def test_gradient(dev: int) -> None:
    def f(x: Any) -> Any:
        return (labelled("x", x) ** 2).where(lambda a: a > 1).mean("row").sum().data

    nt.check_gradient(f, nt.tensor(np.arange(12.0).reshape(3, 4) / 3 - 0.1, dev=dev))
