"""How a kernel starts and ends: connection files, signals, shutdown, the death of its parent."""
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from kernel import Kernel, alive, argv, descendants, result

BUSY = "while (true) {}"


def gone(pids, seconds=4):
    end = time.time() + seconds
    while time.time() < end:
        left = [p for p in pids if os.path.exists(f"/proc/{p}")
                and open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[0] != "Z"]
        if not left:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("restart", [True, False])
@pytest.mark.parametrize("busy", [True, False])
def test_shutdown_on_control_is_answered_and_ends_with_0(restart, busy):
    with Kernel() as kernel:
        me = kernel.me
        children = descendants(kernel.process.pid)
        if busy:
            me.run("1")
            me.execute(BUSY)
            time.sleep(0.4)
        sent = me.send(me.control, "shutdown_request", {"restart": restart})
        reply = me.reply(me.control, sent, 3)
        assert reply["content"] == {"status": "ok", "restart": restart}
        assert kernel.ended(3) == 0
        assert me.until_idle(sent, 1)
        assert gone(children)


def test_shutdown_on_shell_is_honoured():
    with Kernel() as kernel:
        sent = kernel.me.send(kernel.me.shell, "shutdown_request", {"restart": False})
        assert kernel.me.reply(kernel.me.shell, sent, 3)["content"]["status"] == "ok"
        assert kernel.ended(3) == 0


@pytest.mark.parametrize("busy", [True, False])
def test_sigterm_ends_it_with_all_it_started(busy):
    with Kernel() as kernel:
        kernel.me.run("const child = new Deno.Command('sleep', {args: ['98765']}).spawn(); child.pid")
        children = descendants(kernel.process.pid)
        assert len(children) >= 2
        if busy:
            kernel.me.execute(BUSY)
            time.sleep(0.4)
        kernel.process.terminate()
        assert kernel.ended(3) is not None
        assert gone(children)


def test_sigint_never_ends_it_and_stops_what_runs():
    with Kernel() as kernel:
        me = kernel.me
        me.run("let kept = 41")
        kernel.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert result(me.run("kept + 1")[1]) == "42"
        sent = me.execute(BUSY)
        time.sleep(0.5)
        kernel.process.send_signal(signal.SIGINT)
        assert me.reply(me.shell, sent, 5)["content"]["status"] == "error"
        assert me.until_idle(sent)
        assert result(me.run("kept + 1")[1]) == "42"


def test_it_ends_when_the_process_that_started_it_dies(tmp_path):
    with Kernel(wait=False) as template:
        template.process.kill()
        template.process.wait()
        launcher = subprocess.Popen(
            [sys.executable, "-c",
             "import os, subprocess, sys, time\n"
             "e = dict(os.environ, JPY_PARENT_PID=str(os.getpid()), IRQSCOPE_HISTORY='off')\n"
             "p = subprocess.Popen(sys.argv[1:], env=e, start_new_session=True)\n"
             "print(p.pid, flush=True); time.sleep(1000)", *argv(template.path, "--allow-all")],
            stdout=subprocess.PIPE, text=True)
        pid = int(launcher.stdout.readline())
        client = template.client()
        template.process = launcher
        client.ready()
        family = [pid, *descendants(pid)]
        launcher.kill()
        launcher.wait()
        assert gone(family, 8)


def test_killed_front_leaves_no_process_behind():
    with Kernel() as kernel:
        kernel.me.run("1")
        kernel.me.execute(BUSY)
        time.sleep(0.4)
        children = descendants(kernel.process.pid)
        assert children
        kernel.process.kill()
        assert gone(children, 8)


def listens_at(pid):
    return [c.laddr.port for c in psutil.Process(pid).net_connections("tcp") if c.status == "LISTEN"]


def test_what_it_listens_at_besides_its_own_ports_is_promised_to_no_other_kernel():
    with Kernel() as kernel:
        me = kernel.me
        ports = []
        for _ in range(2):
            me.run("1")
            ports += [p for pid in descendants(kernel.process.pid) if alive(pid) for p in listens_at(pid)]
            me.run("Deno.exit(1)")
        handed_out = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
        assert len(ports) == 2 and all(1024 <= port < handed_out for port in ports)
        assert sorted(listens_at(kernel.process.pid)) == sorted(kernel.ports.values())


@pytest.mark.parametrize("file, line", [
    (dict(signature_scheme="hmac-md5"), '"signature_scheme" is "hmac-md5"'),
    (dict(transport="udp"), '"transport" is "udp"'),
    (dict(key=None), '"key" is missing'),
    (dict(ip="0.0.0.0"), "not a loopback address"),
    (dict(hb_port=None), '"hb_port" is missing'),
])
def test_connection_file_it_cannot_use_is_refused_in_one_line(file, line):
    with Kernel(wait=False, env={"NO_COLOR": "1"}) as kernel:
        kernel.process.kill()
        kernel.process.wait()
        kernel.path.write_text(json.dumps(
            {k: v for k, v in {**kernel.file, **file}.items() if v is not None}))
        kernel.start()
        assert kernel.ended(10) == 3
        assert line in kernel.output() and kernel.output().count("\n") == 1
        assert kernel.key not in kernel.output()


def test_missing_file_unknown_option_and_taken_port_are_refused(tmp_path):
    def refusal(*words):
        run = subprocess.run(argv(*words), capture_output=True, text=True, timeout=20,
                             env={**os.environ, "IRQSCOPE_HISTORY": "off"})
        assert run.stderr.count("\n") == 1, run.stderr
        return run.returncode, run.stderr

    assert refusal(tmp_path / "none.json")[0] == 3
    code, line = refusal(tmp_path / "none.json", "--bogus")
    assert code == 2 and "--bogus" in line
    with Kernel() as kernel:
        code, line = refusal(kernel.path)
        assert code == 3 and "Cannot bind tcp://127.0.0.1:" in line
        assert result(kernel.me.run("1 + 1")[1]) == "2"


def test_user_process_comes_up_behind_the_addresses_and_takes_none_of_them(tmp_path):
    """Its inspector takes any free port, which was one of the kernel's once in 3,000 starts."""
    with Kernel() as kernel:
        before = tmp_path.stat().st_mtime_ns
        refused = subprocess.run(argv(kernel.path), capture_output=True, timeout=20,
                                 env={**os.environ, "TMPDIR": str(tmp_path)})
        assert refused.returncode == 3
        # A process to be has a folder there first of all.
        assert tmp_path.stat().st_mtime_ns == before
    with Kernel(env={"TMPDIR": str(tmp_path)}) as kernel:
        assert result(kernel.me.run("1 + 1")[1]) == "2"
        assert tmp_path.stat().st_mtime_ns != before


def test_file_that_others_can_read_is_warned_of():
    with Kernel(wait=False) as kernel:
        kernel.process.kill()
        kernel.process.wait()
        kernel.path.chmod(0o644)
        kernel.start()
        kernel.client().ready()
        assert "mode 0644" in kernel.output() and kernel.key not in kernel.output()


def test_key_reaches_neither_the_users_process_nor_its_environment():
    with Kernel() as kernel:
        kernel.me.run("1")
        code = "JSON.stringify(Deno.env.toObject()) + Deno.args.join() + Deno.mainModule"
        assert kernel.key not in result(kernel.me.run(code)[1])
        for pid in descendants(kernel.process.pid):
            for name in ("cmdline", "environ"):
                assert kernel.key.encode() not in open(f"/proc/{pid}/{name}", "rb").read()


def test_restart_on_the_same_ports_starts_anew():
    with Kernel() as kernel:
        me = kernel.me
        me.run("let gone = 1")
        me.ask("shutdown_request", {"restart": True}, me.control)
        assert kernel.ended(3) == 0
        kernel.start()
        again = kernel.client()
        again.ready()
        content, _ = again.run("typeof gone")
        assert content["execution_count"] == 1


def test_nothing_on_control_waits_for_the_debugger():
    with Kernel() as kernel:
        me = kernel.me
        me.run("let kept = 5")
        arguments = {"expression": "(() => { for (;;); })()"}
        request = {"type": "request", "seq": 1, "command": "evaluate", "arguments": arguments}
        asked = me.send(me.control, "debug_request", request)
        assert me.ask("kernel_info_request", socket_=me.control)["status"] == "ok"
        assert me.ask("interrupt_request", socket_=me.control)["status"] == "ok"
        answer = me.reply(me.control, asked)["content"]
        assert not answer["success"] and "stopped" in answer["message"]
        assert result(me.run("kept")[1]) == "5"
