"""A working day's cells in one kernel: no reply lost, nothing that grows."""
import os
import random

from kernel import Kernel, descendants, result, text

# What the kernel remembers (parents, signatures, history) is bounded, and full after the warm-up.
WARM_UP, CELLS = (30_000, 100_000) if os.environ.get("IRQSCOPE_LONG") else (1_000, 2_000)


def megabytes(pids):
    total = 0
    for pid in pids:
        try:
            rollup = open(f"/proc/{pid}/smaps_rollup").read()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total // 1024


def test_cells_without_end():
    seed = int(os.environ.get("IRQSCOPE_SEED", random.randrange(2**32)))
    print(f"IRQSCOPE_SEED={seed}")
    rng = random.Random(seed)
    with Kernel(options=("--allow-all", "--types=off")) as kernel:
        me = kernel.me
        me.run("let total = 0")
        after_warm_up = None
        for i in range(CELLS):
            kind = rng.randrange(5)
            if kind == 0:
                assert text(me.run(f"console.log('line', {i})")[1]) == f"line {i}\n"
            elif kind == 1:
                content, _ = me.run(f"throw new Error('{i}')")
                assert content["status"] == "error" and content["evalue"] == str(i)
            else:
                assert result(me.run(f"const v = {i}; v + 1")[1]) == str(i + 1)
            me.seen.clear()
            if i == WARM_UP:
                after_warm_up = megabytes([kernel.process.pid, *descendants(kernel.process.pid)])
        end = megabytes([kernel.process.pid, *descendants(kernel.process.pid)])
        assert end - after_warm_up < 50, f"{after_warm_up} MB grew to {end} MB"
