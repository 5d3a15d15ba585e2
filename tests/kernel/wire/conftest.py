import pytest

from kernel import Kernel


@pytest.fixture(scope="module")
def shared():
    with Kernel() as kernel:
        yield kernel


@pytest.fixture
def me(shared):
    """The module's client, or a new one where the last test left its kernel dead."""
    assert shared.process.poll() is None, shared.output()
    while shared.me.later(0.02):
        pass
    return shared.me
