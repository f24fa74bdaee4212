"""Facts about Tensors for other libraries, those that find arrays by lists and classes, not by protocols."""

from numtorch.interop import dask as dask
from numtorch.interop import einops as einops
from numtorch.interop import matplotlib as matplotlib
from numtorch.interop import numpy_random as numpy_random
from numtorch.interop import opt_einsum as opt_einsum
from numtorch.interop import pandas as pandas
from numtorch.interop import scipy as scipy
from numtorch.interop import standard as standard
from numtorch.interop import xarray as xarray
from numtorch.interop.importing import once_imported

__all__ = ["register_all"]


def register_all() -> None:
    """Registers Tensors with each of these libraries: at once where it is imported, else when it will be."""
    once_imported("dask.array", dask.register)
    once_imported("dask.sizeof", dask.register_sizeof)
    once_imported("einops", einops.register)
    once_imported("json.encoder", standard.register)
    once_imported("matplotlib.colors", matplotlib.register)
    once_imported("numpy.random._generator", numpy_random.register_generator)
    once_imported("numpy.random.mtrand", numpy_random.register_mtrand)
    once_imported("opt_einsum.backends.dispatch", opt_einsum.register)
    once_imported("pandas", pandas.register)
    once_imported("scipy.optimize", scipy.register_optimize)
    once_imported("scipy.sparse.linalg", scipy.register_linear_operators)
    once_imported("xarray.core.indexing", xarray.register_indexing)
    once_imported("xarray.core.missing", xarray.register_interpolation)
