"""A kernel of this project on the wire: pyzmq sockets, signed by jupyter_client's Session."""
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import zmq
from jupyter_client.session import Session

ROOT = Path(__file__).resolve().parents[3]
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
DELIMITER = b"<IDS|MSG>"
DENO = os.environ["DENO"]
# As kernelspecs have it.
V8_FLAGS = "--v8-flags=" + ",".join(re.findall(r'"(--.*)",', (ROOT / "lib/jupyter/v8_flags.ts").read_text()))


def free_ports(count):
    """Of those that no system gives to whoever asks for any, nor the kernel takes for its own use."""
    ports = set()
    while len(ports) < count:
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", random.randint(10_000, 20_479)))
            ports.add(s.getsockname()[1])
    return list(ports)


def argv(connection_file, *options):
    config = f"--config={ROOT / 'deno.json'}"
    main = str(ROOT / "lib/kernel/main.ts")
    return [DENO, "run", "--quiet", "--no-prompt", V8_FLAGS, "-A", config, main, *options,
            str(connection_file)]


def descendants(pid):
    """Processes started by `pid`, by those, and so on."""
    tree = {}
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = open(f"/proc/{each}/stat").read()
        except OSError:
            continue
        tree.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(each))
    found, todo = [], [pid]
    while todo:
        children = tree.get(todo.pop(), [])
        found += children
        todo += children
    return found


def alive(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Kernel:
    """Starts a kernel and speaks to it as one client; `client()` makes others."""

    def __init__(self, transport="tcp", key=None, options=("--allow-all",), env=None, wait=True, **file):
        self.folder = Path(tempfile.mkdtemp(prefix="wire"))
        self.key = uuid.uuid4().hex if key is None else key
        ports = free_ports(5) if transport == "tcp" else range(1, 6)
        self.ports = dict(zip(CHANNELS, ports))
        self.ip = "127.0.0.1" if transport == "tcp" else str(self.folder / "ipc")
        self.file = dict(
            {f"{c}_port": p for c, p in self.ports.items()},
            transport=transport, ip=self.ip, key=self.key, signature_scheme="hmac-sha256",
        )
        self.file.update(file)
        self.path = self.folder / "connection.json"
        self.path.write_text(json.dumps({k: v for k, v in self.file.items() if v is not None}))
        self.path.chmod(0o600)
        self.transport = transport
        self.context = zmq.Context()
        self.context.set(zmq.MAX_SOCKETS, 4096)
        self.clients = []
        self.env = {**os.environ, "IRQSCOPE_HISTORY": "off", "JPY_PARENT_PID": str(os.getpid())}
        self.env.update(env or {})
        self.env = {name: value for name, value in self.env.items() if value is not None}
        self.options = options
        self.early = self.subscriber()
        self.start()
        if wait:
            self.me = self.client()
            self.me.ready()

    def start(self):
        self.log = open(self.folder / "log", "w+")
        self.process = subprocess.Popen(
            argv(self.path, *self.options), cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )

    def address(self, channel):
        port = self.ports[channel]
        return f"tcp://{self.ip}:{port}" if self.transport == "tcp" else f"ipc://{self.ip}-{port}"

    def socket(self, kind, channel, **options):
        s = self.context.socket(kind)
        s.setsockopt(zmq.LINGER, 0)
        s.setsockopt(zmq.RECONNECT_IVL, 20)
        for name, value in options.items():
            s.setsockopt(getattr(zmq, name), value)
        s.connect(self.address(channel))
        return s

    def subscriber(self, topic=b"", **options):
        return self.socket(zmq.SUB, "iopub", SUBSCRIBE=topic, RCVHWM=0, **options)

    def client(self, identity=None):
        client = Client(self, identity)
        self.clients.append(client)
        return client

    def output(self):
        return (self.folder / "log").read_text()

    def ended(self, seconds):
        """The exit code, or None while it still runs after `seconds`."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        """Whatever the test found: no process of it shall outlive it, and no file."""
        started = descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        end = time.time() + 2
        while any(map(alive, started)) and time.time() < end:
            time.sleep(0.01)
        for pid in filter(alive, started):
            os.kill(pid, signal.SIGKILL)
        self.context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Client:
    """One client: shell, control and stdin under one identity, and everything on iopub."""

    def __init__(self, kernel, identity=None):
        self.kernel = kernel
        self.identity = identity or uuid.uuid4().hex.encode()
        self.session = Session(key=kernel.key.encode(), signature_scheme="hmac-sha256")
        self.shell, self.control, self.stdin = (
            kernel.socket(zmq.DEALER, c, IDENTITY=self.identity) for c in ("shell", "control", "stdin")
        )
        self.iopub = kernel.subscriber()
        self.seen = []

    def ready(self, seconds=30):
        """Waits until requests are answered and iopub is heard."""
        end = time.time() + seconds
        while time.time() < end:
            assert self.kernel.process.poll() is None, self.kernel.output()
            sent = self.send(self.shell, "kernel_info_request")
            if self.reply(self.shell, sent, 1) and self.until_idle(sent, 0.3):
                return
        raise TimeoutError(self.kernel.output())

    def message(self, type_, content=None, **header):
        message = self.session.msg(type_, content or {})
        message["header"].update(header)
        return message

    def frames(self, message, buffers=(), identities=()):
        return [*identities, *self.session.serialize(message), *buffers]

    def send(self, socket_, type_, content=None, buffers=(), identities=(), **header):
        message = self.message(type_, content, **header)
        socket_.send_multipart(self.frames(message, buffers, identities))
        return message["header"]["msg_id"]

    def execute(self, code, **content):
        header = {k: content.pop(k) for k in ("subshell_id",) if k in content}
        request = dict(code=code, silent=False, store_history=True, user_expressions={},
                       allow_stdin=False, stop_on_error=True, **{})
        request.update(content)
        return self.send(self.shell, "execute_request", request, **header)

    def receive(self, socket_, seconds):
        if not socket_.poll(max(0, int(seconds * 1000))):
            return None
        return self.decode(socket_.recv_multipart())

    def decode(self, frames):
        at = frames.index(DELIMITER)
        keys = ("header", "parent_header", "metadata", "content")
        message = dict(zip(keys, (json.loads(f) for f in frames[at + 2:at + 6])))
        honest = self.session.sign(frames[at + 2:at + 6]) == frames[at + 1]
        message.update(prefix=frames[:at], buffers=frames[at + 6:], honest=honest,
                       type=message["header"]["msg_type"], parent=message["parent_header"].get("msg_id"))
        assert honest, message
        return message

    def reply(self, socket_, sent, seconds=10):
        end = time.time() + seconds
        while time.time() < end:
            message = self.receive(socket_, end - time.time())
            if message and message["parent"] == sent:
                return message
        return None

    def until_idle(self, sent, seconds=10):
        """iopub messages under `sent` up to its idle; None when that does not come."""
        end = time.time() + seconds
        got = []
        while time.time() < end:
            message = self.receive(self.iopub, end - time.time())
            if not message:
                return None
            self.seen.append(message)
            if message["parent"] == sent:
                got.append(message)
                if message["content"].get("execution_state") == "idle":
                    return got
        return None

    def run(self, code, seconds=20, **content):
        """Runs a cell; yields its reply's content and its iopub messages."""
        sent = self.execute(code, **content)
        reply = self.reply(self.shell, sent, seconds)
        assert reply, f"no reply to {code!r}: {self.kernel.output()}"
        outputs = self.until_idle(sent, 5)
        assert outputs, f"no idle after {code!r}"
        return reply["content"], outputs

    def ask(self, type_, content=None, socket_=None, seconds=10, **header):
        """Sends a request; yields its reply's content, its idle awaited."""
        socket_ = socket_ or self.shell
        sent = self.send(socket_, type_, content, **header)
        reply = self.reply(socket_, sent, seconds)
        assert reply, f"no reply to {type_}"
        assert self.until_idle(sent, 5), f"no idle after {type_}"
        return reply["content"]

    def later(self, seconds):
        """Whatever comes on iopub within `seconds`."""
        end = time.time() + seconds
        got = []
        while time.time() < end:
            message = self.receive(self.iopub, end - time.time())
            if message:
                got.append(message)
        return got


def text(outputs, name="stdout"):
    return "".join(m["content"]["text"] for m in outputs
                   if m["type"] == "stream" and m["content"]["name"] == name)


def of(outputs, type_):
    return [m for m in outputs if m["type"] == type_]


def states(outputs):
    return [m["content"].get("execution_state", m["type"]) for m in outputs]


def result(outputs):
    found = of(outputs, "execute_result")
    return found[0]["content"]["data"]["text/plain"] if found else None
