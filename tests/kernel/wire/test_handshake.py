"""Starting by registration file (JEP 66; Jupyter messaging 5.6, "Kernel startup handshake")."""
import hmac
import json
import os
import stat
import subprocess
import time
import uuid

import pytest
import zmq

from kernel import CHANNELS, DELIMITER, argv


class Launcher:
    """Waits for kernels to register, and acknowledges them unless told not to."""

    def __init__(self, folder, transport="tcp"):
        self.folder, self.transport, self.key = folder, transport, uuid.uuid4().hex
        self.context = zmq.Context()
        self.context.set(zmq.MAX_SOCKETS, 4096)
        self.registration = self.context.socket(zmq.ROUTER)
        if transport == "tcp":
            self.ip, self.port = "127.0.0.1", self.registration.bind_to_random_port("tcp://127.0.0.1")
        else:
            self.ip, self.port = str(folder / "ipc"), 4711
            self.registration.bind(f"ipc://{self.ip}-{self.port}")
        self.processes = []

    def sign(self, part, key=None):
        return hmac.new((key or self.key).encode(), part, "sha256").hexdigest().encode()

    def start(self, name):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(dict(
            kernel_id=name, transport=self.transport, registration_ip=self.ip,
            registration_port=self.port, signature_scheme="hmac-sha256", key=self.key)))
        path.chmod(0o600)
        self.processes.append(subprocess.Popen(
            argv(path, "--allow-all"), cwd=self.folder, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "IRQSCOPE_HISTORY": "off", "JPY_PARENT_PID": str(os.getpid())}))
        return self.processes[-1]

    def registered(self):
        assert self.registration.poll(30_000), "no kernel registers"
        identity, *rest = self.registration.recv_multipart()
        delimiter, signature, part = rest
        assert delimiter == DELIMITER and signature == self.sign(part)
        return identity, json.loads(part)

    def acknowledge(self, identity, key=None):
        part = b'{"status": "ok"}'
        self.registration.send_multipart([identity, DELIMITER, self.sign(part, key), part])

    def ask(self, ports):
        """The status of a kernel_info_reply from the shell socket a kernel registered."""
        from jupyter_client.session import Session
        session = Session(key=self.key.encode())
        shell = self.context.socket(zmq.DEALER)
        port = ports["shell_port"]
        shell.connect(f"tcp://{self.ip}:{port}" if self.transport == "tcp" else f"ipc://{self.ip}-{port}")
        shell.send_multipart(session.serialize(session.msg("kernel_info_request")))
        assert shell.poll(10_000)
        frames = shell.recv_multipart()
        return json.loads(frames[frames.index(DELIMITER) + 5])["status"]

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.context.destroy(linger=0)


@pytest.fixture(params=["tcp", "ipc"])
def launcher(tmp_path, request):
    launcher = Launcher(tmp_path, request.param)
    yield launcher
    launcher.stop()


def test_kernel_tells_its_ports_and_serves_there(launcher):
    process = launcher.start("k-1")
    identity, ports = launcher.registered()
    assert ports.pop("kernel_id") == "k-1"
    assert set(ports) == {f"{c}_port" for c in CHANNELS} and len(set(ports.values())) == 5
    assert all(isinstance(p, str) and int(p) > 0 for p in ports.values())
    launcher.acknowledge(identity)
    assert launcher.ask(ports) == "ok"
    path = launcher.folder / "kernel-k-1.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = json.loads(path.read_text())
    assert written["key"] == launcher.key and written["shell_port"] == int(ports["shell_port"])
    process.terminate()
    assert process.wait(3) == 0
    assert not path.exists()


def test_kernel_that_nobody_acknowledges_ends(tmp_path):
    launcher = Launcher(tmp_path)
    try:
        process = launcher.start("forged")
        identity, _ = launcher.registered()
        launcher.acknowledge(identity, key="wrong")
        start = time.time()
        _, line = process.communicate(timeout=15)
        assert process.returncode == 3 and time.time() - start < 14
        assert "no signed acknowledgement" in line and line.count("\n") == 1
        assert launcher.key not in line
    finally:
        launcher.stop()


def test_kernel_whose_launcher_is_gone_ends_at_once(tmp_path):
    launcher = Launcher(tmp_path)
    launcher.registration.close()
    try:
        process = launcher.start("alone")
        _, line = process.communicate(timeout=10)
        assert process.returncode == 3 and "Cannot register kernel" in line
    finally:
        launcher.stop()


def test_20_kernels_at_once_get_100_ports(tmp_path):
    launcher = Launcher(tmp_path)
    try:
        for i in range(20):
            launcher.start(f"k-{i}")
        all_ports = []
        for _ in range(20):
            identity, ports = launcher.registered()
            ports.pop("kernel_id")
            launcher.acknowledge(identity)
            assert launcher.ask(ports) == "ok"
            all_ports += ports.values()
        assert len(set(all_ports)) == 100
    finally:
        launcher.stop()
