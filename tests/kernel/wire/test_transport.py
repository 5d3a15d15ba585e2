"""Sockets, frames, signatures, subscriptions (Jupyter messaging 5.6, "The Wire Protocol")."""
import json
import time

import pytest
import zmq

from kernel import DELIMITER, Kernel, of, result, states, text


def silence(client, frames, socket_=None, seconds=0.4):
    """What the kernel says to `frames`: nothing is what it should."""
    (socket_ or client.shell).send_multipart(frames)
    end = time.time() + seconds
    heard = []
    while time.time() < end:
        for s in (client.shell, client.control, client.iopub):
            message = client.receive(s, 0.02)
            heard += [message["type"]] if message else []
    return heard


def test_replay_is_refused(me):
    frames = me.frames(me.message("execute_request", {"code": "globalThis.n = (globalThis.n ?? 0) + 1"}))
    me.shell.send_multipart(frames)
    assert me.receive(me.shell, 10)["content"]["status"] == "ok"
    me.later(0.2)
    assert silence(me, frames) == []
    assert silence(me, frames, me.control) == []
    assert result(me.run("n")[1]) == "1"


def test_forged_answer_to_input_is_ignored(me):
    sent = me.execute("prompt('who?')", allow_stdin=True)
    question = me.receive(me.stdin, 10)
    forger = type(me.session)(key=b"wrong", signature_scheme="hmac-sha256")
    for session in (forger, type(me.session)(key=b"")):
        me.stdin.send_multipart(session.serialize(session.msg("input_reply", {"value": "mallory"})))
    assert me.reply(me.shell, sent, 0.3) is None
    me.send(me.stdin, "input_reply", {"value": "alice"})
    assert me.reply(me.shell, sent)["content"]["status"] == "ok"
    assert result(me.until_idle(sent)) == '"alice"'
    assert question["content"]["prompt"].startswith("who?")
    assert question["content"]["password"] is False


def test_headers_are_well_formed_and_sessions_differ_between_processes(shared, me):
    me.run("1")
    sessions = {m["header"]["session"] for m in me.seen}
    assert len(sessions) == 1 and me.session.session not in sessions
    ids = [m["header"]["msg_id"] for m in me.seen]
    assert len(set(ids)) == len(ids)
    for message in me.seen:
        assert set(message["header"]) >= {"msg_id", "session", "username", "date", "msg_type", "version"}
        assert message["header"]["date"].endswith("Z") and "T" in message["header"]["date"]
    with Kernel() as other:
        other.me.run("1")
        assert {m["header"]["session"] for m in other.me.seen}.isdisjoint(sessions)


def test_parent_header_is_the_request_header_to_the_letter(me):
    header = {"date": "2026-01-02T03:04:05.000006+01:00", "x_extra": {"q": [1, "é"]}}
    message = me.message("kernel_info_request")
    message["header"].update(header)
    me.shell.send_multipart(me.frames(message))
    reply = me.receive(me.shell, 5)
    assert reply["parent_header"]["date"] == header["date"]
    assert reply["parent_header"]["x_extra"] == header["x_extra"]
    assert reply["parent_header"]["msg_id"] == message["header"]["msg_id"]


def test_routing_prefix_returns_unchanged(me):
    sent = me.send(me.shell, "kernel_info_request", identities=[b"a\x00b", b""])
    assert me.reply(me.shell, sent)["prefix"] == [b"a\x00b", b""]


def test_iopub_messages_bear_one_topic_that_filters(shared, me):
    me.run("1")
    assert all(len(m["prefix"]) == 1 for m in me.seen)
    status = next(m["prefix"][0] for m in me.seen if m["type"] == "status")
    topic = status.replace(b"status", b"stream")
    only = shared.subscriber(topic)
    assert me.receive(only, 5)["type"] == "iopub_welcome"
    me.run("console.log('hear'); 7")
    heard = [me.receive(only, 1)]
    assert [m["type"] for m in heard] == ["stream"]
    assert not only.poll(100)


def test_empty_key_needs_no_signatures():
    with Kernel(key="") as kernel:
        content, outputs = kernel.me.run("40 + 2")
        assert result(outputs) == "42"
        kernel.me.shell.send_multipart(
            [DELIMITER, b"", *(json.dumps(p).encode() for p in (
                {"msg_id": "x", "msg_type": "kernel_info_request"}, {}, {}, {}))])
        assert kernel.me.shell.poll(3000)
        frames = kernel.me.shell.recv_multipart()
        assert frames[frames.index(DELIMITER) + 1] == b""


def test_ipc_transport():
    with Kernel(transport="ipc") as kernel:
        assert result(kernel.me.run("40 + 2")[1]) == "42"
        assert sorted(p.name for p in kernel.folder.glob("ipc-*")) == [f"ipc-{n}" for n in range(1, 6)]
        kernel.me.ask("shutdown_request", {"restart": False}, kernel.me.control)
        assert kernel.ended(3) == 0
        assert list(kernel.folder.glob("ipc-*")) == []


def test_every_subscription_is_welcomed_first_of_all(shared, me):
    everything = shared.subscriber()
    welcome = me.receive(everything, 5)
    assert (welcome["type"], welcome["content"], welcome["parent_header"], welcome["prefix"]) == (
        "iopub_welcome", {"subscription": ""}, {}, [b""])
    topical = shared.subscriber(b"kernel.x")
    welcome = me.receive(topical, 5)
    assert (welcome["content"], welcome["prefix"]) == ({"subscription": "kernel.x"}, [b"kernel.x"])
    assert me.receive(everything, 5)["content"] == {"subscription": "kernel.x"}


def test_subscription_that_is_no_utf8_gets_no_welcome_and_unsubscribing_none_either(shared, me):
    odd = shared.subscriber(b"\xff\xfe")
    assert not odd.poll(300)
    odd.setsockopt(zmq.UNSUBSCRIBE, b"\xff\xfe")
    assert not odd.poll(100)
    assert result(me.run("1 + 1")[1]) == "2"


def test_starting_is_said_once_and_to_the_first_subscriber():
    with Kernel(wait=False) as kernel:
        assert kernel.early.poll(20_000)
        me = kernel.client()
        me.ready()
        me.run("1")
        early = []
        while kernel.early.poll(200):
            early.append(me.decode(kernel.early.recv_multipart()))
        assert [m["type"] for m in early[:2]] == ["iopub_welcome", "status"]
        assert early[1]["parent_header"] == {}
        said = [m["content"]["execution_state"] for m in early if m["type"] == "status"]
        assert said[0] == "starting" and said.count("starting") == 1


def test_heartbeat_echoes_any_bytes_while_a_cell_computes(shared, me):
    beat = shared.socket(zmq.REQ, "hb")
    sent = me.execute("{ const t = Date.now(); while (Date.now() - t < 1500); }")
    time.sleep(0.3)
    slowest = 0
    for body in (b"ping\x00\xff", b"", b"x" * 1_000_000):
        start = time.time()
        beat.send(body)
        assert beat.poll(1000) and beat.recv() == body
        slowest = max(slowest, time.time() - start)
    assert me.until_idle(sent)
    assert slowest < 0.5


def test_200_clients_come_and_go(shared, me):
    for i in range(200):
        s = shared.socket(zmq.DEALER, "shell", IDENTITY=b"passer-by")
        if i % 20 == 0:
            s.send_multipart(me.frames(me.message("kernel_info_request")))
            assert s.poll(5000)
        s.close()
    assert result(me.run("2 + 3")[1]) == "5"


def test_two_clients_get_their_own_replies_and_all_outputs(shared, me):
    other = shared.client(b"other")
    other.ready()
    sent = other.execute("console.log('from other')")
    assert other.reply(other.shell, sent)
    assert not me.shell.poll(100)
    assert text(me.until_idle(sent)) == "from other\n"


@pytest.mark.parametrize("buffers", [[b"\x00\x01", b"x" * 1_000_000]])
def test_buffers_beside_a_request_are_left_alone(me, buffers):
    sent = me.send(me.shell, "kernel_info_request", buffers=buffers)
    assert me.reply(me.shell, sent)["content"]["status"] == "ok"
    assert states(me.until_idle(sent)) == ["busy", "idle"]


def test_subscriber_that_stops_reading_holds_nobody_back(shared, me):
    deaf = shared.context.socket(zmq.SUB)
    for name, value in dict(RCVHWM=1, RCVBUF=4096, SUBSCRIBE=b"", LINGER=0).items():
        deaf.setsockopt(getattr(zmq, name), value)
    deaf.connect(shared.address("iopub"))
    time.sleep(0.3)
    start = time.time()
    content, outputs = me.run("for (let i = 0; i < 100_000; i++) console.log(i)", 30)
    assert text(outputs).split() == [str(i) for i in range(100_000)]
    assert time.time() - start < 10
    assert len(of(outputs, "stream")) < 1000
    deaf.close()
