"""Subshells (JEP 91), after ipykernel's tests/test_subshells.py."""
import time

import pytest

from kernel import Kernel, result, states, text

PAIRS = [(False, True), (True, False), (True, True)]


def wait(ms):
    return f"await new Promise(r => setTimeout(r, {ms}));"


def create(me):
    reply = me.ask("create_subshell_request", socket_=me.control)
    assert reply["status"] == "ok"
    return reply["subshell_id"]


def delete(me, subshell):
    return me.ask("delete_subshell_request", {"subshell_id": subshell}, me.control)


def listed(me):
    reply = me.ask("list_subshell_request", socket_=me.control)
    assert reply["status"] == "ok"
    return reply["subshell_id"]


def shells(me, which):
    return [create(me) if each else None for each in which]


def put_away(me, subshells):
    for each in filter(None, subshells):
        assert delete(me, each)["status"] == "ok"


def replies(me, sent, seconds=15):
    got = {}
    while len(got) < len(sent):
        message = me.receive(me.shell, seconds)
        assert message, got
        got[message["parent"]] = message
    return [got[each] for each in sent]


def test_feature_is_told(me):
    assert "kernel subshells" in me.ask("kernel_info_request")["supported_features"]


def test_subshells_are_listed_without_the_main_one(me):
    assert listed(me) == []
    one, two = create(me), create(me)
    assert one != two and listed(me) == [one, two]
    put_away(me, [one])
    assert listed(me) == [two]
    put_away(me, [two])
    assert listed(me) == []


def test_unknown_subshell_is_an_error(me):
    assert delete(me, "nobody")["status"] == "error"
    assert me.ask("kernel_info_request", subshell_id="nobody")["status"] == "error"
    assert me.run("1", subshell_id="nobody")[0]["status"] == "error"
    assert me.ask("delete_subshell_request", {}, me.control)["status"] == "error"
    assert me.ask("kernel_info_request", subshell_id=None)["status"] == "ok"


def test_variables_are_shared_counters_and_history_are_not(me):
    main = me.run("var shared = 5")[0]["execution_count"]
    sub = create(me)
    content, outputs = me.run("shared + 1", subshell_id=sub)
    assert (content["execution_count"], result(outputs)) == (1, "6")
    assert me.run("shared + 2", subshell_id=sub)[0]["execution_count"] == 2
    assert me.run("shared")[0]["execution_count"] == main + 1
    tail = {"hist_access_type": "tail", "n": 9}
    inside = me.ask("history_request", tail, subshell_id=sub)["history"]
    assert [row[1:] for row in inside] == [[1, "shared + 1"], [2, "shared + 2"]]
    assert me.ask("history_request", tail)["history"][-1][2] == "shared"
    put_away(me, [sub])


@pytest.mark.parametrize("which", PAIRS)
def test_cells_of_two_shells_overlap(me, which):
    subshells = shells(me, which)
    me.run("var order = []")
    sent = [me.execute(f"order.push('a0'); {wait(500)} order.push('a1'); 0", subshell_id=subshells[0])]
    time.sleep(0.1)
    sent.append(me.execute(f"order.push('b0'); {wait(100)} order.push('b1'); 0", subshell_id=subshells[1]))
    assert all(r["content"]["status"] == "ok" for r in replies(me, sent))
    assert result(me.run("order.join()")[1]) == '"a0,b0,b1,a1"'
    put_away(me, subshells)


def test_subshell_is_created_while_a_cell_runs(me):
    sent = me.execute(wait(500))
    start = time.time()
    sub = create(me)
    assert time.time() - start < 0.3
    assert me.reply(me.shell, sent)
    put_away(me, [sub])


@pytest.mark.parametrize("busy", [wait(2000), "{ const t = Date.now(); while (Date.now() - t < 2000); }"])
def test_requests_of_a_subshell_are_answered_while_a_cell_runs(me, busy):
    sub = create(me)
    sent = me.execute(busy)
    time.sleep(0.3)
    for type_, content in (
        ("kernel_info_request", {}),
        ("comm_info_request", {}),
        ("is_complete_request", {"code": "f("}),
        ("history_request", {"hist_access_type": "tail", "n": 1}),
    ):
        start = time.time()
        assert "status" in me.ask(type_, content, subshell_id=sub)
        assert time.time() - start < 0.3, type_
    assert me.reply(me.shell, sent)["content"]["status"] == "ok"
    put_away(me, [sub])


@pytest.mark.parametrize("which", PAIRS)
def test_failure_aborts_what_waits_in_its_own_shell_only(me, which):
    subshells = shells(me, which)
    sent = [me.execute(c, subshell_id=subshells[0])
            for c in (wait(500) + " throw new Error()", "console.log('hello')", "console.log('goodbye')")]
    sent += [me.execute(c, subshell_id=subshells[1]) for c in (wait(900), "console.log('other')")]
    got = replies(me, sent)
    assert [r["content"]["status"] for r in got] == ["error", "error", "error", "ok", "ok"]
    assert [r["parent_header"]["subshell_id"] for r in got] == [subshells[0]] * 3 + [subshells[1]] * 2
    assert me.run("1", subshell_id=subshells[0])[0]["status"] == "ok"
    put_away(me, subshells)


@pytest.mark.parametrize("which", PAIRS)
def test_statuses_and_outputs_name_the_request_they_belong_to(me, which):
    subshells = shells(me, which)
    sent = [me.execute(f"{wait(200)} console.log({i}); {wait(200)} 0", subshell_id=s)
            for i, s in enumerate(subshells)]
    got = replies(me, sent)
    assert all(r["content"]["status"] == "ok" for r in got)
    seen = me.later(0.5)
    for i, (each, subshell) in enumerate(zip(sent, subshells)):
        mine = [m for m in seen if m["parent"] == each]
        assert states(mine) == ["busy", "execute_input", "stream", "execute_result", "idle"]
        assert text(mine) == f"{i}\n"
        assert all(m["parent_header"]["subshell_id"] == subshell for m in mine)
    put_away(me, subshells)


def test_silence_is_kept_per_shell(me):
    sub = create(me)
    quiet = me.execute(f"{wait(300)} console.log('quiet')", subshell_id=sub, silent=True)
    loud = me.execute("console.log('loud')")
    replies(me, [quiet, loud])
    seen = me.later(0.4)
    assert states([m for m in seen if m["parent"] == quiet]) == ["busy", "idle"]
    assert text(seen) == "loud\n"
    put_away(me, [sub])


def test_interrupt_ends_the_cells_of_all_shells(me):
    sub = create(me)
    sent = [me.execute(wait(20_000)), me.execute(wait(20_000), subshell_id=sub)]
    time.sleep(0.5)
    me.ask("interrupt_request", socket_=me.control)
    assert [r["content"]["status"] for r in replies(me, sent, 5)] == ["error", "error"]
    put_away(me, [sub])


def test_kernel_with_subshells_shuts_down():
    with Kernel() as kernel:
        create(kernel.me)
        kernel.me.ask("shutdown_request", {"restart": False}, kernel.me.control)
        assert kernel.ended(3) == 0
