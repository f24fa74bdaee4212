"""What all tests share: the device that they run on."""

import os

import pytest
from hypothesis import settings

import numtorch as nt

# A timing is never a test. In CI the examples are the same every time; elsewhere each run looks further.
settings.register_profile("numtorch", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("numtorch")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--dev", type=int, default=-1, help="device to run on: -1 the CPU, 0, 1, ... a GPU")


@pytest.fixture(scope="session")
def dev(request: pytest.FixtureRequest) -> int:
    """The device that the suite runs on."""
    chosen: int = request.config.getoption("--dev")
    if chosen >= nt.device_count():
        raise pytest.UsageError(f"--dev {chosen}: this machine has {nt.device_count()} GPUs")
    return chosen
