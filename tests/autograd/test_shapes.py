"""Gradients of arrays without axes, of one element and of none."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import numtorch as nt

SHAPES = ((), (0,), (1,), (0, 3), (3, 0), (1, 1), (0, 0), (2, 0, 3), (1, 3, 1))

EXPRESSIONS = """
np.sum(x)
np.sum(x,axis=-1)
np.sum(x,axis=())
np.prod(x)
np.prod(x,axis=-1)
np.mean(x)
np.mean(x,axis=-1)
np.var(x)
np.var(x,axis=0)
np.std(x)
np.std(x,axis=-1)
np.max(x)
np.max(x,axis=-1)
np.min(x,axis=0)
np.ptp(x)
np.ptp(x,axis=-1)
np.median(x)
np.median(x,axis=-1)
np.quantile(x,0.3)
np.quantile(x,[0.2,0.5],axis=-1)
np.percentile(x,[])
np.cumsum(x)
np.cumsum(x,axis=-1)
np.cumprod(x)
np.cumprod(x,axis=0)
np.maximum.accumulate(x)
np.logaddexp.accumulate(x)
np.logaddexp.reduce(x)
np.add.reduce(x)
np.multiply.reduce(x,axis=None)
np.add.accumulate(x)
np.sort(x)
np.sort(x,axis=None)
np.sort(x,axis=0)
np.partition(x,0)
np.unique(x)
np.take(x,[0])
np.take(x,[],axis=0)
np.take_along_axis(x,np.zeros(1,int),None)
np.diff(x)
np.gradient(x)
np.trapezoid(x)
np.flip(x)
np.roll(x,1)
np.ravel(x)
x.T
np.squeeze(x)
np.expand_dims(x,0)
np.tile(x,2)
np.repeat(x,2)
np.repeat(x,2,axis=-1)
np.concatenate([x,x])
np.stack([x,x])
np.hstack([x,x])
np.vstack([x,x])
np.append(x,x)
np.insert(x,0,1.5)
np.delete(x,[])
np.broadcast_to(x,(2,*x.shape))
np.pad(x,1)
np.pad(x,1,mode='edge')
np.outer(x,x)
np.inner(x,x)
np.dot(x,x)
np.vdot(x,x)
x@x
np.tensordot(x,x,0)
np.kron(x,x)
np.einsum('...,...->...',x,x)
np.einsum('...->',x)
np.trace(x)
np.diagonal(x)
np.diag(x)
np.tril(x)
np.triu(x)
np.linalg.norm(x)
np.linalg.norm(x,axis=-1)
np.linalg.norm(x,axis=0,ord=1)
np.linalg.norm(x,axis=-1,ord=np.inf)
np.linalg.vector_norm(x,ord=3)
np.linalg.det(x)
np.linalg.slogdet(x)
np.linalg.inv(x)
np.linalg.pinv(x)
np.linalg.svd(x,compute_uv=False)
np.linalg.qr(x)[1]
np.linalg.eigvals(x)
np.linalg.eigvalsh(x)
np.linalg.solve(x,x)
np.linalg.matrix_power(x,2)
np.linalg.cond(x)
np.linalg.lstsq(x,x)[0]
np.fft.fft(x)
np.fft.ifft(x)
np.fft.rfft(x)
np.fft.irfft(x,n=2)
np.fft.fftn(x)
np.fft.hfft(x,n=2)
np.fft.ihfft(x)
np.convolve(x,x)
np.correlate(x,x)
np.cov(x)
np.corrcoef(x)
np.interp(x,[-9.,9.],[1.,5.])
np.unwrap(x)
np.i0(x)
np.sinc(x)
np.polyval(x,x)
np.polyder(x)
np.polyint(x)
np.polymul(x,x)
np.nansum(x)
np.nanmean(x)
np.nanprod(x,axis=-1)
np.nanmax(x)
np.nanmin(x,axis=-1)
np.nanvar(x)
np.nanstd(x)
np.nanmedian(x)
np.nanquantile(x,0.4)
np.nancumsum(x)
np.nancumprod(x)
np.average(x)
np.average(x,weights=x*x+1)
np.where(x>0,x,x)
np.where(x>0,x,0)
np.choose(x>0,[x,x*2])
np.select([x>0],[x])
np.piecewise(x,[x>0],[np.square])
np.extract(x>0,x)
np.compress([True],x)
x[x>0]
x[...]
x[None]
x[...,None]
x[()]
x.sum(keepdims=True)
np.histogram(np.abs(x),bins=2,range=(0,9),weights=x)[0]
np.bincount(np.zeros(x.shape,int),x)
np.nan_to_num(x)
np.copysign(x,1.0)
np.ediff1d(x)
np.full_like(x,2)*x
np.vander(x)
np.meshgrid(x,x)[0]
np.block([x,x])
np.rot90(x)
np.cross(x,x+1)
np.swapaxes(x,0,-1)
np.moveaxis(x,0,-1)
np.resize(x,(2,2))
np.split(x,1)
np.array_split(x,2)[0]
np.add.reduceat(x,[0])
np.add.outer(x,x)
np.apply_along_axis(np.cumsum,0,x)
np.lib.stride_tricks.sliding_window_view(x,1,axis=0)
np.trim_zeros(x)
np.linspace(x,x*2,3)
np.geomspace(x*x+1,x*x+2,3)
np.fmax.reduce(x)
np.clip(x,-1.1,1.1)
np.take(x,0,axis=0)
""".strip().splitlines()


def drawn(shape: tuple[int, ...], complex_numbers: bool) -> np.ndarray:
    random = np.random.default_rng(0)
    size = int(np.prod(shape))
    values = random.permutation(np.linspace(0.3, 1.7, max(size, 1)))[:size] * random.choice([-1, 1], size)
    if complex_numbers:
        values = values + 1j * random.permutation(np.linspace(0.4, 1.9, max(size, 1)))[:size]
    return values.reshape(shape)


def has_a_gradient(text: str, x: np.ndarray) -> bool:
    """Whether NumPy takes this shape, and gives finite numbers without a warning."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        try:
            result = eval(text, {"np": np, "x": x})
        except Exception:
            return False
    results = [np.asarray(y) for y in (result if isinstance(result, (tuple, list)) else [result])]
    return all(y.dtype.kind in "fc" and bool(np.isfinite(y).all()) for y in results)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_gradient_of_every_shape(text: str, dev: int) -> None:
    def f(x: Any) -> Any:
        result = eval(text, {"np": np, "x": x})
        return tuple(result) if isinstance(result, list) else result

    tried = 0
    for shape in SHAPES:
        for complex_numbers in (False, True):
            x = drawn(shape, complex_numbers)
            if has_a_gradient(text, x.copy()):
                nt.check_gradient(f, x, dev=dev)
                tried += 1
    assert tried
