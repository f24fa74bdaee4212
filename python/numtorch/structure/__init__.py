"""Nests of arrays: models as Mappings, lists, dataclasses and plain objects, mapped, listed, named and moved."""

from numtorch.structure.dtypes import f16, f32, f64
from numtorch.structure.flat import destructure
from numtorch.structure.freezing import freeze, thaw
from numtorch.structure.listing import children, fcollect, fleaves, fmap_with_path, isleaf, modules
from numtorch.structure.loading import load_state
from numtorch.structure.moving import collect, cpu, to_tensor, torch
from numtorch.structure.names import ALONE, named, named_slots, state
from numtorch.structure.params import Params, params, trainables, trained_leaves
from numtorch.structure.parts import (
    PLAIN,
    Attribute,
    buffer_names,
    concealed,
    fields,
    holds_arrays,
    is_array,
    is_differentiable,
    is_frozen,
    is_object,
    nature,
    parts,
    untrained,
)
from numtorch.structure.rebuild import Rebuilding, fmap, rebuild_tuple, shadow
from numtorch.structure.walk import Slot, beside, containers, described, leaves, like, walk

__all__ = [
    "ALONE",
    "PLAIN",
    "Attribute",
    "Params",
    "Rebuilding",
    "Slot",
    "beside",
    "buffer_names",
    "children",
    "collect",
    "concealed",
    "containers",
    "cpu",
    "described",
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
    "like",
    "load_state",
    "modules",
    "named",
    "named_slots",
    "nature",
    "params",
    "parts",
    "rebuild_tuple",
    "shadow",
    "state",
    "thaw",
    "to_tensor",
    "torch",
    "trainables",
    "trained_leaves",
    "untrained",
    "walk",
]
