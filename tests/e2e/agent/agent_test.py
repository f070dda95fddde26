"""A live agent: real processes, loads that the test makes up, machines that a script refuses.

The world is that of tests/testing/scripted_provider.cpp, a folder with a file for each object; its ids
begin with the number of the process that made it. What the proxies "measure" the test says itself.
"""
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

SPRINT = os.environ["SPRINT"]
PROVIDER = os.environ["PROVIDER"]

PROGRAM = """
provider scripted { folder = "WORLD" }
node Small {
  arch = amd64, cores = 1, memory = 4 GiB
  provide { resource scripted.thing machine { name = "{zone.name}-{node.name}" } }
}
host Plain {
  run(c) { resource scripted.service service { name = "{zone.name}-{c.name}-{replica}", ref = node.id } }
  serve(c) {
    resource scripted.proxy proxy {
      name = "{zone.name}-{c.name}", component = c.name, url = "URL", backends = backends
    }
  }
}
component Work {
  image = "work", arch = amd64, memory = 1 GiB, input = 1 KiB, output = 1 KiB
  demand { Small = 20 ms }
}
application App {
  workload = 1 rps
  require quick: response(Work) <= 60 ms
}
continuum Here {
  zone east {
    country = "ES", trust = owned, host = Plain
    machines vm[0..4]: Small { price = 0.1 EUR/h }
  }
  zone north {
    country = "ES", trust = owned, host = Plain
    machines vm[0..4]: Small { price = 0.12 EUR/h }
  }
}
deploy App on Here {
  minimize cost
  monitor { every = 100 ms }
  replan  { every = 200 ms, hold = 300 ms, approve = automatic }
}
"""


# The notes of services are in a world inside the server.
INNER = """
provider inner {
  folder = "WORLD/inner/{server.id}"
  host   = "WORLD/objects/{server.id}"
}
resource scripted.thing server { name = "server" }
"""
NOTE = 'resource inner.thing note { name = "{zone.name}-note-{replica}", ref = node.id }\n    '


class Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        rate = self.server.rate
        body = json.dumps({"component": "Work", "arrival_rate": rate, "requests": rate * 10}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Agent(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="sprint-agent-"))
        self.world = self.top / "world"
        (self.world / "objects").mkdir(parents=True)
        (self.top / "bin").mkdir()
        for name in ("scripted", "inner"):
            os.symlink(PROVIDER, self.top / f"bin/sprint-provider-{name}")
        self.metrics = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metrics)
        self.metrics.rate = 1.0
        threading.Thread(target=self.metrics.serve_forever, daemon=True).start()
        self.program = PROGRAM.replace("WORLD", str(self.world)).replace(
            "URL", f"http://127.0.0.1:{self.metrics.server_port}/")
        self.write(self.program)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.top),
                            "SPRINT_PROVIDER_PATH": str(self.top / "bin")}
        self.agent = None

    def tearDown(self):
        if self.agent:
            self.stop()
        self.metrics.shutdown()
        self.metrics.server_close()
        shutil.rmtree(self.top)

    def write(self, program):
        (self.top / "a.sprint").write_text(program)

    def script(self, text):
        (self.world / "script").write_text(text)

    def sprint(self, *words, code=0):
        done = subprocess.run([SPRINT, *words], cwd=self.top, env=self.environment, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def start(self):
        self.log = open(self.top / "log", "w+")
        self.agent = subprocess.Popen([SPRINT, "agent"], cwd=self.top, env=self.environment,
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def stop(self):
        self.agent.send_signal(signal.SIGINT)
        code = self.agent.wait(timeout=30)
        self.agent = None
        self.log.close()
        self.assertEqual(code, 0, self.said())

    def said(self):
        return (self.top / "log").read_text()

    def until(self, what, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return
            self.assertIsNone(self.agent.poll(), self.said())
            time.sleep(0.05)
        self.fail(f"not within {seconds} s: {self.names()}\n{self.said()}")

    def objects(self):
        """What exists: names, and the ids they have."""
        found = {}
        for path in (self.world / "objects").iterdir():
            try:
                found[json.loads(path.read_text())["name"]] = path.name
            except FileNotFoundError:
                pass  # gone just now
        return found

    def names(self):
        return sorted(self.objects())

    def runs(self, zone, count):
        names = [f"{zone}-Work"]
        for i in range(count):
            names += [f"{zone}-Work-{i}", f"{zone}-vm-{i}"]
        return lambda: self.names() == sorted(names)

    def load(self, rate, zone, count):
        """The load changes, and the agent does as it must."""
        before = self.said().count("change done")
        self.metrics.rate = rate
        self.until(self.runs(zone, count))
        self.until(lambda: self.said().count("change done") > before)

    # --- the warm path ---

    def test_world_stays_open_between_changes(self):
        self.sprint("apply", "--yes")
        self.start()
        maker = lambda: int(self.objects()["east-vm-1"].split("-")[0])
        self.load(40.0, "east", 2)
        first = maker()
        self.load(1.0, "east", 1)
        self.load(40.0, "east", 2)
        self.assertEqual(maker(), first, "the provider's process goes on")

        # Nothing is locked meanwhile, and what others do is seen.
        self.assertIn("nobody", self.sprint("lock"))
        self.write(self.program + 'resource scripted.thing extra { name = "extra" }\n')
        self.sprint("apply", "--yes", "--target", "extra")
        self.assertIn("extra", self.names())
        self.write(self.program)
        self.load(1.0, "east", 1)  # and no extra, of which the agent's program says nothing

        # A process that died is no hindrance.
        os.kill(first, signal.SIGKILL)
        self.load(40.0, "east", 2)
        self.assertNotEqual(maker(), first)

        # Nor is a state that lies elsewhere by now.
        second = maker()
        self.load(1.0, "east", 1)
        state = self.top / ".sprint/a.db"
        shutil.copy(state, self.top / "copy.db")
        os.replace(self.top / "copy.db", state)
        self.load(40.0, "east", 2)
        self.assertNotEqual(maker(), second, "it was all opened anew")
        self.assertNotIn("change failed", self.said())
        self.stop()
        self.assertIn("no changes", self.sprint("plan", "--refresh-only").lower())
        self.assertEqual(len(json.loads(self.sprint("state", "list", "--json"))["resources"]), 5)

    def notes(self):
        """Those in the server that is there: names, and the processes that made them."""
        folder = self.world / "inner" / self.objects()["server"] / "objects"
        return {json.loads(path.read_text())["name"]: path.name.split("-")[0] for path in folder.glob("*")}

    def test_provider_is_started_anew_when_what_configures_it_is_another(self):
        program = self.program.replace("run(c) {", "run(c) {\n    " + NOTE)
        self.write(INNER.replace("WORLD", str(self.world)) + program)
        self.sprint("apply", "--yes")
        self.start()

        def change(rate, *notes):
            before = self.said().count("change done")
            self.metrics.rate = rate
            self.until(lambda: self.said().count("change done") > before)
            self.assertEqual(sorted(self.notes()), list(notes))
        change(40.0, "east-note-0", "east-note-1")
        first = self.notes()["east-note-1"]
        change(1.0, "east-note-0")
        change(40.0, "east-note-0", "east-note-1")
        self.assertEqual(self.notes()["east-note-1"], first, "the process goes on")

        # Somebody else makes a new server, in which there are no notes yet.
        self.sprint("apply", "--yes", "--target", "server", "--replace", "server")
        change(1.0, "east-note-0")
        change(40.0, "east-note-0", "east-note-1")
        self.assertEqual(len(set(self.notes().values()) | {first}), 2, self.notes())
        self.assertNotIn("change failed", self.said())

    # --- machines that are refused ---

    def test_refused_machines_are_done_without_for_a_while(self):
        (self.top / "sprint.yaml").write_text("refused: { quota: 4 s, capacity: 4 s }\n")
        self.sprint("apply", "--yes")
        self.assertTrue(self.runs("east", 1)())
        self.script("refuse east-vm-1 Quota exceeded for instances: 1 of 1\n")
        self.start()
        # One more in the east is what is best; it is refused, and two in the north are next.
        self.load(40.0, "north", 2)
        self.assertIn("left out of the placement: `east.vm`: no more than 1 until", self.said())
        self.assertRegex(self.sprint("plan", code=2), "note: left out of the placement: `east.vm`")

        # When the time is up the east is tried again, and refused again: nothing is lost by that.
        refused = lambda: self.said().count("left out of the placement: `east.vm`")
        self.until(lambda: refused() == 2)
        self.until(lambda: self.said().count("change done") == 2)
        self.assertTrue(self.runs("north", 2)(), self.names())
        self.assertIn("machines that were refused may be had again", self.said())

        # And when there is room, that is where it goes.
        self.script("")
        self.load(40.0, "east", 2)
        self.assertNotIn("change failed", self.said())
        self.stop()
        self.assertEqual(len(self.names()), 5)

    def test_within_what_may_be_done_without_asking(self):
        """Where somebody must be asked and nobody is there, nothing dearer is taken."""
        self.write(self.program.replace("approve = automatic", "approve = ask"))
        self.sprint("apply", "--yes")
        self.script("refuse east-vm-1 Quota exceeded\n")
        self.start()
        self.metrics.rate = 40.0
        self.until(lambda: "change declined: not approved" in self.said())
        self.assertTrue(self.runs("east", 1)(), self.names())


if __name__ == "__main__":
    unittest.main(verbosity=2)
