"""Peers that mean ill or are broken: memory stays bounded, and the kernel answers afterwards."""
import os
import random
import socket
import struct
import time

import pytest
import zmq

from kernel import CHANNELS, DELIMITER, Kernel, result

LONG = bool(os.environ.get("IRQSCOPE_LONG"))
FRAMES = 100_000 if LONG else 3_000
SEED = int(os.environ.get("IRQSCOPE_SEED", random.randrange(2**32)))

GREETING = bytes([0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1]) + b"NULL".ljust(20, b"\0") + bytes(32)


def ready(kind):
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    return bytes([4, len(body)]) + body


PEERS = dict(shell=b"DEALER", control=b"DEALER", stdin=b"DEALER", iopub=b"SUB", hb=b"REQ")


def memory(kernel):
    """Resident megabytes of the front."""
    for line in open(f"/proc/{kernel.process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024


def open_files(kernel):
    return len(os.listdir(f"/proc/{kernel.process.pid}/fd"))


@pytest.fixture(scope="module")
def kernel():
    print(f"IRQSCOPE_SEED={SEED}")
    with Kernel() as kernel:
        kernel.me.run("let kept = 41")
        yield kernel


@pytest.fixture(autouse=True)
def well_afterwards(kernel):
    before = memory(kernel)
    yield
    assert kernel.process.poll() is None, kernel.output()
    while kernel.me.later(0.05):
        pass
    start = time.time()
    assert result(kernel.me.run("kept + 1")[1]) == "42", f"IRQSCOPE_SEED={SEED}"
    assert time.time() - start < 5
    assert memory(kernel) - before < 250, f"{before} MB grew to {memory(kernel)} MB"


def connect(kernel, channel, *parts):
    s = socket.create_connection((kernel.ip, kernel.ports[channel]))
    for part in parts:
        s.sendall(part)
    return s


def hung_up(s, seconds):
    """Whether the kernel closes this connection in time."""
    s.settimeout(seconds)
    try:
        while s.recv(65536):
            pass
        return True
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    finally:
        s.close()


def malformed(rng, client):
    """A multipart message that is no Jupyter message, in one of many ways."""
    honest = client.frames(client.message(rng.choice(
        ["execute_request", "kernel_info_request", "shutdown_request", "input_reply", "comm_msg"]),
        {"code": "kept = 0", "restart": False}))
    signature = rng.randbytes(32).hex().encode()
    return rng.choice([
        lambda: [rng.randbytes(rng.randrange(64)) for _ in range(rng.randrange(1, 8))],
        lambda: honest[1:],
        lambda: [honest[0], signature, *honest[2:]],
        lambda: [honest[0], b"", *honest[2:]],
        lambda: honest[: rng.randrange(1, len(honest))],
        lambda: [DELIMITER] * rng.randrange(1, 10),
        lambda: [honest[0], honest[1], *honest[2:5], honest[5] + b" "],
        lambda: [b"", *([DELIMITER, signature] * 3)],
        lambda: [honest[0], client.session.sign(junk := [rng.randbytes(9)] * 4), *junk],
        lambda: [honest[0], client.session.sign(bad := [b"[]", b"{}", b"{}", b"{}"]), *bad],
        lambda: [honest[0], client.session.sign(
            odd := [b'{"msg_id":1,"msg_type":{}}', b"null", b"7", b'"x"']), *odd],
    ])()


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "hb"])
def test_malformed_messages(kernel, channel):
    rng = random.Random(f"{SEED} {channel}")
    kind = zmq.DEALER
    s = kernel.socket(kind, channel, SNDHWM=0)
    for i in range(FRAMES):
        s.send_multipart(malformed(rng, kernel.me))
    if channel != "hb":
        assert not s.poll(300), s.recv_multipart()
    s.close()


def test_malformed_subscriptions(kernel):
    rng = random.Random(SEED)
    s = kernel.context.socket(zmq.XSUB)
    s.setsockopt(zmq.LINGER, 0)
    s.connect(kernel.address("iopub"))
    for i in range(FRAMES):
        s.send(rng.randbytes(rng.randrange(20)))
    time.sleep(0.5)
    s.close()


@pytest.mark.parametrize("channel", CHANNELS)
def test_octets_that_are_no_zmtp(kernel, channel):
    rng = random.Random(f"{SEED} octets {channel}")
    for i in range(FRAMES // 30):
        introduction = [b"", GREETING, GREETING + ready(PEERS[channel])][i % 3]
        s = connect(kernel, channel, introduction)
        try:
            s.sendall(rng.randbytes(rng.randrange(200)))
        except ConnectionError:
            pass
        s.close()
    time.sleep(0.5)


@pytest.mark.parametrize("octets", [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x01\x00" + b"\x03\x00hi",
    GREETING.replace(b"NULL", b"CURV"),
    GREETING + ready(b"PUSH"),
    GREETING + b"\x08\x00",
    GREETING + b"\x06" + struct.pack(">Q", 2**62),
], ids=["HTTP", "ZMTP 1.0", "other mechanism", "other socket type", "reserved flag", "huge command"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_wrong_greetings_are_hung_up_on(kernel, channel, octets):
    assert hung_up(connect(kernel, channel, octets), 3)


@pytest.mark.parametrize("channel", CHANNELS)
def test_huge_lengths_cost_nothing(kernel, channel):
    before = memory(kernel)
    peers = [connect(kernel, channel, GREETING + ready(PEERS[channel])) for _ in range(20)]
    for i, s in enumerate(peers):
        s.sendall(b"\x02" + struct.pack(">Q", 2**62 if i % 2 else 500 * 2**20) + b"x" * 100)
    time.sleep(0.5)
    assert memory(kernel) - before < 60
    assert all(hung_up(s, 3) for s in peers[1::2])
    for s in peers[::2]:
        s.close()


@pytest.mark.parametrize("channel", CHANNELS)
def test_half_open_peers_are_let_go_in_time(kernel, channel):
    time.sleep(0.3)
    before = open_files(kernel)
    peers = [connect(kernel, channel, GREETING[:n]) for n in (0, 1, 9, 11, 63) for _ in range(10)]
    time.sleep(0.3)
    assert open_files(kernel) >= before + 50
    kernel.me.run("1")
    if LONG:
        time.sleep(11)
        assert open_files(kernel) <= before + 5
    for s in peers:
        s.close()
    time.sleep(0.3)
    assert open_files(kernel) <= before + 5


def test_more_peers_than_are_served(kernel):
    peers = [connect(kernel, "hb") for _ in range(1500)]
    time.sleep(1)
    assert sum(hung_up(s, 0.05) for s in peers[-100:]) == 100
    for s in peers:
        s.close()
    time.sleep(0.5)
    s = kernel.socket(zmq.REQ, "hb")
    s.send(b"still there")
    assert s.poll(3000) and s.recv() == b"still there"


def test_client_that_reads_no_replies(kernel):
    s = kernel.socket(zmq.DEALER, "shell", RCVHWM=1, RCVBUF=4096, SNDHWM=0)
    for _ in range(FRAMES // 3):
        s.send_multipart(kernel.me.frames(kernel.me.message("kernel_info_request")))
    time.sleep(0.5)
    s.close()
    time.sleep(1)


def test_200_connections_cut_anywhere(kernel):
    rng = random.Random(SEED)
    whole = GREETING + ready(b"DEALER")
    time.sleep(0.3)
    before = open_files(kernel)
    for _ in range(200):
        connect(kernel, rng.choice(CHANNELS), whole[: rng.randrange(len(whole))]).close()
    time.sleep(0.5)
    assert open_files(kernel) <= before + 5


def test_connections_reset_before_they_are_accepted_hold_nobody_back(kernel):
    reset = struct.pack("ii", 1, 0)
    for _ in range(200):
        s = connect(kernel, "shell", b"")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        s.close()
    start = time.time()
    s = connect(kernel, "shell", GREETING)
    assert s.recv(64).startswith(b"\xff")
    # 50 ms for each of those that left were 10 s.
    assert time.time() - start < 1
    s.close()
