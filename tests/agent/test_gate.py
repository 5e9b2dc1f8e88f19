"""Who is let in, who waits, and who is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent.serve import callers
from agent.serve.callers import GoneError
from agent.serve.gate import BusyError, Gate


class Caller:
    """A request as far as the gate looks at it."""

    def __init__(self) -> None:
        self.gone = False
        self.may_leave = asyncio.Event()
        self.entered = asyncio.Event()

    async def is_disconnected(self) -> bool:
        return self.gone

    async def come(self, gate: Gate) -> None:
        request: Any = self
        async with gate.enter(request):
            self.entered.set()
            await self.may_leave.wait()


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "_LOOK_SECONDS", 0.001)


async def test_a_caller_who_goes_leaves_the_queue() -> None:
    gate, held, waiting, third = Gate(1, 1), Caller(), Caller(), Caller()
    async with asyncio.TaskGroup() as group:
        group.create_task(held.come(gate))
        await held.entered.wait()
        queued = asyncio.create_task(waiting.come(gate))
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await third.come(gate)
        waiting.gone = True
        with pytest.raises(GoneError):
            await queued
        group.create_task(third.come(gate))
        await asyncio.sleep(0)
        assert not third.entered.is_set()
        held.may_leave.set()
        await third.entered.wait()
        third.may_leave.set()
    assert not waiting.entered.is_set()


async def test_callers_who_come_at_once_do_not_pass_the_limits() -> None:
    gate, several = Gate(1, 1), [Caller() for _ in range(4)]
    tasks = [asyncio.create_task(caller.come(gate)) for caller in several]
    await asyncio.sleep(0)
    for caller in several:
        caller.may_leave.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), type(None), BusyError, BusyError]


async def test_they_are_let_in_in_the_order_in_which_they_came() -> None:
    gate, first, second, third = Gate(1, 2), Caller(), Caller(), Caller()
    async with asyncio.TaskGroup() as group:
        for caller in (first, second, third):
            group.create_task(caller.come(gate))
        for caller, next_one in ((first, second), (second, third)):
            await caller.entered.wait()
            assert not next_one.entered.is_set()
            caller.may_leave.set()
        third.may_leave.set()


@pytest.mark.parametrize("is_let_in", [False, True])
async def test_a_wait_that_is_cancelled_keeps_no_place(is_let_in: bool) -> None:
    gate, held, waiting = Gate(1, 1), Caller(), Caller()
    holding = asyncio.create_task(held.come(gate))
    await held.entered.wait()
    queued = asyncio.create_task(waiting.come(gate))
    await asyncio.sleep(0.01)
    held.may_leave.set()
    while is_let_in and not holding.done():  # now the place is the waiting one's, who has not heard of it
        await asyncio.sleep(0)
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    await holding
    held.entered.clear()
    await held.come(gate)
    assert held.entered.is_set()
