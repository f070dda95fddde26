"""What a command may be started in: without standard files, with ignored signals, into a full disk."""
import os
import pathlib
import pty
import signal
import subprocess
import termios
import unittest

from fixture import Fixture, SPRINT


class Test(Fixture):
    def begin(self, words, before=None, folder=None, **options):
        """Starts it with what `before` does to its process."""
        return subprocess.Popen([SPRINT, *words], cwd=folder or self.folder, text=True, preexec_fn=before,
                                env=self.environment, **{"stderr": subprocess.PIPE, **options})

    def test_output_that_gets_nowhere_is_no_success(self):
        self.apply()
        with open("/dev/full", "w") as full:
            for words in ("state export", "show", "plan", "version", "state list --json", "--help"):
                process = self.begin(words.split(), stdout=full)
                said = process.communicate(timeout=60)[1]
                self.assertEqual(process.returncode, 1, words)
                self.assertIn("not all of the output could be written", said, words)

    def test_files_do_not_become_standard_output(self):
        hello = self.top / "hello"
        self.environment["SPRINT_LOCAL_MODE"] = "plain"
        self.run_raw("init", str(hello))

        def run(line, before=None):
            process = self.begin(line.split(), before, hello, stdout=subprocess.PIPE)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, out + err)
            return out

        run("apply --yes")
        self.addCleanup(run, "destroy --yes")
        # The history of an agent is the first file that it keeps open.
        run("agent --seconds 2", lambda: [os.close(standard) for standard in (0, 1)])
        self.assertIn("start, approve", run("agent history"))

    def test_end_of_a_program_is_heard_where_ends_are_ignored(self):
        self.write("secret password\n" + (self.folder / "s.sprint").read_text())
        self.environment["SPRINT_SOURCE_password"] = "command:echo half; exit 3"
        process = self.begin(["secrets", "check"], lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
                             stdout=subprocess.PIPE)
        said = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, 1, said)
        self.assertIn("ended with 3", said)

    def test_reader_that_goes_does_not_cut_an_apply_off(self):
        process = self.begin(["apply", "--yes"], stdout=subprocess.PIPE,
                             before=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
        process.stdout.read(1)  # of the plan; the rest is told to nobody
        process.stdout.close()
        process.stderr.read()
        process.wait(timeout=60)
        self.assertEqual(len(list((self.world / "objects").iterdir())), 3)
        self.assertEqual(self.json("state list")["open"], 0)

    def test_interrupted_prompt_leaves_a_terminal_that_shows_what_is_typed(self):
        self.write("secret password\n" + (self.folder / "s.sprint").read_text())
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(SPRINT, [SPRINT, "secrets", "check"],
                      {**self.environment, "SPRINT_SOURCE_password": "prompt"})
        self.addCleanup(os.close, terminal)
        said = b""
        while b"password" not in said:
            said += os.read(terminal, 4096)
        self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO)
        os.write(terminal, b"half\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGINT)
        self.assertTrue(termios.tcgetattr(terminal)[3] & termios.ECHO)

    def test_devices_and_pipes_are_not_replaced_by_files(self):
        self.apply()
        pipe = self.top / "pipe"
        os.mkfifo(pipe)
        for words in (f"state export -o {pipe}", f"plan --out {pipe}", f"fmt {pipe}"):
            self.assertIn("no regular file", self.error(words), words)
            self.assertTrue(pathlib.Path(pipe).is_fifo(), words)


if __name__ == "__main__":
    unittest.main()
