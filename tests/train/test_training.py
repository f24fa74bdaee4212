"""The loop: what it does each step, when it ends, and going on exactly."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import optim
from numtorch.optim import Adam, Descent, LossScaler, MixedPrecision, chain, setup
from numtorch.train import DataLoader, History, Report, early_stopping, load_checkpoint, save_checkpoint, train


class Net:
    """With noise, so that random states matter, and with a buffer."""

    __buffers__ = ("seen",)

    def __init__(self, dev: int = -1, dtype: str = "float64") -> None:
        rng = np.random.default_rng(0)
        self.one = nt.tensor(rng.normal(size=(3, 8)).astype(dtype), dev=dev)
        self.two = nt.tensor(rng.normal(size=(8, 1)).astype(dtype), dev=dev)
        self.seen = nt.tensor(np.zeros(()), dev=dev)
        self.rng = np.random.default_rng(7)

    def __call__(self, x: Any) -> Any:
        with nt.ignore():
            self.seen += len(x)
        noise = nt.tensor(self.rng.normal(size=8), dev=self.one.dev).astype(self.one.dtype)
        return np.tanh(x.astype(self.one.dtype) @ self.one + 0.1 * noise) @ self.two


def loss(model: Net, x: Any, y: Any) -> Any:
    return np.mean((model(x).astype(np.float64) - y) ** 2)


def data(dev: int = -1, workers: int = 0) -> DataLoader:
    x = np.random.default_rng(1).normal(size=(20, 3))
    return DataLoader((x, np.sin(x[:, :1])), 6, shuffle=True, rng=2, dev=dev, workers=workers)


RULE = chain(optim.ClipNorm(1.0), optim.Schedule(Adam(), optim.Cosine(0.05, 40, warmup=3)))


def run(dev: int = -1, epochs: int = 6, **options: Any) -> tuple[History, Net]:
    net = Net(dev)
    history = train(loss, net, data(dev), setup(RULE, net), epochs=epochs, progress=False, **options)
    return history, net


def test_training_lowers_the_loss_and_reports(dev: int) -> None:
    reports: list[Report] = []
    steps: list[int] = []
    history, net = run(dev, callbacks=[reports.append], on_step=lambda report: steps.append(report.step))
    assert len(history.losses) == 24
    assert len(history.epochs) == 6
    assert history.epochs[0] == pytest.approx(np.mean(history.losses[:4]))
    assert history.epochs[-1] < history.epochs[0] / 2
    assert [report.epoch for report in reports] == [1, 2, 3, 4, 5, 6]
    assert reports[-1].loss == history.epochs[-1]
    assert steps == list(range(1, 25))
    assert float(net.seen) == 120
    assert not history.stopped


def test_background_threads_change_nothing() -> None:
    net = Net()
    history = train(loss, net, data(workers=2), setup(RULE, net), epochs=3, progress=False)
    assert history.losses == run(epochs=3)[0].losses


def test_ndarrays_train_too() -> None:
    x = np.linspace(-1, 1, 16)
    models: list[Any] = [{"w": np.zeros(()), "b": np.zeros(1)}, {"w": nt.tensor(0.0), "b": nt.tensor([0.0])}]
    histories = [
        train(
            lambda m, x, y: np.mean((m["w"] * x + m["b"] - y) ** 2),
            model,
            [(x[i::4], 2 * x[i::4] + 1) for i in range(4)],
            setup(Adam(0.1), model),
            epochs=30,
            progress=False,
        )
        for model in models
    ]
    assert isinstance(models[0]["w"], np.ndarray)
    assert models[0]["w"] == pytest.approx(2, abs=0.1)
    np.testing.assert_allclose(histories[0].losses, histories[1].losses, rtol=1e-9)


def test_what_is_frozen_stays() -> None:
    net = Net()
    state = setup(Descent(), net)
    optim.freeze(state.one)
    before = net.one.copy()
    train(loss, net, data(), state, progress=False)
    assert bool(np.all(net.one == before))
    assert state.two.count == 4


@pytest.mark.parametrize("host", [False, True])
def test_what_the_model_says_is_frozen_stays(host: bool) -> None:
    """Also when it says so after the set-up, and between epochs."""

    class Part:
        def __init__(self) -> None:
            self.w: Any = np.ones(()) if host else nt.tensor(1.0)

    model = [Part(), Part()]
    state = setup(Descent(0.1), model)
    after: list[Any] = []

    def freeze_the_other(_: Report) -> None:
        after.append([float(part.w) for part in model])
        model[0].__dict__.pop("_frozen", None)
        model[1]._frozen = True  # type: ignore[attr-defined]

    model[0]._frozen = True  # type: ignore[attr-defined]
    train(lambda m, x: x * m[0].w * m[1].w, model, [1.0], state, epochs=2, callbacks=[freeze_the_other], progress=False)
    assert after[0] == [1.0, 0.9]
    assert after[1] == [pytest.approx(0.91), 0.9]


def test_numbers_in_a_model_of_ndarrays_stay_numbers() -> None:
    model = {"w": np.ones(3), "power": 2.0, "n": 3}

    def f(m: Any, x: Any) -> Any:
        assert type(m["power"]) is float
        return np.sum((m["w"] * x) ** m["power"])

    history = train(f, model, [np.ones(3)] * 5, setup(Descent(0.1), model), progress=False)
    assert history.losses == sorted(history.losses, reverse=True)
    assert isinstance(model["w"], np.ndarray)


def test_buffers_of_ndarrays_are_written_through() -> None:
    class Centred:
        __buffers__ = ("mean",)

        def __init__(self) -> None:
            self.w, self.mean = np.ones(2), np.zeros(2)

        def __call__(self, x: Any) -> Any:
            with nt.ignore():
                self.mean += 0.5 * (nt.tensor(x) - self.mean)
            return self.w * (x - self.mean)

    model = Centred()
    train(lambda m, x: np.sum(m(x) ** 2), model, [np.full(2, 8.0)] * 2, setup(Descent(0.01), model), progress=False)
    assert model.mean.tolist() == [6.0, 6.0]


def test_a_loss_with_more_than_a_number() -> None:
    net = Net()
    history = train(lambda m, x, y: (loss(m, x, y), {"more": x}), net, data(), setup(Descent(), net), progress=False)
    assert len(history.losses) == 4


def test_half_precision() -> None:
    histories = []
    for dtype in ("float32", "float16"):
        net, scaler = Net(dtype=dtype), LossScaler(2.0**12, interval=10)
        state = setup(MixedPrecision(Adam(0.02)), net)
        histories.append(train(loss, net, data(), state, epochs=8, progress=False, scaler=scaler).losses)
    np.testing.assert_allclose(histories[1], histories[0], rtol=0.05, atol=5e-3)


def test_a_loss_that_is_not_finite() -> None:
    net = Net()
    with pytest.raises(FloatingPointError, match="step 1 is nan"):
        train(lambda m, x, y: loss(m, x, y) * np.nan, net, data(), setup(Descent(), net), progress=False)


# ------------------------------------------------------------------------------------------------------------ ending


def test_early_stopping_ends_it() -> None:
    scores = iter([3.0, 2.0, 2.0, 2.5, 1.0])
    history, _ = run(callbacks=[early_stopping(lambda _: next(scores), 2)])
    assert history.stopped
    assert len(history.epochs) == 4


def test_a_step_may_end_it() -> None:
    history, _ = run(on_step=lambda report: report.step == 6)
    assert history.stopped
    assert len(history.losses) == 6


# ---------------------------------------------------------------------------------------------------------- going on


class Crash(Exception):
    pass


@pytest.mark.parametrize("at", [2, 5, 8, 11, 23])
def test_going_on_is_exact(at: int, tmp_path: Any, dev: int) -> None:
    """As if there had been no crash: losses, weights, buffers, random numbers and callbacks."""
    whole, net = run(dev, callbacks=[early_stopping(lambda report: report.loss, 50)])

    def crashes(report: Report) -> None:
        if report.step == at:
            raise Crash

    file = tmp_path / "run.npz"
    with pytest.raises(Crash):
        run(dev, checkpoint=file, every=3, on_step=crashes, callbacks=[early_stopping(lambda report: report.loss, 50)])
    assert file.exists() == (at > 3)
    np.random.seed(0)  # noqa: NPY002  whatever happened in between
    trigger = early_stopping(lambda report: report.loss, 50)
    again, other = run(dev, checkpoint=file, callbacks=[trigger])
    assert again.losses == whole.losses
    assert again.epochs == whole.epochs
    assert trigger.best == min(whole.epochs)
    for name in ("one", "two", "seen"):
        assert bool(np.all(getattr(net, name) == getattr(other, name)))
    assert net.rng.random() == other.rng.random()
    # What is finished is not trained further; with more epochs it goes on.
    assert run(dev, checkpoint=file, callbacks=[early_stopping(lambda _: 0.0, 50)])[0].losses == whole.losses
    more = run(dev, epochs=7, checkpoint=file, callbacks=[early_stopping(lambda _: 0.0, 50)])[0].losses
    assert len(more) == 28
    assert more == run(dev, epochs=7)[0].losses


KILLED = """
import os, sys
from tests.train.test_training import run
dies = lambda report: report.step == int(sys.argv[2]) and os._exit(9)
print(run(checkpoint=sys.argv[1], every=2, on_step=dies)[0].losses)
"""


def test_going_on_after_the_process_was_killed(tmp_path: Any) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED, str(tmp_path / "run.npz")]
    assert subprocess.run([*command, "11"], cwd=root, check=False).returncode == 9
    done = subprocess.run([*command, "0"], cwd=root, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(run()[0].losses)


def test_names_that_are_not_one(tmp_path: Any) -> None:
    model = {"a.b": np.ones(1), "a": {"b": np.ones(1)}}
    with pytest.raises(ValueError, match=r"two arrays of the model have the name 'a\.b'"):
        save_checkpoint(tmp_path / "a.npz", model)
    with pytest.raises(ValueError, match=r"two arrays have the name 'a\.b'"):
        optim.state_arrays(setup(Adam(), model))


def test_going_on_through_plain_batches(tmp_path: Any) -> None:
    def again(**options: Any) -> History:
        net = Net()
        batches = [tuple(nt.tensor(a) for a in part) for part in DataLoader(data().data, 6)]
        return train(loss, net, batches, setup(RULE, net), epochs=3, progress=False, **options)

    file = tmp_path / "run.npz"
    again(checkpoint=file, every=1, on_step=lambda report: report.step == 6)
    # It was ended there, and stays so.
    assert len(again(checkpoint=file).losses) == 6
    assert len(again(checkpoint=file, resume=False).losses) == 12


def test_adjusted_rules_scalers_and_accumulation_go_on(tmp_path: Any) -> None:
    def pieces() -> tuple[Net, Any, LossScaler]:
        net = Net(dtype="float16")
        return net, setup(MixedPrecision(chain(optim.AccumGrad(2), Adam(0.01))), net), LossScaler(64.0, interval=3)

    net, state, scaler = pieces()
    options: dict[str, Any] = {"progress": False, "checkpoint": tmp_path / "a.npz"}
    train(loss, net, data(), state, scaler=scaler, callbacks=[lambda _: optim.adjust(state, 0.5)], **options)
    new_net, new_state, new_scaler = pieces()
    optim.freeze(new_state)
    train(loss, new_net, data(), new_state, scaler=new_scaler, callbacks=[lambda _: None], **options)
    assert new_state.one.rule == state.one.rule == MixedPrecision(chain(optim.AccumGrad(2), Adam(0.5)))
    assert new_state.one.rule is new_state.two.rule
    assert new_state.one.count == 4
    assert not new_state.one.frozen
    assert new_scaler.state() == scaler.state() != LossScaler(64.0).state()
    assert bool(np.all(new_state.one.slots["master"] == state.one.slots["master"]))


def test_a_checkpoint_of_both_kinds_of_arrays(tmp_path: Any, dev: int) -> None:
    def model() -> dict[str, Any]:
        return {"t": nt.tensor(np.ones((2, 2), np.float16), dev=dev), "h": [np.zeros(3)], "g": nt.Generator()}

    one, other = model(), model()
    one["h"][0][:] = [1, np.nan, np.inf]
    one["t"][0] = 5
    one["g"].manual_seed(3)
    save_checkpoint(tmp_path / "a.npz", one, name="first", curve=np.arange(3))
    more = load_checkpoint(tmp_path / "a.npz", other)
    assert more["name"] == "first"
    assert more["curve"].tolist() == [0, 1, 2]
    assert other["t"].tolist() == [[5, 5], [1, 1]]
    np.testing.assert_array_equal(other["h"][0], [1, np.nan, np.inf])
    assert bool(np.all(one["g"].get_state() == other["g"].get_state()))


def test_a_checkpoint_that_does_not_fit_changes_nothing(tmp_path: Any) -> None:
    file = tmp_path / "a.npz"
    save_checkpoint(file, {"a": np.ones(2), "b": np.ones(2), "d": np.ones(1)})
    model = {"a": np.zeros(3), "b": np.zeros(2, np.float32), "c": np.zeros(1)}
    with pytest.raises(ValueError, match=r"missing: c; unexpected: d; a: float64 \(2,\) in the file.*; b: float64"):
        load_checkpoint(file, model)
    assert not model["b"].any()
    same = {"a": np.zeros(2), "b": np.zeros(2), "d": np.zeros(1)}
    with pytest.raises(ValueError, match="no optimiser's state"):
        load_checkpoint(file, same, setup(Adam(), same))
    save_checkpoint(file, same, setup(Adam(), same))
    with pytest.raises(ValueError, match=r"what is kept, missing: a\.velocity"):
        load_checkpoint(file, same, setup(optim.Momentum(), same))
    save_checkpoint(file, same, setup(Descent(), same))
    with pytest.raises(ValueError, match=r"the rule of a is WeightDecay\(lam=0.1\), not Descent"):
        load_checkpoint(file, same, setup(optim.WeightDecay(0.1), same))
    np.savez(file, x=np.ones(1))
    with pytest.raises(ValueError, match="is not a checkpoint"):
        load_checkpoint(file, same)


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.npz"
    model = {"a": np.ones(2)}
    save_checkpoint(file, model)

    def half(handle: Any, **_: Any) -> None:
        handle.write(b"half")
        raise Crash

    model["a"][:] = 2
    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", half)
        with pytest.raises(Crash):
            save_checkpoint(file, model)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
    load_checkpoint(file, model)
    assert model["a"].tolist() == [1, 1]


# ------------------------------------------------------------------------------------------------------------ showing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    net = Net()
    plain, terminal = io.StringIO(), Terminal()
    train(loss, net, data(), setup(Descent(), net), epochs=2, progress=plain)
    lines = plain.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("epoch 1/2 4/4  loss ")
    assert "\r" not in plain.getvalue()
    monkeypatch.setattr("numtorch.train.progress.EVERY", 0.0)
    train(loss, net, data(), setup(Descent(), net), progress=terminal)
    pictures = terminal.getvalue().split("\r")[1:]
    assert len(pictures) == 5
    assert "[######..................] epoch 1/1 1/4" in pictures[0]
    assert pictures[-1].endswith("\n")
    train(loss, net, data(), setup(Descent(), net), progress=False)
    assert capsys.readouterr() == ("", "")
    train(loss, net, data(), setup(Descent(), net))
    assert "epoch 1/1" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------------ refused


def test_what_is_refused() -> None:
    net = Net()
    with pytest.raises(TypeError, match=r"list\(\.\.\.\) makes one"):
        train(loss, net, iter([]), setup(Descent(), net))
    with pytest.raises(ValueError, match="epochs"):
        train(loss, net, [], setup(Descent(), net), epochs=-1)
    with pytest.raises(RuntimeError, match="is being taken"):
        nt.gradient(lambda x: x * len(train(loss, net, data(), setup(Descent(), net)).losses), 1.0)
