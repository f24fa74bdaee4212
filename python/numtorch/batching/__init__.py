"""vmap: a function written for one sample, called for many at once."""

from numtorch.batching.vmap import vmap

__all__ = ["vmap"]
