"""Programs that run a notebook from end to end and write a file."""
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[3]
CELLS = (
    "const ids: number[] = [0, 254, 300];",
    "console.log(`there are ${ids.length} ids`);",
    "await display({ 'text/html': '<b>bold</b>', 'text/plain': 'bold' }, { raw: true });",
    "ids.filter((id) => id > 255)",
)


def run(*argv, cwd):
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def convert(path, kind):
    run(sys.executable, "-m", "nbconvert", "--execute", "--to", kind, path.name, cwd=path.parent)


def outputs(path):
    return [
        output.get("text") or output.get("data", {}).get("text/plain")
        for cell in nbformat.read(path, 4).cells
        for output in cell.outputs
    ]


def test_nbconvert_writes_html_with_every_output(notebook):
    path = notebook(*CELLS)
    convert(path, "html")
    page = path.with_suffix(".html").read_text()
    for wanted in ("there are 3 ids", "<b>bold</b>", "[ 300 ]"):
        assert wanted in page


def test_nbconvert_writes_a_typescript_file(notebook):
    path = notebook(*CELLS)
    run(sys.executable, "-m", "nbconvert", "--execute", "--inplace", path.name, cwd=path.parent)
    run(sys.executable, "-m", "nbconvert", "--to", "script", path.name, cwd=path.parent)
    assert "ids.filter((id) => id > 255)" in path.with_suffix(".ts").read_text()


def test_nbconvert_writes_markdown(notebook):
    path = notebook(*CELLS)
    convert(path, "markdown")
    page = path.with_suffix(".md").read_text()
    assert "```typescript" in page and "there are 3 ids" in page


def test_papermill_injects_parameters(notebook):
    path = notebook(
        "const cpus = 4, name = 'none', ids = [1];",
        "const said = `${name} ${cpus} ${ids.join()}`; said",
        tags=("parameters",),
    )
    program = ROOT / "lib/notebook/papermill_typescript.py"
    given = "-p cpus 300 -p name it's".split()
    run(sys.executable, str(program), path.name, "out.ipynb", *given, "-y", "ids: [7, 8]", cwd=path.parent)
    assert outputs(path.with_name("out.ipynb")) == ["\"it's 300 7,8\""]


def test_papermill_stops_at_a_failing_cell(notebook):
    path = notebook("1", "throw new RangeError('too far')", "2")
    done = subprocess.run(
        [sys.executable, "-m", "papermill", path.name, "out.ipynb"],
        cwd=path.parent, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode != 0
    assert "RangeError" in done.stderr and "too far" in done.stderr
