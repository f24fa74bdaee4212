"""Kernels over many arrays at once, which optimisers update parameters with."""

from __future__ import annotations

from numtorch.autograd.rule import constant, refuse

__all__: list[str] = []

MULTI_TENSOR = (
    "_foreach_abs",
    "_foreach_add.List",
    "_foreach_add.Scalar",
    "_foreach_clone",
    "_foreach_div.List",
    "_foreach_div.Scalar",
    "_foreach_mul.List",
    "_foreach_mul.Scalar",
    "_foreach_mul.Tensor",
    "_foreach_norm.Scalar",
    "_foreach_sign",
    "_foreach_sqrt",
    "_foreach_sub.List",
    "_foreach_sub.Scalar",
)

for _name in MULTI_TENSOR:
    refuse(_name, "it updates parameters, which happens when the gradients are there; differentiate a formula instead")

constant("is_contiguous", "storage_offset")
