"""`numpy.emath` on Tensors: functions whose results become complex where they have to."""

from __future__ import annotations

__all__: list[str] = []
