"""Measures one fresh kernel and prints the figures as one line of JSON. usage: driver.py KERNEL

Processes and messages are jupyter_client's; the sockets are opened here so that a late kernel is
met at once (libzmq waits 100 ms between attempts unless told otherwise).
"""
import json
import statistics
import sys
import time

import psutil
import zmq
from jupyter_client import KernelManager

PYTHON = dict(
    trivial="1+1",
    lines="for i in range(100000): print(i)",
    display="from IPython.display import display\n"
    "display({'text/plain': 'a' * 20_000_000}, raw=True)",
    say=lambda i: f"print({i})",
    value=lambda i: f"{i}",
    busy="import time\n_t = time.time()\nwhile time.time() - _t < 3: pass",
    complete=("import os\nos.pathse", "os.pathse"),
)
TYPESCRIPT = dict(
    trivial="1+1",
    lines="for (let i = 0; i < 100000; i++) console.log(i)",
    display="await Deno.jupyter.display({'text/plain': 'a'.repeat(20_000_000)}, {raw: true})",
    say=lambda i: f"console.log({i})",
    value=lambda i: f"{i}",
    busy="{ const t = Date.now(); while (Date.now() - t < 3000); }",
    complete=("Math.hypo", "Math.hypo"),
)


class Kernel:
    def __init__(self, name):
        self.manager = KernelManager(kernel_name=name)
        self.started = time.perf_counter()
        self.manager.start_kernel(stderr=open("/dev/null", "w"), stdout=open("/dev/null", "w"))
        self.session = self.manager.session
        self.context = zmq.Context()
        self.iopub = self.open(zmq.SUB, "iopub")
        self.shell = self.open(zmq.DEALER, "shell")
        self.control = self.open(zmq.DEALER, "control")
        language = self.manager.kernel_spec.language
        self.code = PYTHON if language == "python" else TYPESCRIPT
        self.forged = 0

    def open(self, kind, channel):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.RECONNECT_IVL, 5)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVHWM, 0)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        else:
            socket.setsockopt(zmq.IDENTITY, self.session.bsession)
        info = self.manager.get_connection_info()
        socket.connect(f"tcp://{info['ip']}:{info[channel + '_port']}")
        return socket

    def send(self, socket, kind, content):
        return self.session.send(socket, kind, content)["header"]["msg_id"]

    def receive(self, socket, until):
        """The next message whose signature holds, or None once the clock shows `until`."""
        while socket.poll(max(0, int((until - time.perf_counter()) * 1000))):
            _, frames = self.session.feed_identities(socket.recv_multipart())
            try:
                return self.session.deserialize(frames)
            except ValueError:
                self.forged += 1
        return None

    def reply(self, socket, parent, seconds=20):
        until = time.perf_counter() + seconds
        while message := self.receive(socket, until):
            if message["parent_header"].get("msg_id") == parent:
                return message
        return None

    def execute(self, code):
        return self.send(
            self.shell,
            "execute_request",
            dict(code=code, silent=False, store_history=False, user_expressions={},
                 allow_stdin=False, stop_on_error=True),
        )

    def outputs(self, parent, seconds=120, after=0.0):
        """Messages of a cell with the time of each: those up to idle, those after it."""
        before, late, idle = [], [], False
        until = time.perf_counter() + seconds
        while message := self.receive(self.iopub, until):
            if message["parent_header"].get("msg_id") != parent:
                continue
            if message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    idle, until = True, time.perf_counter() + after
            else:
                (late if idle else before).append((time.perf_counter(), message))
            if idle and not after:
                break
        return before, late

    def run(self, code, **options):
        parent = self.execute(code)
        before, late = self.outputs(parent, **options)
        return self.reply(self.shell, parent), before, late

    def processes(self):
        root = psutil.Process(self.manager.provisioner.pid)
        return [root, *root.children(recursive=True)]

    def stop(self):
        self.manager.shutdown_kernel(now=True)
        self.context.destroy(linger=0)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(kernel):
    code, now = kernel.code, time.perf_counter
    asked = kernel.send(kernel.shell, "kernel_info_request", {})
    assert kernel.reply(kernel.shell, asked), "no kernel_info_reply"
    yield "start to kernel_info_reply, ms", (now() - kernel.started) * 1e3
    reply, _, _ = kernel.run(code["trivial"])
    assert reply["content"]["status"] == "ok", reply["content"]
    yield "start to first result, ms", (now() - kernel.started) * 1e3

    times = []
    for _ in range(300):
        start = now()
        kernel.run(code["trivial"])
        times.append((now() - start) * 1e3)
    yield "trivial cell p50, ms", statistics.median(times)
    yield "trivial cell p95, ms", percentile(times, 0.95)

    wrong = 0
    for i in range(400):
        cell, kind = (code["say"], "stream") if i % 2 else (code["value"], "execute_result")
        _, before, late = kernel.run(cell(1000 + i), after=0.004)
        wrong += not any(message["msg_type"] == kind for _, message in before)
    yield "of 400 cells, those without output before idle", wrong

    start = now()
    _, before, late = kernel.run(code["lines"], after=2.0)
    streams = [(t, m["content"]["text"]) for t, m in before + late if m["msg_type"] == "stream"]
    yield "100,000 lines to the last output, ms", (streams[-1][0] - start) * 1e3
    yield "100,000 lines, messages after idle", len(late)
    yield "100,000 lines, lines lost", 100_000 - sum(text.count("\n") for _, text in streams)

    start = now()
    _, before, late = kernel.run(code["display"], seconds=20, after=0.5)
    shown = [t for t, m in before + late if m["msg_type"] == "display_data"]
    yield "20 MB display, ms", (shown[-1] - start) * 1e3 if shown else None

    text, _ = code["complete"]
    times = []
    for _ in range(20):
        start = now()
        asked = kernel.send(kernel.shell, "complete_request", dict(code=text, cursor_pos=len(text)))
        kernel.reply(kernel.shell, asked, 20)
        times.append((now() - start) * 1e3)
    yield "completion once warm p50, ms", statistics.median(times[5:])

    parent = kernel.execute(code["busy"])
    time.sleep(0.3)
    times = []
    for _ in range(20):
        start = now()
        asked = kernel.send(kernel.control, "kernel_info_request", {})
        kernel.reply(kernel.control, asked)
        times.append((now() - start) * 1e3)
        if times[-1] > 1000:
            break
        time.sleep(0.05)
    yield "control reply during a busy loop p95, ms", percentile(times, 0.95)
    kernel.outputs(parent)
    yield "messages with a wrong signature", kernel.forged


def at_rest(name):
    """Memory and CPU of a fresh kernel that ran one cell, without a language server."""
    kernel = Kernel(name)
    try:
        asked = kernel.send(kernel.shell, "kernel_info_request", {})
        kernel.reply(kernel.shell, asked)
        kernel.run(kernel.code["trivial"])
        time.sleep(2)
        cpu = [sum(p.cpu_times()[:2]) for p in kernel.processes()]
        time.sleep(3)
        later = [sum(p.cpu_times()[:2]) for p in kernel.processes()]
        yield "idle memory (PSS), MB", sum(p.memory_full_info().pss for p in kernel.processes()) / 1e6
        yield "idle memory (RSS), MB", sum(p.memory_info().rss for p in kernel.processes()) / 1e6
        yield "idle CPU, %", (sum(later) - sum(cpu)) / 3 * 100
    finally:
        kernel.stop()


def main(name):
    figures = dict(at_rest(name))
    kernel = Kernel(name)
    try:
        figures.update(measure(kernel))
    finally:
        kernel.stop()
    print(json.dumps(figures))


main(sys.argv[1])
