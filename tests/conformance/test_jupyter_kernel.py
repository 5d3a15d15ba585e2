"""jupyter_kernel_test's classes for a kernel; KERNEL names its kernelspec, irqscope if unset."""
import os

import jupyter_kernel_test as jkt

KERNEL = os.environ.get("KERNEL", "irqscope")


class TestKernel(jkt.KernelTests):
    kernel_name = KERNEL
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    code_generate_error = "throw new Error('boom')"
    complete_code_samples = [
        "1",
        "const a = 1",
        "function f(x) { return x*2 }",
        "console.log('hello, world')",
        "`a${1}b`",
    ]
    incomplete_code_samples = ["function f(x) {", "const s = `abc", "[1, 2,", "foo(", "/* comment"]
    invalid_code_samples = ["const = 7q", "}", "let let = 1"]
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[1,2,3].map(n => n*n)", "result": "[ 1, 4, 9 ]"},
        {"code": "Deno.jupyter.html`<b>x</b>`", "mime": "text/html"},
    ]
    code_display_data = [
        {
            "code": "await Deno.jupyter.display(Deno.jupyter.html`<b>test</b>`)",
            "mime": "text/html",
        },
        {
            "code": "await Deno.jupyter.display({'text/latex':'$\\\\frac12$'}, {raw:true})",
            "mime": "text/latex",
        },
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    completion_samples = [{"text": "consol"}, {"text": "Math.ab", "matches": {"abs"}}]
    code_inspect_sample = "Array"
    code_clear_output = "await Deno.jupyter.broadcast('clear_output', {wait:false})"
    code_page_something = "Array?"


class TestWelcome(jkt.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True

    def test_recv_iopub_welcome_msg(self):
        self.kc.start_channels()
        message = self.kc.get_iopub_msg(timeout=6)
        self.assertEqual(message["header"]["msg_type"], "iopub_welcome")
        self.assertEqual(message["content"]["subscription"], "")

