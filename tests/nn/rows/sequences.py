"""Attention, recurrences, alignments, rows by number."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from numtorch import nn
from tests.nn.rows.call import Call, apart, cplx, normal

Q, K, V = normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 4)
BIAS = normal(2, 1, 3, 5)
MASK = normal(2, 1, 3, 5) > -0.5
MASK[..., 0] = True


def divided(x: Any, heads: int) -> Any:
    return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def attended(heads: int = 1, mask: Any = None, causal: bool = False) -> Any:
    def run(q, k, v, bias=None):  # type: ignore[no-untyped-def]
        added = None
        if bias is not None or mask is not None:
            added = torch.zeros(q.shape[0], heads, q.shape[1], k.shape[1], dtype=q.dtype)
            added = added if bias is None else added + bias
            added = added if mask is None else added.masked_fill(~torch.from_numpy(mask), -float("inf"))
        parts = (divided(x, heads) for x in (q, k, v))
        y = F.scaled_dot_product_attention(*parts, added, is_causal=causal)
        return y.transpose(1, 2).reshape(*q.shape[:2], -1)

    return run


def weights(gates: int) -> tuple[Any, ...]:
    return normal(gates * 2, 3) * 0.5, normal(gates * 2, 2) * 0.5, normal(gates * 2), normal(gates * 2)


def module(kind: Any) -> Any:
    """The recurrence of PyTorch with these weights."""

    def run(x, state, *parameters):  # type: ignore[no-untyped-def]
        m = kind(3, 2, batch_first=True, dtype=x.dtype)
        for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), parameters, strict=False):
            setattr(m, name, torch.nn.Parameter(value))
        if len(parameters) < 4:
            torch.nn.init.zeros_(m.bias_hh_l0)
        if isinstance(state, tuple):
            y, (h, c) = m(x, tuple(s[None] for s in state))
            return y.detach(), h[0].detach(), c[0].detach()
        y, h = m(x, state[None])
        return y.detach(), h[0].detach()

    return run


def lstm(x, h, c, wi, wh, b):  # type: ignore[no-untyped-def]
    y, (h, c) = nn.lstm(x, (h, c), wi, wh, b)
    return y, h, c


STEPS, H, C = normal(2, 4, 3), normal(2, 2), normal(2, 2)
LSTM, GRU, RNN = weights(4)[:3], weights(3), weights(1)[:3]
W, INDICES = normal(5, 3), np.array([[0, 4], [2, 2]])
ROWS_TO_SCATTER, TO = apart(6, 3) + 0.2, np.array([0, 2, 2, 0, 4, 2])
TARGETS, STEPS_OF, LENGTHS = np.array([[1, 1, 2], [3, 2, 1], [2, 2, 2]]), [7, 6, 5], [3, 2, 3]
ALIGNED = normal(3, 7, 4)


def ctc(logits):  # type: ignore[no-untyped-def]
    log_probs = torch.log_softmax(logits, -1).transpose(0, 1)
    return F.ctc_loss(log_probs, torch.from_numpy(TARGETS), STEPS_OF, LENGTHS, reduction="none").mean()


ROWS = [
    *(
        Call(
            f"attention {heads} {told}",
            lambda *a, heads=heads, mask=mask: nn.dot_product_attention(*a, heads=heads, mask=mask),
            (Q, K, V, *bias),
            attended(heads, mask),
            order=2 if heads == 1 else 1,
        )
        for heads in (1, 2)
        for told, mask, bias in (
            ("plain", None, ()),
            ("mask", MASK, ()),
            ("bias", None, (BIAS,)),
            ("both", MASK, (BIAS,)),
        )
    ),
    Call(
        "attention causal",
        lambda q, k, v: nn.dot_product_attention(q, k, v, causal=True),
        (Q, K[:, :3], V[:, :3]),
        attended(1, causal=True),
    ),
    Call(
        "attention causal, more keys",
        lambda q, k, v: nn.dot_product_attention(q, k, v, causal=True),
        (Q, K, V),
        order=1,
    ),
    Call("attention other values", nn.dot_product_attention, (Q, K, normal(2, 5, 3)), attended(), order=1),
    Call(
        "attention scores",
        lambda q, k, v: nn.dot_product_attention(q, k, v, heads=2, mask=MASK, return_scores=True),
        (Q, K, V),
        order=1,
    ),
    Call(
        "attention fdrop",
        lambda q, k, v: nn.dot_product_attention(q, k, v, fdrop=lambda a: a * 0.5),
        (Q, K, V),
        order=1,
    ),
    Call("rnn", nn.rnn, (STEPS, H, *RNN), lambda x, h, *p: module(torch.nn.RNN)(x, h, *p), order=1),
    Call("rnn reverse", lambda x, h, *p: nn.rnn(x, h, *p, reverse=True), (STEPS, H, *RNN), order=1),
    Call("gru", nn.gru, (STEPS, H, *GRU), lambda x, h, *p: module(torch.nn.GRU)(x, h, *p), order=1),
    Call("lstm", lstm, (STEPS, H, C, *LSTM), lambda x, h, c, *p: module(torch.nn.LSTM)(x, (h, c), *p), order=1),
    Call("rnn_cell", nn.rnn_cell, (STEPS[:, 0], H, *RNN), order=1),
    Call("gru_cell", nn.gru_cell, (STEPS[:, 0], H, *GRU), torch.gru_cell, order=1, kinds="ef"),
    Call("lstm_cell", lambda x, h, c, *p: nn.lstm_cell(x, (h, c), *p), (STEPS[:, 0], H, C, *LSTM), order=1),
    Call("ctc_loss", lambda x: nn.ctc_loss(x, TARGETS, STEPS_OF, LENGTHS), (ALIGNED,), ctc, order=1),
    Call("ctc_loss blank", lambda x: nn.ctc_loss(x, TARGETS - 1, blank=3), (ALIGNED,), order=1),
    Call("embedding", lambda w: nn.embedding(w, INDICES), (W,), lambda w: F.embedding(torch.from_numpy(INDICES), w)),
    Call("gather", lambda w: nn.gather(w, INDICES), (W,), lambda w: w[torch.from_numpy(INDICES)]),
    Call("gather pairs", lambda w: nn.gather(w, (INDICES, INDICES // 2)), (W,)),
    *(
        Call(f"scatter {op}", lambda s, op=op: nn.scatter(op, s, TO, size=6, init=0.7), (ROWS_TO_SCATTER,), kinds="ef")
        for op in ("+", "-", "*", "/", "max", "min", "mean")
    ),
    Call("scatter 2d", lambda s: nn.scatter("+", s, np.array([[0, 1], [1, 1]])), (normal(2, 2, 3),)),
    Call(
        "dot_product_attention_scores",
        lambda q, k: nn.dot_product_attention_scores(q, k, heads=2, mask=MASK),
        (Q, K),
        lambda q, k: (
            (divided(q, 2) @ divided(k, 2).mT / 2**0.5).masked_fill(~torch.from_numpy(MASK), -float("inf")).softmax(-1)
        ),
        order=1,
    ),
    Call("gru_v3", nn.gru_v3, (STEPS, H, *GRU[:3]), order=1),
    Call("gru_v3 reverse", lambda x, h, *p: nn.gru_v3(x, h, *p, reverse=True), (STEPS, H, *GRU[:2]), order=1),
    Call("gru_v3_cell", nn.gru_v3_cell, (STEPS[:, 0], H, *GRU[:3]), order=1),
    *(
        Call(
            f"embedding_bag {mode} {told}",
            lambda w, mode=mode, idx=idx, offsets=offsets: nn.embedding_bag(w, idx, offsets, mode=mode),
            (apart(5, 3),),
            lambda w, mode=mode, idx=idx, offsets=offsets: F.embedding_bag(
                torch.from_numpy(idx), w, offsets if offsets is None else torch.from_numpy(offsets), mode=mode
            ),
            order=1,
        )
        for mode in ("sum", "mean", "max")
        for told, idx, offsets in (
            ("rows", np.array([[0, 4, 1], [2, 2, 0]]), None),
            ("offsets", np.array([0, 4, 2, 2, 1]), np.array([0, 2, 2, 3])),
        )
    ),
    Call("batched_mul", nn.batched_mul, (normal(3, 2, 4), normal(3, 4, 2)), torch.bmm),
    Call("batched_mul one", nn.batched_mul, (normal(2, 4), normal(3, 4, 2)), torch.matmul),
    Call("batched_mul complex", nn.batched_mul, (cplx(1, 2, 3), cplx(2, 3, 2)), torch.matmul, kinds="F"),
    Call("batched_vec", nn.batched_vec, (normal(3, 2, 4), normal(3, 4)), lambda a, x: (a @ x[..., None])[..., 0]),
    Call("batched_vec one", nn.batched_vec, (normal(3, 2, 4), normal(4)), torch.matmul),
    Call("batched_transpose", nn.batched_transpose, (normal(3, 2, 4),), lambda a: a.mT),
    Call("batched_adjoint", nn.batched_adjoint, (cplx(3, 2, 4),), lambda a: a.mH.resolve_conj(), kinds="F"),
]
