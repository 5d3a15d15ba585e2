"""Comms both ways (Jupyter messaging 5.6, "Custom Messages")."""
from kernel import of, states


def comms(client, **content):
    reply = client.ask("comm_info_request", content)
    assert reply["status"] == "ok"
    return reply["comms"]


def test_comm_of_an_unknown_target_is_closed_again(me):
    sent = me.send(me.shell, "comm_open", {"comm_id": "u1", "target_name": "no_such", "data": {}})
    outputs = me.until_idle(sent)
    assert states(outputs) == ["busy", "comm_close", "idle"]
    assert of(outputs, "comm_close")[0]["content"]["comm_id"] == "u1"
    assert "u1" not in comms(me)
    assert not me.shell.poll(50)


def test_comm_messages_for_nobody_are_harmless(me):
    for type_ in ("comm_msg", "comm_close"):
        sent = me.send(me.shell, type_, {"comm_id": "nobody", "data": {}})
        assert states(me.until_idle(sent)) == ["busy", "idle"]
    for content in ({}, {"comm_id": 5}, {"comm_id": None, "data": "x"}):
        sent = me.send(me.shell, "comm_msg", content)
        assert states(me.until_idle(sent)) == ["busy", "idle"]


def test_comms_opened_by_the_kernel_are_listed_by_target_and_can_be_closed(me):
    code = "await Deno.jupyter.broadcast('comm_open', {comm_id: '%s', target_name: '%s', data: {}}); 0"
    _, outputs = me.run(code % ("k1", "one"))
    assert of(outputs, "comm_open")[0]["content"]["target_name"] == "one"
    me.run(code % ("k2", "two"))
    assert comms(me) == {"k1": {"target_name": "one"}, "k2": {"target_name": "two"}}
    assert comms(me, target_name="two") == {"k2": {"target_name": "two"}}
    sent = me.send(me.shell, "comm_close", {"comm_id": "k1", "data": {}})
    assert states(me.until_idle(sent))[-1] == "idle"
    assert comms(me) == {"k2": {"target_name": "two"}}
    me.run("await Deno.jupyter.broadcast('comm_close', {comm_id: 'k2', data: {}}); 0")
    assert comms(me) == {}


def test_broadcast_buffers_arrive_to_the_byte(me):
    _, outputs = me.run(
        "const bytes = new Uint8Array(1_000_000).map((_, i) => i % 251);\n"
        "await Deno.jupyter.broadcast('comm_open', {comm_id: 'b', target_name: 't', data: {}},"
        " {buffers: [bytes, new Uint8Array([1, 2])], metadata: {version: '2.1.0'}}); 0")
    message = of(outputs, "comm_open")[0]
    assert message["buffers"] == [bytes(i % 251 for i in range(1_000_000)), b"\x01\x02"]
    assert message["metadata"] == {"version": "2.1.0"}
    me.run("await Deno.jupyter.broadcast('comm_close', {comm_id: 'b', data: {}}); 0")
