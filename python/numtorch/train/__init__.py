"""Training: data in batches, the loop, when to stop, and files to go on from."""

from numtorch.train.checkpoint import load_checkpoint, save_checkpoint
from numtorch.train.data import batch, chunk, getobs, kfolds, nobs, shuffleobs, splitobs, unbatch
from numtorch.train.loader import DataLoader
from numtorch.train.observations import (
    filterobs,
    group_counts,
    group_indices,
    groupobs,
    joinobs,
    mapobs,
    obsview,
)
from numtorch.train.report import History, Report
from numtorch.train.sampling import leavepout, oversample, randobs, slidingwindow, undersample
from numtorch.train.scaling import rescale
from numtorch.train.sequences import batchseq, rpad_constant
from numtorch.train.stopping import early_stopping, patience, plateau, skip, stop
from numtorch.train.throttling import throttle
from numtorch.train.training import train

__all__ = [
    "DataLoader",
    "History",
    "Report",
    "batch",
    "batchseq",
    "chunk",
    "early_stopping",
    "filterobs",
    "getobs",
    "group_counts",
    "group_indices",
    "groupobs",
    "joinobs",
    "kfolds",
    "leavepout",
    "load_checkpoint",
    "mapobs",
    "nobs",
    "obsview",
    "oversample",
    "patience",
    "plateau",
    "randobs",
    "rescale",
    "rpad_constant",
    "save_checkpoint",
    "shuffleobs",
    "skip",
    "slidingwindow",
    "splitobs",
    "stop",
    "throttle",
    "train",
    "unbatch",
    "undersample",
]
