"""The names that other libraries give to the arrays of these models: tables of patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# What to look for from the start of a name, and what stands there in ours: a template, or a function of the match.
Rule = tuple[str, str | Callable[[re.Match[str]], str]]
Rules = Sequence[Rule]


def renamed(given: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """The arrays with the first pattern that fits the start of each name replaced.

    Examples
    --------
    >>> from numtorch.models.naming import renamed
    >>> renamed({"head.weight": 1, "other": 2}, [(r"head\\.", "fc.")])
    {'fc.weight': 1, 'other': 2}
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        new = name
        for pattern, replacement in rules:
            if re.match(pattern, name):
                new = re.sub(pattern, replacement, name, count=1)
                break
        found[new] = value
    return found


OLD_DENSENET: Rules = [(r"(.*denselayer\d+\.)(norm|conv)\.([12])\.", r"\1\2\3.")]

VIT_TORCHVISION: Rules = [
    (r"class_token$", "tokens.class_token"),
    (r"(.*\.mlp\.)linear_1\.", r"\g<1>0."),
    (r"(.*\.mlp\.)linear_2\.", r"\g<1>3."),
]
_BLOCK = r"blocks\.(\d+)\."
_LAYER = r"encoder.layers.encoder_layer_\1."
VIT_TIMM: Rules = [
    (r"cls_token$", "tokens.class_token"),
    (r"pos_embed$", "encoder.pos_embedding"),
    (r"patch_embed\.proj\.", "conv_proj."),
    (_BLOCK + r"norm1\.", _LAYER + "ln_1."),
    (_BLOCK + r"norm2\.", _LAYER + "ln_2."),
    (_BLOCK + r"attn\.qkv\.", _LAYER + "self_attention.in_proj_"),
    (_BLOCK + r"attn\.proj\.", _LAYER + "self_attention.out_proj."),
    (_BLOCK + r"mlp\.fc1\.", _LAYER + "mlp.0."),
    (_BLOCK + r"mlp\.fc2\.", _LAYER + "mlp.3."),
    (r"norm\.", "encoder.ln."),
    (r"head\.", "heads.head."),
]


def _stage(tail: str, after: int = 1) -> Callable[[re.Match[str]], str]:
    """Of stage s and block b: features.(2 s + after).b, and the tail."""
    return lambda match: f"features.{2 * int(match[1]) + after}.{match[2]}.{tail}"


_IN_STAGE = r"stages\.(\d+)\.blocks\.(\d+)\."
CONVNEXT_TIMM: Rules = [
    (r"stem\.", "features.0."),
    (r"stages\.(\d+)\.downsample\.(\d+)\.", _stage("", 0)),
    (_IN_STAGE + r"conv_dw\.", _stage("block.0.")),
    (_IN_STAGE + r"norm\.", _stage("block.2.")),
    (_IN_STAGE + r"mlp\.fc1\.", _stage("block.3.")),
    (_IN_STAGE + r"mlp\.fc2\.", _stage("block.5.")),
    (_IN_STAGE + r"gamma$", _stage("layer_scale")),
    (r"head\.norm\.", "classifier.0."),
    (r"head\.fc\.", "classifier.2."),
]


def inverted(
    counts: Sequence[int],
    block: str,
    *,
    nested: bool,
    last: int,
    plain: Sequence[int] = (0,),
    gate: bool = False,
    bare_end: bool = False,
    fused: Sequence[int] = (),
) -> Rules:
    """timm's names of networks of inverted residuals, by ours.

    Parameters
    ----------
    counts : sequence of int
        Blocks of each stage.
    block : str
        The attribute of a block that holds its layers.
    nested : bool
        Whether each stage is a Chain of its own, or all blocks follow one another.
    last : int
        Number of the part behind the blocks.
    plain : sequence of int
        Stages whose first block does not widen.
    gate : bool
        Whether blocks may have gates, and what comes last of each then moves.
    bare_end : bool
        Whether the last convolution and its norm are two parts of the block, or one Chain.
    fused : sequence of int
        Stages whose blocks widen by whole convolutions.
    """
    rules: list[Rule] = [
        (r"conv_stem\.", "features.0.0."),
        (r"bn1\.", "features.0.1."),
        (r"conv_head\.", f"features.{last}.0."),
        (r"bn2\.", f"features.{last}.1."),
        (r"classifier\.", "classifier.1."),
    ]
    for stage, count in enumerate(counts):
        for i in range(count):
            slot = f"features.{stage + 1}.{i}" if nested else f"features.{sum(counts[:stage]) + i + 1}"
            parts = ["conv_pw", "conv_dw", "se", "conv_pwl"] if gate else ["conv_pw", "conv_dw", "conv_pwl"]
            norms = {"conv_pw": "bn1", "conv_dw": "bn2", "conv_pwl": "bn3"}
            if stage in fused:
                parts, norms = ["conv_exp", "conv_pwl"], {"conv_exp": "bn1", "conv_pwl": "bn2"}
            if stage in fused and stage in plain:
                parts, norms = ["conv"], {"conv": "bn1"}
            elif stage in plain:
                parts, norms = [*parts[1:-1], "conv_pw"], {"conv_dw": "bn1", "conv_pw": "bn2"}
            rules += of_block(rf"blocks\.{stage}\.{i}\.", f"{slot}.{block}.", parts, norms, bare_end)
    return rules


def of_block(
    theirs: str, ours: str, parts: Sequence[str], norms: Mapping[str, str], bare_end: bool = False
) -> list[Rule]:
    """The rules for one block of `inverted`: its parts in order, and the norm that follows each."""
    rules: list[Rule] = []
    for i, part in enumerate(parts):
        if part == "se":
            rules += [
                (rf"{theirs}se\.conv_reduce\.", f"{ours}{i}.fc1."),
                (rf"{theirs}se\.conv_expand\.", f"{ours}{i}.fc2."),
            ]
        elif bare_end and i == len(parts) - 1:
            rules += [(rf"{theirs}{part}\.", f"{ours}{i}."), (rf"{theirs}{norms[part]}\.", f"{ours}{i + 1}.")]
        else:
            rules += [(rf"{theirs}{part}\.", f"{ours}{i}.0."), (rf"{theirs}{norms[part]}\.", f"{ours}{i}.1.")]
    return rules
