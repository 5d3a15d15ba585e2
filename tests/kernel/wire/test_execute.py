"""execute_request (Jupyter messaging 5.6, "Execute"): order, counters, silence, aborts."""
import time

import pytest

from kernel import Kernel, of, result, states, text


def wait(ms):
    return f"await new Promise(r => setTimeout(r, {ms}))"


def test_no_output_after_idle_in_200_prints_and_200_results(me):
    late = 0
    for i in range(200):
        _, outputs = me.run(f"console.log('p{i}')")
        late += text(outputs) != f"p{i}\n"
        _, outputs = me.run(f"{i}")
        late += result(outputs) != f"{i}"
        assert states(outputs)[0] == "busy" and states(outputs)[-1] == "idle"
    assert late == 0
    assert [m["type"] for m in me.later(0.5)] == []


def test_silent_cells_say_nothing_and_count_nothing(me):
    before = me.run("1")[0]["execution_count"]
    content, outputs = me.run("console.log('x'); console.error('y'); 7", silent=True)
    assert states(outputs) == ["busy", "idle"]
    assert content["status"] == "ok" and content["execution_count"] == before
    content, outputs = me.run("throw new Error('z')", silent=True)
    assert states(outputs) == ["busy", "idle"] and content["status"] == "error"
    assert me.run("2")[0]["execution_count"] == before + 1
    tail = me.ask("history_request", {"hist_access_type": "tail", "n": 2})["history"]
    assert [row[2] for row in tail] == ["1", "2"]


def test_unstored_cells_show_their_output_and_count_nothing(me):
    before = me.run("11")[0]["execution_count"]
    content, outputs = me.run("console.log('x'); 12", store_history=False)
    assert text(outputs) == "x\n" and result(outputs) == "12"
    assert content["execution_count"] == before
    assert me.run("13")[0]["execution_count"] == before + 1
    tail = me.ask("history_request", {"hist_access_type": "tail", "n": 2})["history"]
    assert [row[2] for row in tail] == ["11", "13"]


@pytest.mark.parametrize("failure", ["throw new Error('first')", "1 +* 2"])
def test_error_aborts_cells_that_wait_and_answers_everything_else(me, failure):
    sent = [me.execute(code) for code in (wait(300), failure, "console.log('no')", "8")]
    info = me.send(me.shell, "kernel_info_request")
    comms = me.send(me.shell, "comm_info_request")
    inspect = me.send(me.shell, "inspect_request", {"code": "x", "cursor_pos": 1, "detail_level": 0})
    replies = [me.receive(me.shell, 10) for _ in range(7)]
    assert [r["parent"] for r in replies] == [*sent, info, comms, inspect]
    assert [r["content"]["status"] for r in replies] == ["ok", "error", "error", "error", "ok", "ok", "ok"]
    assert all(r["content"]["ename"] == "Aborted" for r in replies[2:4])
    assert all("execution_count" in r["content"] for r in replies[:2])
    assert not any("execution_count" in r["content"] for r in replies[2:4])
    seen = me.later(0.3)
    for aborted in sent[2:]:
        assert states([m for m in seen if m["parent"] == aborted]) == ["busy", "idle"]
    assert result(me.run("5 + 5")[1]) == "10"


def test_failure_without_stop_on_error_aborts_nothing(me):
    sent = [me.execute(c, stop_on_error=False) for c in (wait(200), "throw 1", "console.log('on')", "9")]
    assert [me.receive(me.shell, 10)["content"]["status"] for _ in sent] == ["ok", "error", "ok", "ok"]
    assert "on\n" in text(me.later(0.3))


def test_cell_sent_when_the_failure_was_heard_runs(me):
    for _ in range(20):
        assert me.run("throw 1")[0]["status"] == "error"
        assert me.run("1")[0]["status"] == "ok"


def test_interrupt_aborts_the_cells_that_wait(me):
    sent = [me.execute(wait(20_000)) for _ in range(3)]
    time.sleep(0.5)
    start = time.time()
    assert me.ask("interrupt_request", socket_=me.control)["status"] == "ok"
    replies = [me.reply(me.shell, s, 5) for s in sent]
    assert [r["content"]["status"] for r in replies] == ["error"] * 3
    assert time.time() - start < 3
    assert result(me.run("6 * 7")[1]) == "42"


def test_user_expressions_fail_one_by_one(me):
    wanted = {"a": "1+1", "bad": "nope_undefined", "b": "'x'"}
    content, _ = me.run("let q = 1", user_expressions=wanted)
    answers = content["user_expressions"]
    assert content["status"] == "ok" and answers["a"]["data"]["text/plain"] == "2"
    assert answers["a"]["status"] == answers["b"]["status"] == "ok"
    assert answers["bad"]["status"] == "error" and answers["bad"]["ename"] == "ReferenceError"
    assert set(answers["bad"]) >= {"ename", "evalue", "traceback"}


@pytest.mark.parametrize("content", [{}, {"code": 5}, {"code": None}, {"code": "1", "silent": "no"},
                                     {"code": "1", "user_expressions": [1]}])
def test_requests_that_cannot_be_read_get_an_error_and_an_idle(me, content):
    sent = me.send(me.shell, "execute_request", content)
    assert me.reply(me.shell, sent)["content"]["status"] == "error"
    assert states(me.until_idle(sent)) == ["busy", "idle"]


def test_cell_cannot_forge_the_kernel_state(me):
    _, outputs = me.run("await Deno.jupyter.broadcast('status', {execution_state: 'idle'}); console.log('after')")
    assert states(outputs) == ["busy", "execute_input", "stream", "idle"]


def test_late_output_belongs_to_the_cell_that_started_it(me):
    first = me.execute("setTimeout(() => console.log('late'), 500); 0")
    me.until_idle(first)
    second = me.execute(wait(1200))
    outputs = me.later(1.6)
    assert text([m for m in outputs if m["parent"] == first]) == "late\n"
    assert text([m for m in outputs if m["parent"] == second]) == ""
    assert len(of(outputs, "execute_input")) == 1


def test_control_is_answered_amid_a_flood_of_displays(me):
    sent = me.execute("const end = Date.now() + 2_000; let i = 0;\n"
                      "while (Date.now() < end) display({ i: i++ })\ni")
    answers = 0
    while not me.reply(me.shell, sent, 0.01):
        asked = me.send(me.control, "kernel_info_request")
        assert me.reply(me.control, asked)
        answers += 1
    outputs = me.until_idle(sent, 30)
    assert len(of(outputs, "display_data")) == int(result(outputs)) > 1_000
    # One that waits for the flood to pause gets two.
    assert answers > 25


def test_output_knows_its_cell_however_much_was_asked_meanwhile():
    with Kernel() as kernel:
        me = kernel.me
        seen = "try { return Deno.statSync('go').isFile } catch { return false }"
        sent = me.execute(f"const go = () => {{ {seen} }}\n"
                          "while (!go()) await new Promise((r) => setTimeout(r, 20))\nconsole.log('gone')")
        asked = [me.send(me.control, "kernel_info_request") for _ in range(5_000)][-1]
        assert me.reply(me.control, asked, 60)
        (kernel.folder / "go").touch()
        assert me.reply(me.shell, sent)
        assert text(me.until_idle(sent)) == "gone\n"
