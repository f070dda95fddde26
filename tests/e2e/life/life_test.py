"""The whole command with real processes: from plan to destroy, and what goes wrong.

Each test has a folder of its own, counts what exists of it on this machine before and
after, and ends with nothing left but the (empty) state. MODE=root: namespaces and slices;
MODE=plain: plain processes on 127.0.0.1; MODE=any: whichever this user may.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

BIN = os.environ["BIN"]
COMPONENT = os.environ["COMPONENT"]
MODE = os.environ["MODE"]
if MODE == "any":
    MODE = "root" if os.geteuid() == 0 else "plain"

PROGRAM = """
import std.local

component Front {
  image  = "test/front"
  input  = 1 KiB
  output = 1 KiB
  demand { local.Slice = 20 ms }
}
component Back {
  image  = "test/back"
  input  = 1 KiB
  output = 1 KiB
  demand { local.Slice = 5 ms }
}
application Demo {
  workload = 4 rps
  flow Front -> Back
  require quick: response(Front) <= 70 ms
}
continuum Here {
  zone plant {
    country = "ES", trust = owned, host = local.Process
    nodes board[2]: local.Slice { cores = 0.5, memory = 256 MiB, price = 0.002 EUR/h }
  }
  zone cloud {
    country = "ES", trust = owned, host = local.Process
    machines vm[0..2]: local.Slice { cores = 1, memory = 256 MiB, price = 0.1 EUR/h }
  }
  link plant <-> cloud { bandwidth = 50 Mbit/s, delay = 2 ms }
}
deploy Demo on Here {
  minimize cost
  measured Front on local.Slice = 20 ms   // of one core
  measured Back  on local.Slice = 5 ms
  pin Front in plant
  pin Back  in cloud
  monitor { every = 500 ms }
  replan  { every = 1 s, hold = 2 s, approve = automatic }
}
"""


def slurp(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


class Life(unittest.TestCase):
    def setUp(self):
        if MODE == "root" and os.geteuid() != 0:
            print("SKIPPED: namespaces and slices need root")
            sys.exit(77)
        # Resolved: what is recorded of it must read the same.
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="sprint-life-")).resolve()
        self.folder = self.top / "program"
        self.folder.mkdir()
        (self.top / "tmp").mkdir()
        self.program = self.folder / "demo.sprint"
        self.program.write_text(PROGRAM)
        self.images({"MS": "20"}, {"MS": "5"})
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.top / "tmp")}
        if MODE == "plain":
            self.environment["SPRINT_LOCAL_MODE"] = "plain"
        self.before = self.footprint()

    def tearDown(self):
        self.sprint("destroy", "--yes", code=0)
        self.assertEqual(self.footprint(), self.before)
        # What an engine remembers: that there is nothing any more, and what an agent did.
        left = sorted(p.name for p in (self.folder / ".sprint").rglob("*") if p.is_file())
        self.assertEqual([n for n in left if n != "demo.agent-history.jsonl"], ["demo.db"])
        self.assertEqual(os.listdir(self.top / "tmp"), [], "files left in TMPDIR")
        shutil.rmtree(self.top)

    # --- helpers ---

    def images(self, front, back):
        def entry(name, env):
            words = ", ".join(f'{key}: "{text}"' for key, text in {"NAME": name, **env}.items())
            return f'"test/{name}": {{command: ["{COMPONENT}"], env: {{{words}}}}}\n'
        (self.folder / "images.yaml").write_text(entry("front", front) + entry("back", back))

    def start(self, verb, *arguments, **environment):
        return subprocess.Popen(
            [f"{BIN}/sprint", *verb.split(), *arguments, str(self.program)], cwd=self.top,
            env={**self.environment, **environment}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def sprint(self, verb, *arguments, code, **environment):
        process = self.start(verb, *arguments, **environment)
        output, _ = process.communicate(timeout=90)
        self.assertEqual(process.returncode, code, output)
        return output

    def changes(self):
        """What a plan would do, as {address: action}."""
        process = self.start("plan", "--json")
        output, _ = process.communicate(timeout=60)
        changed = {c["address"]: c["action"] for c in json.loads(output)["changes"]
                   if c["action"] != "no-op"}
        self.assertEqual(process.returncode, 2 if changed else 0)
        return changed

    def processes(self):
        """Those that work for this test: started by its provider, or the command itself."""
        mark = f"SPRINT_LOCAL_INSTANCE={self.folder}/".encode()
        here = f"TMPDIR={self.top}/tmp".encode()
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            environment = slurp(f"/proc/{entry}/environ")
            if mark in environment or here in environment:
                found.append(int(entry))
        return found

    def footprint(self):
        """What of this test is on this machine."""
        def names(folder, start):
            try:
                return sorted(n for n in os.listdir(folder) if n.startswith(start))
            except OSError:
                return []
        owner = self.owner()
        inodes = set()
        for pid in self.processes():
            for fd in names(f"/proc/{pid}/fd", ""):
                try:
                    target = os.readlink(f"/proc/{pid}/fd/{fd}")
                except OSError:
                    continue
                if target.startswith("socket:"):
                    inodes.add(target)
        return {
            "processes": len(self.processes()),
            "sockets": len(inodes),
            "namespaces": names("/run/netns", f"spr-{owner}"),
            "cgroups": sorted(str(path) for root in ("/sys/fs/cgroup", "/sys/fs/cgroup/cpu",
                                                     "/sys/fs/cgroup/memory")
                              for path in names(root, f"spr-{owner}")),
            "links": sorted(d for d in names("/sys/class/net", "")
                            if str(self.folder) in slurp(f"/sys/class/net/{d}/ifalias").decode()),
            "records": sorted(str(p) for p in self.folder.rglob(".sprint/demo/*")),
        }

    def owner(self):
        """The short name that everything made from this state carries."""
        if not (self.folder / ".sprint/demo.db").exists():
            return "none-yet"
        state = json.loads(self.sprint("show", "--json", code=0))
        return state["lineage"].replace("-", "")[:6]

    def url(self, component="Front"):
        for resource in json.loads(self.sprint("show", "--json", code=0))["resources"]:
            attributes = resource["attributes"]
            if attributes.get("component") == component and attributes.get("url"):
                return attributes["url"]
        self.fail(f"nothing serves {component}")

    def post(self, url, body=b"frame"):
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=20) as answer:
            return answer.read().decode()

    def until(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.02)

    def kill_everything(self):
        """SIGKILL to all that work for this test, what they start meanwhile too."""
        while pids := self.processes():
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)

    # --- the whole life ---

    def test_whole_life(self):
        self.assertIn("Plan: ", self.sprint("plan", code=2))
        self.assertEqual(self.footprint(), self.before, "a plan changes nothing")
        self.sprint("apply", "--yes", code=0)
        self.assertEqual(self.post(self.url()), "back(front(frame))")
        full = self.footprint()
        self.assertGreaterEqual(full["processes"], 8)  # 2 components, 2 proxies, supervisors
        if MODE == "root":
            self.assertEqual(len(full["namespaces"]), 2)
            self.assertGreaterEqual(len(full["cgroups"]), 2)
        for _ in range(2):
            self.assertIn("No changes", self.sprint("plan", code=0))
        self.program.write_text(PROGRAM.replace("delay = 2 ms", "delay = 3 ms"))
        self.assertEqual(list(self.changes().values()), ["update"])
        self.sprint("apply", "--yes", code=0)
        self.assertEqual(self.changes(), {})
        self.assertEqual(self.footprint()["processes"], full["processes"])
        self.assertEqual(self.post(self.url()), "back(front(frame))")

    def test_saved_plan_is_what_happens(self):
        saved = str(self.folder / "today.plan")
        self.sprint("plan", "--out", saved, code=2)
        self.sprint("apply", "--plan", saved, code=0)
        self.assertIn("No changes", self.sprint("plan", code=0))
        # It was made of a state that is no more.
        self.assertIn("sprint:", self.sprint("apply", "--plan", saved, code=1))
        os.remove(saved)

    # --- what goes wrong ---

    def test_kill_everything_while_applying(self):
        for delay in (0.1, 0.4, 1.0):
            with self.subTest(delay=delay):
                process = self.start("apply", "--yes")
                time.sleep(delay)
                self.kill_everything()
                process.communicate()
                self.sprint("destroy", "--yes", code=0)
                self.assertEqual(self.footprint(), self.before)
        # In the very middle: one component is up, the other never gets ready.
        self.images({"MS": "20", "HEALTH": "503"}, {"MS": "5"})
        process = self.start("apply", "--yes")
        self.until(lambda: len(self.processes()) >= 6)
        self.kill_everything()
        process.communicate()
        began = time.monotonic()
        self.assertIn("was taken away, as far as it was made", self.sprint("destroy", "--yes", code=0))
        self.assertLess(time.monotonic() - began, 20, "waited for it to get ready, which takes 30 s")
        self.assertEqual(self.footprint(), self.before)

    def test_component_that_never_becomes_ready(self):
        self.images({"MS": "20", "HEALTH": "503"}, {"MS": "5"})
        output = self.sprint("apply", "--yes", code=1, SPRINT_LOCAL_READY="1")
        self.assertIn("component Front (process Front[0]) was not ready within 1 s", output)
        self.assertIn("/health answered 503", output)
        self.assertIn("the last lines it wrote:\n  listening", output)
        self.images({"MS": "20"}, {"MS": "5"})
        changed = self.changes()
        self.assertEqual(changed, {a: "create" for a in changed}, "what was made stays")
        self.assertLess(len(changed), 5)
        self.sprint("apply", "--yes", code=0)
        self.assertEqual(self.post(self.url()), "back(front(frame))")
        self.assertEqual(self.changes(), {})

    def test_port_that_is_taken(self):
        self.program.write_text(PROGRAM.replace(
            '"test/front"', '"test/front", env = { PORT = "18471" }'))
        if MODE == "root":
            # In a namespace of its own nobody is there to take it.
            self.sprint("apply", "--yes", code=0)
            return
        with socket.create_server(("127.0.0.1", 18471)):
            output = self.sprint("apply", "--yes", code=1)
        self.assertIn("port 18471 of 127.0.0.1 is already taken by another program", output)
        self.assertIn("component Front", output)
        self.sprint("apply", "--yes", code=0)
        self.assertEqual(self.post(self.url()), "back(front(frame))")

    def test_provider_that_is_killed(self):
        self.images({"MS": "20", "HEALTH": "503"}, {"MS": "5"})
        process = self.start("apply", "--yes")
        def provider():
            return [pid for pid in self.processes()
                    if b"sprint-provider-local" in slurp(f"/proc/{pid}/cmdline")]
        # While it waits for the component that does not get ready.
        self.until(lambda: len(self.processes()) >= 6 and provider())
        os.kill(provider()[0], signal.SIGKILL)
        output, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1, output)
        self.assertIn("provider", output)
        self.images({"MS": "20"}, {"MS": "5"})
        output = self.sprint("apply", "--yes", code=0)
        self.assertEqual(self.post(self.url()), "back(front(frame))")
        self.assertEqual(self.changes(), {})

    def test_disk_that_is_full(self):
        if os.geteuid() != 0:
            print("SKIPPED: mounting a small disk needs root")
            sys.exit(77)
        small = self.folder / ".sprint"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(small)], check=True)
        try:
            filler = small / "filler"
            # State and records fit until some of the work is done.
            filler.write_bytes(b"x" * 300 * 1024)
            began = time.monotonic()
            output = self.sprint("apply", "--yes", code=1)
            self.assertRegex(output, "No space left on device|disk with the state is full")
            self.assertLess(time.monotonic() - began, 20, "waited for what cannot be")
            filler.unlink()
            self.sprint("apply", "--yes", code=0)
            self.assertEqual(self.post(self.url()), "back(front(frame))")
            self.assertEqual(self.changes(), {})
            self.sprint("destroy", "--yes", code=0)
            self.assertEqual(self.footprint(), self.before)
        finally:
            self.kill_everything()
            subprocess.run(["umount", "-l", str(small)], check=True)

    # --- what measures and watches ---

    def test_profile(self):
        requests = self.folder / "requests"
        requests.mkdir()
        (requests / "a.txt").write_text("frame")
        self.images({"MS": "25"}, {"MS": "5"})
        # It works beside what runs, and leaves that alone.
        self.sprint("apply", "--yes", code=0)
        running = self.footprint()
        lines = json.loads(self.sprint("profile", "--requests", str(requests), "--count", "12",
                                       "--json", code=0))
        self.assertEqual([line["component"] for line in lines], ["Front", "Back"])
        self.assertAlmostEqual(lines[0]["seconds"], 0.025, delta=0.004)
        self.assertAlmostEqual(lines[1]["seconds"], 0.005, delta=0.003)
        self.assertEqual(self.program.read_text(), PROGRAM)
        output = self.sprint("profile", "--requests", str(requests), "--count", "12", "--write",
                             "--component", "Front", code=0)
        self.assertIn("measured Front on local.Slice = ", output)
        before, after = PROGRAM.splitlines(), self.program.read_text().splitlines()
        changed = [(a, b) for a, b in zip(before, after) if a != b]
        self.assertEqual(len(before), len(after))
        self.assertEqual(len(changed), 1)
        self.assertRegex(changed[0][1],
                         r"^  measured Front on local.Slice = { time = [\d.]+ ms, variation = [\d.]+ % }   // of one core$")
        self.assertEqual(self.footprint(), running)
        self.assertEqual(sorted(p.name for p in (self.folder / ".sprint").glob("*profile*")), [])
        output = self.sprint("profile", "--requests", str(self.folder / "none"), code=1)
        self.assertIn("cannot read the folder", output)

    def test_agent_moves_once_and_loses_nothing(self):
        self.sprint("apply", "--yes", code=0)
        url = self.url()
        agent = self.start("agent")
        done, failed, sent = threading.Event(), [], []
        rate = [4.0]

        def send():
            try:
                sent.append(self.post(url))
            except OSError as error:
                failed.append(str(error))

        def load():
            threads, due = [], time.monotonic()
            while not done.is_set():
                threads.append(threading.Thread(target=send))
                threads[-1].start()
                due += 1 / rate[0]
                time.sleep(max(0.0, due - time.monotonic()))  # whether answered or not
            for thread in threads:
                thread.join()

        loader = threading.Thread(target=load)
        loader.start()
        try:
            time.sleep(2)
            rate[0] = 16.0  # 0.32 cores: too much for one of half a core within 70 ms
            def moved():
                return "change done" in self.sprint("agent history", code=0)
            self.until(moved, seconds=40)
            time.sleep(2)
            self.assertIn("agent: watching", self.sprint("agent status", code=0))
        finally:
            done.set()
            loader.join()
            agent.send_signal(signal.SIGINT)
            output, _ = agent.communicate(timeout=30)
        self.assertEqual(agent.returncode, 0, output)
        self.assertEqual(failed, [])
        self.assertGreater(len(sent), 50)
        self.assertEqual(set(sent), {"back(front(frame))"})
        history = self.sprint("agent history", code=0)
        moves = [line for line in history.splitlines() if "REPLAN" in line]
        self.assertEqual(len(moves), 1, history)
        self.assertIn("`quick` violated for", moves[0])
        why = self.sprint("agent why", moves[0].split()[0], code=0)
        self.assertIn("require quick: measured", why)
        # The same again, from what was written down.
        replay = subprocess.run(
            [f"{BIN}/sprint", "agent", "replay", str(self.folder / ".sprint/demo.agent-history.jsonl")],
            text=True, capture_output=True, env=self.environment)
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)
        self.assertIn("all decided the same again", replay.stdout)
        self.assertIn("agent: none is running", self.sprint("agent status", code=0))


if __name__ == "__main__":
    unittest.main(verbosity=2)
