"""`jupyter console` in a terminal of its own."""
import os
import sys

import pexpect
import pytest


def spawn(folder, *options):
    argv = ["-m", "jupyter_console", "--kernel", "irqscope", *options]
    env = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    return pexpect.spawn(
        sys.executable, argv, cwd=folder, env=env, encoding="utf-8", timeout=40, dimensions=(30, 120)
    )


@pytest.fixture
def console(tmp_path):
    child = spawn(tmp_path, "--simple-prompt")
    child.expect(r"In \[1\]: ")
    yield child
    child.close(force=True)


@pytest.fixture
def terminal(tmp_path):
    """The console as people see it, drawn with escape sequences."""
    child = spawn(tmp_path)
    child.expect(r"In.*1.*:")
    yield child
    child.close(force=True)


def test_a_session_types_cells_and_leaves(console):
    console.sendline("const n: number = 20 + 1")
    console.expect(r"In \[2\]: ")
    console.sendline("n * 2")
    console.expect(r"Out\[2\]: 42")
    console.expect(r"In \[3\]: ")
    console.sendline("throw new RangeError('too far')")
    console.expect("RangeError: too far")
    console.expect(r"In \[4\]: ")
    console.sendeof()
    if console.expect([r"exit \(\[y\]/n\)", pexpect.EOF]) == 0:
        console.sendline("y")
        console.expect(pexpect.EOF)


def test_a_prompt_is_answered_in_the_terminal(console):
    console.sendline("const name = prompt('Who?')")
    console.expect(r"Who\?")
    console.sendline("Ada")
    console.expect(r"In \[2\]: ")
    console.sendline("`hello ${name}`")
    console.expect(r'Out\[2\]: "hello Ada"')


def test_a_function_may_be_typed_in_lines(terminal):
    terminal.send("function twice(x: number) {\r")
    terminal.expect(r"\.\.\.:")
    terminal.send("return 2 * x }\r")
    terminal.expect(r"In.*2.*:")
    terminal.send("twice(21)\r")
    terminal.expect(r"Out.*2.*42")
