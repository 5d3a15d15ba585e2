"""CurveZMQ on all five sockets, after ipykernel's tests/test_curve.py."""
import json

import pytest
import zmq

from kernel import Kernel, argv, result, text

KINDS = dict(shell=zmq.DEALER, control=zmq.DEALER, stdin=zmq.DEALER, hb=zmq.REQ, iopub=zmq.SUB)


class CurveKernel(Kernel):
    """Every socket knows the server's key, unless it is to be without."""

    def __init__(self, **options):
        self.public, self.secret = zmq.curve_keypair()
        super().__init__(curve_publickey=self.public.decode(), curve_secretkey=self.secret.decode(), **options)

    def socket(self, kind, channel, server_key=True, **options):
        if server_key:
            public, secret = zmq.curve_keypair()
            options |= dict(CURVE_SERVERKEY=self.public if server_key is True else server_key,
                            CURVE_PUBLICKEY=public, CURVE_SECRETKEY=secret)
        return super().socket(kind, channel, **options)


@pytest.fixture(scope="module", params=["tcp", "ipc"])
def curved(request):
    with CurveKernel(transport=request.param) as kernel:
        yield kernel


def test_everything_works_encrypted(curved):
    me = curved.me
    assert result(me.run("40 + 2")[1]) == "42"
    _, outputs = me.run("for (let i = 0; i < 20_000; i++) console.log(i)")
    assert text(outputs).split() == [str(i) for i in range(20_000)]
    _, outputs = me.run("console.log('a'.repeat(3_000_000))")
    assert len(text(outputs)) == 3_000_001
    sent = me.execute("prompt('who? ')", allow_stdin=True)
    assert me.receive(me.stdin, 10)["parent"] == sent
    me.send(me.stdin, "input_reply", {"value": "x" * 100_000})
    assert me.reply(me.shell, sent)["content"]["status"] == "ok"
    beat = curved.socket(zmq.REQ, "hb")
    beat.send(b"ping\x00\xff")
    assert beat.poll(3000) and beat.recv() == b"ping\x00\xff"
    assert me.ask("kernel_info_request", socket_=me.control)["status"] == "ok"


def test_topics_filter_and_heartbeats_of_libzmq_are_answered(curved):
    s = curved.subscriber(b"kernel.x", HEARTBEAT_IVL=50, HEARTBEAT_TIMEOUT=200)
    monitor = s.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    assert curved.me.receive(s, 5)["content"] == {"subscription": "kernel.x"}
    curved.me.run("1")
    assert not s.poll(100)
    assert not monitor.poll(1000)


@pytest.mark.parametrize("key", [None, zmq.curve_keypair()[0]], ids=["plain", "wrong server key"])
@pytest.mark.parametrize("channel", KINDS)
def test_client_without_the_key_hears_and_says_nothing(curved, channel, key):
    options = {"SUBSCRIBE": b""} if channel == "iopub" else {}
    s = curved.socket(KINDS[channel], channel, server_key=key, **options)
    if channel == "hb":
        s.send(b"ping")
    elif channel != "iopub":
        s.send_multipart(curved.me.frames(curved.me.message("kernel_info_request")))
    curved.me.run("1")
    assert not s.poll(300)
    s.close()


@pytest.mark.parametrize("keys", [
    dict(curve_publickey="x"), dict(curve_publickey="x" * 40), dict(curve_secretkey="~" * 40, curve_publickey="0" * 40),
])
def test_half_or_broken_keys_are_refused_and_not_shown(keys):
    with Kernel(wait=False, **keys) as kernel:
        assert kernel.ended(10) == 3
        assert "CURVE key" in kernel.output() and kernel.output().count("\n") == 1
        assert "~" not in kernel.output() and kernel.key not in kernel.output()


def test_jupyter_client_that_requires_encryption_gets_it(tmp_path, monkeypatch):
    from jupyter_client.manager import KernelManager

    folder = tmp_path / "kernels" / "encrypted"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(dict(
        argv=argv("{connection_file}", "--allow-all", "--history=off"), display_name="e",
        language="typescript", interrupt_mode="message", metadata={"supported_encryption": ["curve"]})))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    manager = KernelManager(kernel_name="encrypted", transport_encryption="required")
    manager.start_kernel()
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=20)
        assert "curve_secretkey" in json.loads(open(manager.connection_file).read())
        outputs = []
        reply = client.execute_interactive("6 * 7", timeout=20, output_hook=outputs.append)
        assert reply["content"]["status"] == "ok"
        assert [m["content"]["data"]["text/plain"] for m in outputs
                if m["msg_type"] == "execute_result"] == ["42"]
        client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
