"""Runs the command for the test drivers."""
import os
import resource
import subprocess

PULLEY = os.path.abspath("build/bin/pulley")


class Run:
    """A finished run. `stdin` is the bytes of standard input, or `stream` is its descriptor. `space` limits the address
    space, in bytes."""

    def __init__(self, *arguments, stdin=None, stream=None, cwd=None, space=None):
        self.arguments = [str(a) for a in arguments]
        try:
            done = subprocess.run([PULLEY, *self.arguments], capture_output=True, timeout=60,
                                  input=stdin, stdin=stream, cwd=cwd,
                                  preexec_fn=space and (lambda: resource.setrlimit(resource.RLIMIT_AS, (space, space))))
            self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as expired:
            self.code, self.out, self.err = "timeout", expired.stdout or b"", expired.stderr or b""
        self.out = self.out.decode(errors="replace")
        self.err = self.err.decode(errors="replace")

    def __str__(self):
        return f"pulley {' '.join(self.arguments)}\nexit {self.code}\n{self.out}{self.err}"
