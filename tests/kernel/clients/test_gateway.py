"""Twenty kernels at once behind jupyter_kernel_gateway, each with a client of its own."""
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import uuid

import psutil
import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

KERNELS = 20
CELLS = 12


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    folder = tmp_path_factory.mktemp("gateway")
    log = open(folder / "log", "w")
    process = subprocess.Popen(
        [sys.executable, "-m", "kernel_gateway", "--KernelGatewayApp.ip=127.0.0.1",
         f"--KernelGatewayApp.port={port}", "--KernelGatewayApp.default_kernel_name=irqscope"],
        cwd=folder, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "IRQSCOPE_HISTORY": "off"},
    )
    wait_for(port, process)
    yield port, process.pid
    process.terminate()
    process.wait(20)
    print((folder / "log").read_text())


def wait_for(port, process):
    for _ in range(200):
        assert process.poll() is None, "the gateway ended"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the gateway does not listen")


def test_twenty_kernels_lose_no_cell(gateway):
    port, pid = gateway
    counts = asyncio.run(all_clients(port, pid))
    assert counts["lost"] == []
    assert counts["servers"] <= 2, f"{counts['servers']} language servers alive"


async def all_clients(port, pid):
    client = AsyncHTTPClient()
    ids = [await start_kernel(client, port) for _ in range(KERNELS)]
    try:
        lost = await asyncio.gather(*(run_cells(port, kernel) for kernel in ids))
        return {"lost": sum(lost, []), "servers": language_servers(pid)}
    finally:
        for kernel in ids:
            await client.fetch(f"http://127.0.0.1:{port}/api/kernels/{kernel}", method="DELETE")


async def start_kernel(client, port):
    request = HTTPRequest(
        f"http://127.0.0.1:{port}/api/kernels", method="POST", body="{}", request_timeout=60
    )
    return json.loads((await client.fetch(request)).body)["id"]


def language_servers(pid):
    children = psutil.Process(pid).children(recursive=True)
    return sum("lsp" in child.cmdline()[1:2] for child in children if child.is_running())


async def run_cells(port, kernel):
    """The cells whose output did not come before their idle."""
    socket = await websocket_connect(f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels")
    lost = []
    for number in range(CELLS):
        expected = f"{kernel[:8]} {number}"
        seen = await run_cell(socket, f"const x{number}: string = '{expected}'; console.log(x{number})")
        if expected not in seen:
            lost.append(expected)
    socket.close()
    return lost


async def run_cell(socket, code):
    message = str(uuid.uuid4())
    content = dict(code=code, silent=False, store_history=True, user_expressions={}, allow_stdin=False)
    header = dict(msg_id=message, msg_type="execute_request", session="s", username="u", version="5.3")
    header["date"] = "2026-01-01T00:00:00Z"
    request = dict(header=header, parent_header={}, metadata={}, content=content, channel="shell", buffers=[])
    await socket.write_message(json.dumps(request))
    text = ""
    while True:
        reply = json.loads(await asyncio.wait_for(socket.read_message(), 60))
        if reply["parent_header"].get("msg_id") != message:
            continue
        if reply["msg_type"] == "stream":
            text += reply["content"]["text"]
        if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
            return text
