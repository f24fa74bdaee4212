"""Training: data in batches, the loop, when to stop, and files to go on from."""

from numtorch.train.checkpoint import load_checkpoint, save_checkpoint
from numtorch.train.data import batch, chunk, getobs, kfolds, nobs, shuffleobs, splitobs, unbatch
from numtorch.train.loader import DataLoader
from numtorch.train.report import History, Report
from numtorch.train.sampling import leavepout, oversample, randobs, slidingwindow, undersample
from numtorch.train.stopping import early_stopping, patience, plateau
from numtorch.train.training import train

__all__ = [
    "DataLoader",
    "History",
    "Report",
    "batch",
    "chunk",
    "early_stopping",
    "getobs",
    "kfolds",
    "leavepout",
    "load_checkpoint",
    "nobs",
    "oversample",
    "patience",
    "plateau",
    "randobs",
    "save_checkpoint",
    "shuffleobs",
    "slidingwindow",
    "splitobs",
    "train",
    "unbatch",
    "undersample",
]
