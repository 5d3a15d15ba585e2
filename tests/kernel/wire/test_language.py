"""Completion, inspection and completeness as far as the wire goes: positions and subshells."""
import time

import pytest

from kernel import Kernel, result, text


def complete(me, code, cursor=None, **header):
    content = {"code": code, "cursor_pos": len(code) if cursor is None else cursor}
    return me.ask("complete_request", content, seconds=20, **header)


@pytest.fixture
def warm(me):
    """The language server is up and has seen the notebook."""
    me.run("let x_long_name_1 = 5")
    end = time.time() + 60
    while "x_long_name_1" not in complete(me, "x_long_n")["matches"]:
        assert time.time() < end
    return me


@pytest.mark.parametrize("code, cursor, token, wanted", [
    ("let s = '\U0001F600'; x_long_n", None, "x_long_n", "x_long_name_1"),
    ("'\U0001F600\U0001F600é'; x_long_n + 1", 15, "x_long_n", "x_long_name_1"),
    ("let q1 = 1\nMath.hypo", None, "hypo", "hypot"),
    ("Math.hypo + 5", 9, "hypo", "hypot"),
])
def test_positions_count_code_points(warm, code, cursor, token, wanted):
    reply = complete(warm, code, cursor)
    start, end = reply["cursor_start"], reply["cursor_end"]
    match = next(m for m in reply["matches"] if m.endswith(wanted))
    done = code[:start] + match + code[end:]
    assert done == code.replace(token, wanted)
    typed = reply["metadata"]["_jupyter_types_experimental"]
    assert {"start", "end", "text", "type", "signature"} <= set(typed[0])
    assert {t["text"] for t in typed} == set(reply["matches"])


@pytest.mark.parametrize("code, cursor", [("ab", 99), ("ab", -5), ("", 0), ("\U0001F600", 1), ("zzqq.yy", 7)])
def test_nonsense_is_answered_with_ok(me, code, cursor):
    reply = complete(me, code, cursor)
    assert reply["status"] == "ok"
    assert 0 <= reply["cursor_start"] <= reply["cursor_end"] <= len(code)
    inspection = me.ask("inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": 0})
    assert inspection["status"] == "ok" and isinstance(inspection["found"], bool)


def test_completion_runs_nothing(warm):
    warm.run("globalThis.ran = 0; let g = { get boomprop() { globalThis.ran++; return {a: 1} } }")
    complete(warm, "g.boomprop.")
    complete(warm, "(globalThis.ran = 5).")
    assert result(warm.run("ran")[1]) == "0"


@pytest.mark.parametrize("busy", ["await new Promise(r => setTimeout(r, 3000))",
                                  "{ const t = Date.now(); while (Date.now() - t < 3000); }"])
def test_subshell_completes_and_inspects_while_a_cell_runs(warm, busy):
    subshell = warm.ask("create_subshell_request", socket_=warm.control)["subshell_id"]
    running = warm.execute(busy)
    time.sleep(0.5)
    start = time.time()
    assert "x_long_name_1" in complete(warm, "x_long_n", subshell_id=subshell)["matches"]
    assert time.time() - start < 0.5
    request = {"code": "Math.hypot", "cursor_pos": 10, "detail_level": 0}
    start = time.time()
    assert warm.ask("inspect_request", request, subshell_id=subshell)["found"]
    assert time.time() - start < 0.8
    assert warm.reply(warm.shell, running, 10)["content"]["status"] == "ok"
    warm.ask("delete_subshell_request", {"subshell_id": subshell}, warm.control)


def test_indent_is_told_only_of_incomplete_code(me):
    for code, status in (("1", "complete"), ("function f() {", "incomplete"), ("1 +* 2", "invalid")):
        reply = me.ask("is_complete_request", {"code": code})
        assert reply["status"] == status
        assert ("indent" in reply) == (status == "incomplete")


def test_what_is_asked_before_anything_else_is_answered_in_full():
    """A server that comes up is waited for, on a busy machine by more than one question."""
    questions = range(10)
    content = {"code": "Math.max(", "cursor_pos": 9, "detail_level": 0}
    with Kernel(wait=False) as kernel:
        me = kernel.client()
        assert "abs" in complete(me, "Math.ab")["matches"]
        code = "const listed = [1]\nlisted.ma"
        assert any("map" in complete(me, code)["matches"] for _ in questions)
        shown = me.ask("inspect_request", content, seconds=20)["data"]["text/plain"]
        assert "values: number[]" in shown
    with Kernel(wait=False) as kernel:
        me = kernel.client()
        shown = (me.ask("inspect_request", content, seconds=20)["data"] for _ in questions)
        assert any("values: number[]" in data.get("text/plain", "") for data in shown)


def test_who_waits_behind_a_question_waits_for_no_server():
    with Kernel(wait=False) as kernel:
        me = kernel.client()
        assert "abs" in complete(me, "Math.ab")["matches"]
        code = "const listed = [1]\nlisted.ma"
        asked = me.send(me.shell, "complete_request", {"code": code, "cursor_pos": len(code)})
        time.sleep(0.05)
        start = time.time()
        assert result(me.run("1 + 1")[1]) == "2"
        # The server takes two seconds.
        assert time.time() - start < 1
        assert asked


def told_of(me, code, word, seconds=30):
    """Whether a run of this code, again and again, is warned of with this word."""
    end = time.time() + seconds
    while time.time() < end:
        if word in text(me.run(code)[1], "stderr"):
            return True
        time.sleep(0.3)
    return False


def test_types_are_told_again_once_the_process_was_replaced():
    with Kernel() as kernel:
        assert told_of(kernel.me, "{ const a: string = 3 }", "TS2322", 60)
        kernel.me.run("Deno.exit(1)")
        assert told_of(kernel.me, "{ const a: string = 3 }", "TS2322")
