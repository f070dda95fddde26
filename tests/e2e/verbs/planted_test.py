"""Planted secrets: nothing that stays or is said anywhere holds one, however it got there."""
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

from fixture import Fixture

SECRETS = {"password": "hunter2-planted-in-clear", "token": "tok-9f8e7d6c5b4a"}
PROGRAM = """
import std.local
provider scripted {{ folder = "{world}" }}
secret password
secret token
resource scripted.thing a {{ name = "a", size = password }}
resource scripted.thing b {{ name = "b", ref = a.id, size = token }}
"""
DEPLOYED = PROGRAM + """
component Front {{ command = ["python3", "serve.py"], env = {{ DB = token }}, input = 1 KiB, output = 1 KiB, demand {{ local.Slice = 5 ms }} }}
application Demo {{
  workload = 1 rps
  require response(Front) <= 1 s
}}
continuum Here {{
  zone home {{
    country = "ES", trust = owned, host = local.Process
    nodes slice[1]: local.Slice {{ cores = 1, memory = 64 MiB, price = 0.001 EUR/h }}
  }}
}}
deploy Demo on Here {{
  minimize cost
  measured Front on local.Slice = 5 ms
  monitor {{ every = 200 ms }}
  replan  {{ every = 400 ms, hold = 1 s, approve = automatic }}
}}
"""


SERVE = """
import http.server, os
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])),
                                http.server.SimpleHTTPRequestHandler).serve_forever()
"""


class Test(Fixture):
    def setUp(self):
        super().setUp()
        self.write(PROGRAM.format(world=self.world))
        for folder in ("tmp", "said"):
            (self.top / folder).mkdir()
        self.environment.update(TMPDIR=str(self.top / "tmp"), SPRINT_LOCAL_MODE="plain",
                                **{f"SPRINT_SECRET_{name}": text for name, text in SECRETS.items()})

    def say(self, *words):
        """Runs and keeps all that was said."""
        process = self.start(*words)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        with open(self.top / "said" / "all", "a") as said:
            said.write(out + err)
        return process.returncode, out + err

    def assert_nowhere(self):
        """But in the world itself, which is given them."""
        looked = 0
        for path in self.top.rglob("*"):
            if path.is_file() and self.world not in path.parents:
                looked += 1
                data = path.read_bytes()
                for text in SECRETS.values():
                    # As it is, and as providers like to write it.
                    for form in (text.encode(), text.encode().hex().encode(), text.encode("utf-16-le")):
                        self.assertNotIn(form, data, path)
        return looked

    def test_everything_said_and_kept(self):
        self.world.mkdir()
        self.say("plan")
        self.say("plan", "--json")
        self.say("plan", "--out", "saved.plan")
        # A provider that repeats in its errors what it was given, and one that dies.
        (self.world / "script").write_text("error invalid-argument 1 telling\n")
        code, said = self.say("apply", "--yes", "--parallel", "1")
        self.assertEqual(code, 1)
        self.assertIn("(secret", said, "the error says nothing of what the provider was given")
        (self.world / "script").write_text("die after 2\n")
        self.assertEqual(self.say("apply", "--yes", "--parallel", "1")[0], 1)
        self.assertIn("open", self.json("state export"))
        (self.world / "script").write_text("")
        self.assertEqual(self.say("apply", "--yes", "--json")[0], 0)
        for words in ("plan", "plan --json", "show", "show --json", "state list", "state show a",
                      "state show b --sensitive --json", "state export", "state export --sensitive",
                      "state export -o kept.json --sensitive", "secrets list", "secrets check", "graph",
                      "why a", "why b --json", "state mv a x", "state mv x a", "lock", "check --json"):
            self.assertIn(self.say(*words.split())[0], (0, 2), words)
        held = [p.read_text() for p in (self.world / "objects").iterdir()]
        for text in SECRETS.values():
            self.assertTrue(any(text in object_ for object_ in held), "the world was not given it")
        self.assertGreater(self.assert_nowhere(), 6)

    def test_agent_and_its_history(self):
        self.write(DEPLOYED.format(world=self.world))
        self.write(SERVE, "serve.py")
        self.write("ready", "health")
        self.assertEqual(self.say("apply", "--yes")[0], 0, (self.top / "said" / "all").read_text())
        self.addCleanup(self.say, "destroy", "--yes")
        self.say("agent", "--seconds", "3")
        for words in ("agent history", "agent history --json", "agent status", "output"):
            self.say(*words.split())
        self.assertTrue((self.folder / ".sprint" / "s.agent-history.jsonl").exists())
        # Of the other programs of this folder it says nothing.
        self.write(DEPLOYED.format(world=self.world), "other.sprint")
        self.assertIn("no agent has run here", self.say("agent", "history", "other.sprint")[1])
        (self.folder / "other.sprint").unlink()
        self.assert_nowhere()

    def hold_still(self, process):
        """Waits until a run has handed a secret to its provider, which takes its time."""
        self.wait_for_lock()
        time.sleep(0.5)
        self.assertIsNone(process.poll())

    def test_core_dump_of_a_running_apply(self):
        if not hasattr(resource, "RLIMIT_CORE") or pathlib.Path("/proc/sys/kernel/core_pattern").read_text()[0] in "|/":
            self.skipTest("core files go elsewhere on this machine")
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
            self.skipTest("core files may not be made")

        def start(words, **options):
            return subprocess.Popen(words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, unlimited), **options)

        # One that holds a secret and does not hide leaves it in its core file: this test can fail.
        known = start([sys.executable, "-c", f"import os; held = '{SECRETS['token']}'; os.abort()"])
        known.wait()
        cores = list(self.folder.glob("core*"))
        if not cores:
            self.skipTest("no core files are made here")
        self.assertIn(SECRETS["token"].encode(), cores[0].read_bytes())
        cores[0].unlink()

        self.world.mkdir()
        self.say("plan")  # encrypts the state
        (self.world / "script").write_text("delay 20000\n")
        with open(self.top / "said" / "all", "ab") as said:
            running = start([os.environ["SPRINT"], "apply", "--yes"], stdout=said, stderr=said)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        self.hold_still(running)
        for name in ("environ", "cmdline"):
            shown = pathlib.Path(f"/proc/{running.pid}/{name}").read_bytes()
            for text in SECRETS.values():
                self.assertNotIn(text.encode(), shown, name)
        threads = pathlib.Path(f"/proc/{running.pid}/task").glob("*/children")
        children = [child for thread in threads for child in thread.read_text().split()]
        self.assertTrue(children)
        for child in children:
            shown = pathlib.Path(f"/proc/{child}/environ").read_bytes()
            for text in SECRETS.values():
                self.assertNotIn(text.encode(), shown)
            os.kill(int(child), signal.SIGABRT)  # its provider: it does hold them
        running.send_signal(signal.SIGABRT)
        self.assertEqual(running.wait(timeout=20), -signal.SIGABRT)
        self.assertEqual([p for p in self.top.rglob("core*") if p.is_file()], [])
        self.assert_nowhere()


if __name__ == "__main__":
    unittest.main()
