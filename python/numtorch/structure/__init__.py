"""Nests of arrays: models as dicts, lists, tuples, dataclasses and plain objects, mapped, listed, named and moved."""

from numtorch.structure.dtypes import f16, f32, f64
from numtorch.structure.flat import destructure, trainables
from numtorch.structure.freezing import freeze, thaw
from numtorch.structure.listing import children, fcollect, fleaves, fmap_with_path, isleaf, modules
from numtorch.structure.loading import load_state
from numtorch.structure.moving import collect, cpu, to_tensor, torch
from numtorch.structure.names import Slot, slots, state
from numtorch.structure.params import Params, params, trained_leaves
from numtorch.structure.walk import (
    Leaf,
    buffer_names,
    fields,
    fmap,
    holds_arrays,
    is_array,
    is_differentiable,
    is_frozen,
    is_object,
    leaves,
    rebuild_tuple,
    trained_fields,
    untrained,
)

__all__ = [
    "Leaf",
    "Params",
    "Slot",
    "buffer_names",
    "children",
    "collect",
    "cpu",
    "destructure",
    "f16",
    "f32",
    "f64",
    "fcollect",
    "fields",
    "fleaves",
    "fmap",
    "fmap_with_path",
    "freeze",
    "holds_arrays",
    "is_array",
    "is_differentiable",
    "is_frozen",
    "is_object",
    "isleaf",
    "leaves",
    "load_state",
    "modules",
    "params",
    "rebuild_tuple",
    "slots",
    "state",
    "thaw",
    "to_tensor",
    "torch",
    "trainables",
    "trained_fields",
    "trained_leaves",
    "untrained",
]
