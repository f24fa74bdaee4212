"""The loop: batches, gradients, updates, and what happens in between."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numtorch._core import Tensor, from_dlpack
from numtorch.autograd import Grads, dropgrad, withgradient, within_gradient
from numtorch.optim import LossScaler
from numtorch.optim.state import check_state, trained, untrained
from numtorch.structure import Params, fmap
from numtorch.train.checkpoint import prepared, save_checkpoint
from numtorch.train.guard import Buffers, Guard, is_known
from numtorch.train.loader import DataLoader
from numtorch.train.progress import progress_bar
from numtorch.train.report import History, Report
from numtorch.train.stopping import Skipped, Stopped, wants_to_stop

if TYPE_CHECKING:
    from numtorch.train.compiling import Steps


def train(
    loss: Callable[..., Any],
    model: Any,
    data: Iterable[Any],
    state: Any,
    *,
    epochs: int = 1,
    progress: Any = True,
    callbacks: Iterable[Callable[[Report], Any]] = (),
    on_step: Callable[[Report], Any] | None = None,
    scaler: LossScaler | None = None,
    checkpoint: Any = None,
    every: int | None = None,
    resume: bool = True,
    compile: bool = False,
) -> History:
    """Trains a model, in place: one update along the gradient of the loss for each batch.

    Parameters
    ----------
    loss : callable
        ``loss(model, *batch)`` is a real number; if it returns a tuple, its first is. A batch that is not a tuple is
        one argument. It may call `skip` or `stop`.
    model : nest of arrays
        What is trained: Tensors, or ndarrays.
    data : DataLoader or sequence of batches
        Gone through once an epoch.
    state : nest
        What `numtorch.optim.setup` returned for the model.
    epochs : int
        How often.
    progress : bool or text file
        Whether to show a bar, on standard error or elsewhere. If that is no terminal, it is one line an epoch.
    callbacks : iterable of callables
        Called after each epoch with a `Report`; when one returns true, training ends. Those with `state` and
        `load_state`, as `early_stopping` has them, are kept in the checkpoint too.
    on_step : callable, optional
        Called after each step with a `Report`; when it returns true, training ends. It makes each step wait for the
        device.
    scaler : LossScaler, optional
        For float16: scales the loss, and leaves out updates that are not finite.
    checkpoint : str or Path, optional
        A file that is written after each epoch. If it is there already, training goes on from it.
    every : int, optional
        Writes it also after so many steps.
    resume : bool
        Whether to go on from a checkpoint that is there; if not, it is written over.
    compile : bool
        Whether steps run as compiled programs (see `numtorch.compile`): loss, gradient and update in one on the CPU,
        if the rule's formula can be traced; else loss and gradient. Batches of another shape are compiled anew.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        The file at `checkpoint` is damaged, or of another model, state or program; then nothing is changed.
    FloatingPointError
        The loss of a step is not finite. The model, the state and the arrays that classes name in ``__buffers__`` are
        then those from before that step, whatever came after it. A loss on the host is looked at before the update. One
        on a device decides there whether updates are written, without being waited for; the error comes when losses are
        read: when one is shown, before a checkpoint, and at the end of an epoch. With `scaler` there is no such error.

    Notes
    -----
    What else the loss changes stays changed when that error comes: random generators, and where the data is. No
    checkpoint is written after such a step, so a resumed run comes to the same batch again; `skip` leaves it out. A
    gradient that is not finite where its loss is, is not seen: `ClipNorm` raises for it, `LossScaler` leaves it out.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> from numtorch.optim import Adam, setup
    >>> from numtorch.train import DataLoader, train
    >>> x = nt.tensor(np.linspace(-1.0, 1.0, 32))
    >>> loader = DataLoader((x, 3 * x + 1), batchsize=8, shuffle=True, rng=0)
    >>> line = {"slope": nt.tensor(0.0), "height": nt.tensor(0.0)}
    >>> def loss(line, x, y):
    ...     return np.mean((line["slope"] * x + line["height"] - y) ** 2)
    >>> history = train(loss, line, loader, setup(Adam(0.1), line), epochs=50, progress=False)
    >>> round(float(line["slope"]), 2), round(float(line["height"]), 2)
    (3.0, 1.0)
    """
    if within_gradient():
        raise RuntimeError("train: a gradient is being taken, which would not know of the changes")
    run = _Run(loss, model, data, state, epochs, scaler, list(callbacks), on_step)
    run.compiles = compile
    run.bar = progress_bar(progress, epochs, run.steps)
    run.path, run.every = (None if checkpoint is None else Path(checkpoint)), every
    if run.path is not None and resume and run.path.exists():
        run.restore()
    try:
        run.all_epochs()
    except BaseException:
        run.bar.close()
        raise
    return run.history


def _check(epochs: object, data: object) -> None:
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 0:
        raise ValueError(f"train: epochs must be a non-negative int, not {epochs!r}")
    if not hasattr(data, "__len__"):
        raise TypeError("train: the data must be a DataLoader or a sequence of batches; list(...) makes one")


def _not_finite(step: int, loss: float) -> FloatingPointError:
    return FloatingPointError(f"train: the loss of step {step} is {loss}")


class _Run:
    """One call of `train`: where it is, and what it has to keep."""

    def __init__(
        self,
        loss: Callable[..., Any],
        model: Any,
        data: Any,
        state: Any,
        epochs: int,
        scaler: LossScaler | None,
        callbacks: list[Callable[[Report], Any]],
        on_step: Callable[[Report], Any] | None,
    ) -> None:
        _check(epochs, data)
        check_state(state, model, "train")
        self.loss, self.model, self.data, self.state = loss, model, data, state
        self.epochs, self.scaler, self.callbacks, self.on_step = epochs, scaler, callbacks, on_step
        self.steps = len(data)
        self.bar = progress_bar(False, epochs, self.steps)
        self.path: Path | None = None
        self.every: int | None = None
        self.history = History()
        self.guard = Guard(model)
        self.arrays: list[Any] = []  # those that are trained at present
        self.compiles = False
        self.programs: Steps | None = None
        self.buffers: dict[int, Any] = {}  # Tensors for the ndarrays that are not trained
        self.epoch = 0  # finished
        self.done = 0  # batches of the present one
        self.skipped = 0  # batches of it that were left out
        self.read = 0  # losses that are numbers by now; those after it are 0-d Tensors

    # ------------------------------------------------------------------------------------------------ computing

    def all_epochs(self) -> None:
        while self.epoch < self.epochs and not self.history.stopped:
            self.bar.start(self.done)
            self.look()
            for batch in self.batches():
                if self.step(batch):
                    self.history.stopped = True
                    break
            losses = self.losses()[len(self.history.losses) - (self.done - self.skipped) :]
            mean = math.fsum(losses) / len(losses) if losses else math.nan
            self.bar.show(self.epoch + 1, self.done, mean, end=True)
            self.epoch, self.done, self.skipped = self.epoch + 1, 0, 0
            self.history.epochs.append(mean)
            report = self.report(self.epoch, mean)
            asked = [wants_to_stop(callback, report) for callback in self.callbacks]  # each, so that each may count
            self.history.stopped |= any(asked)
            self.save()

    def look(self) -> None:
        """What is trained at present, and the buffers; callbacks may change it."""
        self.guard.buffers = Buffers(self.model)
        self.arrays = trained(self.state, self.model)
        if self.compiles and (self.programs is None or not self.programs.suits(self.arrays)):
            from numtorch.train.compiling import Steps

            whole = self.scaler is None
            self.programs = Steps(self.loss, self.model, self.state, self.arrays, self.scaler, whole)
        self.buffers = {
            key: from_dlpack(array)
            for key, array in untrained(self.model).items()
            if isinstance(array, np.ndarray) and array.flags.writeable and array.dtype.kind in "fc"
        }

    def batches(self) -> Iterable[Any]:
        if isinstance(self.data, DataLoader):
            return self.data
        rest = iter(self.data)
        for _ in range(self.done):
            next(rest)
        return rest

    def step(self, batch: Any) -> bool:
        """Trains with one batch, and says whether that is to be the last."""
        ended = False
        arguments = batch if isinstance(batch, tuple) else (batch,)
        if self.scaler is None:
            self.guard.begin()
        try:
            value = self.whole_step(arguments)
            grads = None
            if value is None:
                value, grads = self.gradient(arguments)
        except Stopped:
            return True
        except Skipped:
            self.done, self.skipped = self.done + 1, self.skipped + 1
            return False
        wait = is_known(value) or self.on_step is not None
        if grads is not None:
            self.update(value, grads, wait)
        self.history.losses.append(value)
        self.done += 1
        if wait or self.bar.due():
            latest = self.losses()[-1]
            if self.bar.due():
                self.bar.show(self.epoch + 1, self.done, latest)
            if self.on_step is not None:
                ended = wants_to_stop(self.on_step, self.report(self.epoch + 1, latest))
                self.look()
        if self.every and len(self.history.losses) % self.every == 0 and self.done < self.steps:
            self.save()
        return ended

    def whole_step(self, arguments: tuple[Any, ...]) -> Any:
        """The loss of a step that is one program, None if there is none."""
        value = None if self.programs is None else self.programs.step(arguments)
        if value is not None and not math.isfinite(float(value)):
            self.guard.buffers.restore()
            raise _not_finite(len(self.history.losses) + 1, float(value))
        return value

    def update(self, value: Any, grads: Any, wait: bool) -> None:
        """One update, unless the loss is not finite."""
        if self.scaler is not None:
            self.scaler.update(self.state, self.model, grads)
            return
        if wait and self.guard.updated:
            self.losses()  # of steps before this one
        try:
            done = self.guard.update(self.state, self.model, grads, value, wait)
        except FloatingPointError:  # a rule looked at gradients, and waited
            self.losses()
            self.guard.buffers.restore()
            done = math.isfinite(float(value))
            if done:
                raise
        if not done:
            raise _not_finite(len(self.history.losses) + 1, float(value))

    def gradient(self, arguments: tuple[Any, ...]) -> tuple[Any, Any]:
        """The loss, and the gradients of what is trained at present."""

        def scaled(value: Any) -> Any:
            plain = value[0] if isinstance(value, tuple) else value
            return (plain if self.scaler is None else self.scaler(plain)), dropgrad(plain)

        if self.programs is not None:
            return self.programs.gradient(arguments)
        arrays = self.arrays
        if all(isinstance(array, Tensor) for array in arrays):
            found = withgradient(lambda: scaled(self.loss(self.model, *arguments)), Params(arrays))
            return found.val[1], found.grad

        def of_arrays(given: list[Any]) -> Any:
            """With Tensors instead of ndarrays, those of buffers on the same memory; all else is what it was."""
            replaced = self.buffers | {id(array): new for array, new in zip(arrays, given, strict=True)}
            model = fmap(lambda leaf: replaced.get(id(leaf), leaf), self.model)
            return scaled(self.loss(model, *arguments))

        (_, loss), (grads,) = withgradient(of_arrays, arrays)
        return loss, Grads(Params(arrays), grads)

    def losses(self) -> list[float]:
        """Of all steps, as numbers."""
        losses = self.history.losses
        losses[self.read :] = [float(value) for value in losses[self.read :]]
        if self.scaler is None:
            bad = next((i for i, value in enumerate(losses[self.read :]) if not math.isfinite(value)), None)
            self.guard.read(bad)
            if bad is not None:
                raise _not_finite(self.read + bad + 1, losses[self.read + bad])
        self.read = len(losses)
        return losses

    def report(self, epoch: int, loss: float) -> Report:
        return Report(epoch, self.epochs, len(self.history.losses), loss, self.history.losses)

    # ------------------------------------------------------------------------------------------------- keeping

    def keepers(self) -> list[Any]:
        """What has a state of its own beside model and optimiser."""
        everyone = [self.data, self.scaler, *self.callbacks]
        return [part for part in everyone if hasattr(part, "state") and hasattr(part, "load_state")]

    def save(self) -> None:
        if self.path is None:
            return
        save_checkpoint(
            self.path,
            self.model,
            self.state,
            losses=np.array(self.losses(), np.float64),
            epochs=list(self.history.epochs),
            epoch=self.epoch,
            done=self.done,
            skipped=self.skipped,
            stopped=self.history.stopped,
            kept=[part.state() for part in self.keepers()],
        )

    def restore(self) -> None:
        """Goes on from the file; ValueError if that cannot be, and all is as it was."""
        kept, change = prepared(self.path, self.model, self.state)
        wrong = [name for name, fits in _KEPT.items() if not fits(kept.get(name, 0 if name == "skipped" else None))]
        if wrong:
            raise ValueError(f"train: {self.path} is not what train wrote: it has not its {', '.join(wrong)}")
        if len(kept["kept"]) != len(self.keepers()):
            raise ValueError("train: the checkpoint was written with other callbacks, data or scaler")
        self.load_states(kept["kept"])
        change()
        self.load_states(kept["kept"])  # once more: the data may share a random generator with the model
        self.history = History(kept["losses"].tolist(), kept["epochs"], kept["stopped"])
        self.read = len(self.history.losses)
        self.epoch, self.done, self.skipped = kept["epoch"], kept["done"], kept.get("skipped", 0)

    def load_states(self, states: list[Any]) -> None:
        """To all that has a state of its own; if one cannot take it, none has."""
        parts = self.keepers()
        before = [part.state() for part in parts]
        for i, (part, state) in enumerate(zip(parts, states, strict=True)):
            try:
                part.load_state(state)
            except Exception as error:
                for other, old in zip(parts[:i], before, strict=False):
                    other.load_state(old)
                what = type(part).__name__
                raise ValueError(f"train: {self.path} has a state that {what} cannot take: {error!r}") from error


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


# What `save` keeps beside model and state, and what it is.
_KEPT: dict[str, Callable[[Any], bool]] = {
    "losses": lambda value: isinstance(value, np.ndarray) and value.dtype == np.float64 and value.ndim == 1,
    "epochs": lambda value: isinstance(value, list) and all(type(item) is float for item in value),
    "stopped": lambda value: type(value) is bool,
    "epoch": _is_count,
    "done": _is_count,
    "skipped": _is_count,
    "kept": lambda value: isinstance(value, list),
}
