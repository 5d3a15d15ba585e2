"""history_request within one kernel and across kernels."""
import json
import stat

from kernel import Kernel


def test_history_outlives_the_kernel_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "state" / "history.jsonl"

    def history(client, **request):
        return client.ask("history_request", {"output": False, "raw": True, **request})["history"]

    with Kernel(env={"IRQSCOPE_HISTORY": str(path)}) as kernel:
        kernel.me.run("1 + 1")
        kernel.me.run("'two'")
        kernel.me.run("hidden = 1", store_history=False)
        assert history(kernel.me, hist_access_type="tail", n=5) == [[1, 1, "1 + 1"], [1, 2, "'two'"]]
        kernel.me.ask("shutdown_request", {"restart": False}, kernel.me.control)
        kernel.ended(3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    with Kernel(env={"IRQSCOPE_HISTORY": str(path)}) as kernel, \
            Kernel(env={"IRQSCOPE_HISTORY": str(path)}) as twin:
        me = kernel.me
        me.run("10 + 10")
        me.run("10 + 10")
        twin.me.run("'twin'")
        own = history(me, hist_access_type="tail", n=1)[0][0]
        assert own > 1
        assert [row[2] for row in history(me, hist_access_type="tail", n=10)][:2] == ["1 + 1", "'two'"]
        assert history(me, hist_access_type="range", session=1, start=2, stop=3) == [[1, 2, "'two'"]]
        assert history(me, hist_access_type="range", session=0, start=1, stop=3) == [
            [own, 1, "10 + 10"], [own, 2, "10 + 10"]]
        assert history(me, hist_access_type="range", session=1 - own, start=1, stop=2) == [[1, 1, "1 + 1"]]
        search = dict(hist_access_type="search", pattern="*+*", n=50)
        assert [row[2] for row in history(me, **search)] == ["1 + 1", "10 + 10", "10 + 10"]
        assert history(me, **search, unique=True) == [[1, 1, "1 + 1"], [own, 2, "10 + 10"]]
        assert history(me, hist_access_type="search", pattern="? + ?", n=5) == [[1, 1, "1 + 1"]]
        assert history(me, hist_access_type="tail", n=1, output=True) == [[own, 2, ["10 + 10", "20"]]]
        assert twin.me.run("1")[0]["execution_count"] == 2
        sessions = {row[0] for row in history(twin.me, hist_access_type="tail", n=50)}
        assert len(sessions) == 2 or len(sessions) == 3
        reply = me.ask("history_request", {"hist_access_type": "sideways"})
        assert reply["status"] == "error" and "sideways" in reply["evalue"]


def test_history_file_is_bounded(tmp_path):
    path = tmp_path / "history.jsonl"
    lines = [json.dumps({"session": i, "line": 1, "source": "x" * 1000, "output": None}) for i in range(6000)]
    path.write_text("\n".join(lines) + "\nno json\n")
    path.chmod(0o644)
    with Kernel(env={"IRQSCOPE_HISTORY": str(path)}) as kernel:
        kernel.me.run("1")
        tail = kernel.me.ask("history_request", {"hist_access_type": "tail", "n": 2})["history"]
        assert tail == [[5999, 1, "x" * 1000], [6000, 1, "1"]]
        kernel.me.ask("shutdown_request", {"restart": False}, kernel.me.control)
        kernel.ended(3)
    assert path.stat().st_size < 4 * 2**20
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_history_can_be_switched_off(tmp_path):
    with Kernel(options=("--allow-all", "--history=off"), env={"IRQSCOPE_HISTORY": None, "XDG_STATE_HOME": str(tmp_path)}) as kernel:
        kernel.me.run("1")
        tail = kernel.me.ask("history_request", {"hist_access_type": "tail", "n": 9})["history"]
        assert tail == [[1, 1, "1"]]
        kernel.me.ask("shutdown_request", {"restart": False}, kernel.me.control)
        kernel.ended(3)
    assert not list(tmp_path.rglob("history.jsonl"))


def test_history_is_kept_in_the_folder_for_such_state(tmp_path):
    with Kernel(env={"IRQSCOPE_HISTORY": None, "XDG_STATE_HOME": str(tmp_path)}) as kernel:
        kernel.me.run("1")
        kernel.me.ask("shutdown_request", {"restart": False}, kernel.me.control)
        kernel.ended(3)
    assert (tmp_path / "irqscope" / "history.jsonl").exists()


def test_folder_that_cannot_be_written_costs_history_and_nothing_else():
    with Kernel(env={"IRQSCOPE_HISTORY": "/proc/nowhere/history.jsonl"}) as kernel:
        assert kernel.me.run("1 + 1")[0]["status"] == "ok"
        tail = kernel.me.ask("history_request", {"hist_access_type": "tail", "n": 9})["history"]
        assert [row[2] for row in tail] == ["1 + 1"]
