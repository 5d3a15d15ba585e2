"""Questions to the client (Jupyter messaging 5.6, "Messages on the stdin channel")."""
import time

from kernel import Kernel, result, states, text


def test_question_is_put_and_its_answer_used(me):
    sent = me.execute("console.log('got', prompt('name? '))", allow_stdin=True)
    question = me.receive(me.stdin, 10)
    assert question["type"] == "input_request" and question["parent"] == sent
    assert question["content"]["prompt"].startswith("name?") and question["content"]["password"] is False
    me.send(me.stdin, "input_reply", {"value": "bob", "status": "ok"})
    assert me.reply(me.shell, sent)["content"]["status"] == "ok"
    assert text(me.until_idle(sent)) == "got bob\n"


def test_readline_asks_as_often_as_it_is_asked(me):
    sent = me.execute("""import { createInterface } from "node:readline/promises";
        import { stdin as input, stdout as output } from "node:process";
        const asking = createInterface({ input, output });
        const given = [await asking.question("name? "), await asking.question("and? ")];
        asking.close();
        const lines = createInterface({ input });
        for await (const line of lines) if (given.push(line) === 4) lines.close();
        await new Promise((later) => setTimeout(later, 50));
        given.join()""", allow_stdin=True)
    for word in "abcd":
        question = me.receive(me.stdin, 10)
        assert question["type"] == "input_request" and question["parent"] == sent
        me.send(me.stdin, "input_reply", {"value": word, "status": "ok"})
    assert me.reply(me.shell, sent)["content"]["status"] == "ok"
    assert not me.stdin.poll(0)
    outputs = me.until_idle(sent)
    assert text(outputs) == "name? and? " and result(outputs) == '"a,b,c,d"'


def test_client_that_takes_no_questions_gets_none(me):
    start = time.time()
    content, outputs = me.run("prompt('name? ')", allow_stdin=False)
    assert not me.stdin.poll(100)
    assert content["status"] == "error" and time.time() - start < 2


def test_interrupt_ends_a_cell_that_waits_for_an_answer(me):
    me.run("let kept = 5")
    sent = me.execute("prompt('name? ')", allow_stdin=True)
    assert me.receive(me.stdin, 10)
    start = time.time()
    me.ask("interrupt_request", socket_=me.control)
    assert me.reply(me.shell, sent, 5)["content"]["status"] == "error"
    assert time.time() - start < 2
    assert states(me.until_idle(sent))[-1] == "idle"
    me.send(me.stdin, "input_reply", {"value": "too late"})
    assert result(me.run("kept")[1]) == "5"


def test_only_the_client_whose_cell_runs_is_asked(shared, me):
    other = shared.client(b"other")
    other.ready()
    sent = other.execute("prompt('whose? ')", allow_stdin=True)
    assert other.receive(other.stdin, 10)["parent"] == sent
    assert not me.stdin.poll(200)
    me.send(me.stdin, "input_reply", {"value": "not mine"})
    assert other.reply(other.shell, sent, 0.3) is None
    other.send(other.stdin, "input_reply", {"value": "mine"})
    assert other.reply(other.shell, sent)["content"]["status"] == "ok"


def test_question_of_a_client_without_stdin_channel_fails():
    with Kernel() as kernel:
        kernel.me.stdin.close()
        content, _ = kernel.me.run("prompt('anyone? ')", allow_stdin=True)
        assert content["status"] == "error"
        assert result(kernel.me.run("1 + 1")[1]) == "2"


def test_interrupt_ends_a_cell_that_catches_it_and_asks_again(me):
    me.run("let kept = 6")
    sent = me.execute("while (true) try { prompt('again? ') } catch {}", allow_stdin=True)
    assert me.receive(me.stdin, 10)
    me.ask("interrupt_request", socket_=me.control)
    assert me.reply(me.shell, sent, 2)["content"]["status"] == "error"
    assert states(me.until_idle(sent))[-1] == "idle"
    assert result(me.run("kept")[1]) == "6"
