"""`numpy.emath` on Tensors: functions whose results become complex where they have to."""

from numtorch.functions.mathematics.scimath import arccos, arcsin, arctanh, log, log2, log10, logn, power, sqrt

__all__ = ["arccos", "arcsin", "arctanh", "log", "log2", "log10", "logn", "power", "sqrt"]
