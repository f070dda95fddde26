"""What apply and destroy tell: the JSON stream and saved plans against their schemas, lines, and the table.

Every line of real runs is validated: clean ones, failing ones, retried, interrupted, cut off. The
world is that of tests/testing/scripted_provider.cpp: a folder with a file for each object.
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

try:
    import jsonschema
except ImportError:
    print("SKIPPED: needs python3-jsonschema")
    sys.exit(77)

BIN = os.environ["BIN"]
PROVIDER = os.environ["PROVIDER"]
DOCS = pathlib.Path(os.environ["DOCS"])
SCHEMA = json.loads((DOCS / "events.schema.json").read_text())
PLAN_SCHEMA = json.loads((DOCS / "plan.schema.json").read_text())

PROGRAM = """
provider scripted { folder = "WORLD" }
resource scripted.thing a { name = "a" }
resource scripted.thing b { name = "b", ref = a.id }
resource scripted.thing c { name = "c", ref = b.id }
resource scripted.thing d { name = "d" }
"""


# The second provider's world is inside an object of the first.
PHASES = """
provider scripted { folder = "WORLD" }
provider inner {
  folder = "WORLD/inner/{server.id}"
  host   = "WORLD/objects/{server.id}"
  script = "WORLD/script"
}
resource scripted.thing server { name = "server", kind = "x" }
resource inner.thing one { name = "one", size = "1" }
resource inner.thing two { name = "two", ref = one.id }
resource scripted.thing dns { name = "dns", ref = two.id }
"""


CONTINUUM = """
provider scripted { folder = "WORLD" }
node Small {
  arch = amd64, cores = 2, memory = 4 GiB
  provide { resource scripted.thing machine { name = "{zone.name}-{node.name}" } }
}
host Plain {
  run(c) { resource scripted.thing service { name = "{c.name}-{replica}" } }
}
component Work {
  image = "work", arch = amd64, memory = 1 GiB, input = 1 KiB, output = 1 KiB
  demand { Small = 20 ms }
}
application App {
  workload = 1 rps
  require response(Work) <= 200 ms
}
continuum Here {
  zone east {
    country = "ES", trust = owned, host = Plain
    machines vm[0..2]: Small { price = 0.1 EUR/h }
    machines spare[0..2]: Small { price = 0.3 EUR/h }
  }
  zone north {
    country = "ES", trust = owned, host = Plain
    machines vm[0..2]: Small { price = 0.1 EUR/h }
  }
  zone west {
    country = "ES", trust = owned, host = Plain
    machines vm[0..2]: Small { price = 0.12 EUR/h }
  }
}
deploy App on Here { minimize cost }
"""


class Apply(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="sprint-apply-"))
        self.world = self.top / "world"
        (self.world / "objects").mkdir(parents=True)
        (self.top / "bin").mkdir()
        for name in ("scripted", "inner"):
            os.symlink(PROVIDER, self.top / f"bin/sprint-provider-{name}")
        self.write(PROGRAM)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.top), "TERM": "xterm",
                            "SPRINT_PROVIDER_PATH": str(self.top / "bin")}
        self.validator = jsonschema.Draft202012Validator(SCHEMA)
        self.plan_validator = jsonschema.Draft202012Validator(PLAN_SCHEMA, resolver=jsonschema.RefResolver(
            "", PLAN_SCHEMA, {"events.schema.json": SCHEMA}))

    def tearDown(self):
        shutil.rmtree(self.top)

    def write(self, program):
        (self.top / "a.sprint").write_text(program.replace("WORLD", str(self.world)))

    def script(self, text):
        (self.world / "script").write_text(text)

    def start(self, *words, **options):
        return subprocess.Popen([f"{BIN}/sprint", *words], cwd=self.top, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def run_it(self, *words, code=0):
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, out + err)
        return out

    def valid(self, out):
        """The lines of a stream, each checked."""
        lines = [json.loads(line) for line in out.splitlines()]
        for line in lines:
            self.validator.validate(line)
        self.assertEqual(lines[0]["type"], "version")
        times = [line["time"] for line in lines]
        self.assertEqual(times, sorted(times))
        return lines

    def names(self):
        return sorted(json.loads(path.read_text())["name"]
                      for path in (self.world / "objects").iterdir())

    def of(self, lines, kind):
        return [line for line in lines if line["type"] == kind]

    def outcomes(self, lines):
        """Of the summary: every planned address once, and the counts that add up."""
        summary = lines[-1]
        self.assertEqual(summary["type"], "summary")
        found = {o["address"]: o["outcome"] for o in summary["objects"]}
        self.assertEqual(sorted(found), sorted(p["address"] for p in self.of(lines, "planned")))
        for outcome in ("done", "failed", "skipped", "not started", "unknown"):
            self.assertEqual(summary[outcome.replace(" ", "_")], list(found.values()).count(outcome))
        return found

    # --- the schema itself ---

    def test_schema_is_one_and_refuses(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        good = {"type": "note", "time": "2026-11-25T21:54:36.488Z", "text": "x"}
        self.validator.validate(good)
        self.validator.validate({**good, "later": 1})
        self.validator.validate({"type": "of a later version", "time": good["time"]})
        for bad in ({**good, "text": 1}, {"type": "note", "time": good["time"]},
                    {**good, "time": "now"}, {"time": good["time"]}):
            self.assertFalse(self.validator.is_valid(bad), bad)
        # Every type that has a definition is checked by it.
        types = [one["if"]["properties"]["type"]["const"] for one in SCHEMA["allOf"]]
        self.assertEqual(len(types), len(set(types)))
        for one in types:
            self.assertFalse(self.validator.is_valid({"type": one, "time": good["time"]}), one)

    # --- the stream ---

    def test_clean_runs(self):
        lines = self.valid(self.run_it("apply", "--yes", "--json"))
        self.assertEqual(set(self.outcomes(lines).values()), {"done"})
        self.assertEqual(len(self.of(lines, "started")), 4)
        self.assertEqual(self.of(lines, "plan")[0]["add"], 4)
        self.write(PROGRAM.replace('name = "d"', 'name = "d", kind = "other"'))
        lines = self.valid(self.run_it("apply", "--yes", "--json"))  # makes it, the kind is new
        self.assertEqual(self.outcomes(lines), {"d": "done"})
        self.assertEqual([f["action"] for f in self.of(lines, "finished")], ["delete", "replace"])
        lines = self.valid(self.run_it("destroy", "--yes", "--json"))
        self.assertEqual(lines[-1]["done"], 4)
        self.assertEqual([f["address"] for f in self.of(lines, "finished") if f["address"] != "d"],
                         ["c", "b", "a"])
        lines = self.valid(self.run_it("destroy", "--yes", "--json"))
        self.assertEqual([line["type"] for line in lines], ["version", "plan", "summary"])

    def test_failure_and_what_it_takes_along(self):
        self.script("error denied 1")
        lines = self.valid(self.run_it("apply", "--yes", "--json", "--parallel", "1", code=1))
        self.assertEqual(self.outcomes(lines),
                         {"a": "failed", "b": "skipped", "c": "skipped", "d": "done"})
        self.assertEqual({s["address"]: s["because_of"] for s in self.of(lines, "skipped")},
                         {"b": "a", "c": "a"})
        failed = [o for o in lines[-1]["objects"] if o["outcome"] == "failed"][0]
        self.assertEqual(failed["class"], "auth")
        self.assertEqual(failed["where"], "a.sprint:3")
        self.assertIn("as the script wants it", failed["error"])

    # --- a provider that is configured by what is made ---

    def inner_names(self):
        return sorted(json.loads(path.read_text())["name"]
                      for path in self.world.glob("inner/*/objects/*"))

    def test_phases(self):
        self.write(PHASES)
        out = self.run_it("plan", code=2)
        self.assertIn("\nPhase 1, after server: provider `inner` can be asked; "
                      "at most 2 to add, 0 to change, 0 to destroy\n", out)
        self.assertIn("ref = (known after phase 1)", out)
        self.assertIn("Plan: at most 4 to add, 0 to change, 0 to destroy.", out)
        phases = json.loads(self.run_it("plan", "--json", "--out", "p.plan", code=2))["phases"]
        self.assertEqual(phases, [{"phase": 1, "provider": "inner", "after": ["server"],
                                   "at_most": {"add": 2, "change": 0, "destroy": 0}}])
        self.assertIn("provider inner, which is configured by server", self.run_it("why", "one"))
        shown = self.shown("p.plan")
        self.assertEqual(shown["phases"], phases)
        self.assertEqual({s["address"]: (s["phase"], s.get("bounded", False)) for s in shown["steps"]},
                         {"server": (0, False), "one": (1, True), "two": (1, True), "dns": (1, False)})
        lines = self.valid(self.run_it("apply", "p.plan", "--yes", "--json"))
        self.assertEqual(set(self.outcomes(lines).values()), {"done"})
        self.assertEqual([(p["outcome"], p["provider"]) for p in self.of(lines, "phase")],
                         [("planned", "inner"), ("begun", "inner")])
        self.assertEqual([f["address"] for f in self.of(lines, "finished")],
                         ["server", "one", "two", "dns"])
        # A saved plan is carried out once.
        self.assertIn("the state moved", self.start("apply", "p.plan", "--yes").communicate()[1])
        self.assertIn("No changes", self.run_it("plan"))
        # A new server is a new world: all of it is made anew, with one approval.
        self.write(PHASES.replace('kind = "x"', 'kind = "y"'))
        self.assertIn("at most 2 to add", self.run_it("plan", code=2))
        out = self.run_it("apply", "--yes")
        self.assertIn("phase 1  provider `inner` is configured and has 2 objects", out)
        self.assertIn("No changes", self.run_it("plan"))
        self.assertEqual(self.names(), ["dns", "server"])
        self.run_it("destroy", "--yes")
        self.assertEqual(self.names(), [])
        # Those of the first world went with their server; of the second one they were deleted.
        self.assertEqual(self.inner_names(), ["one", "two"])

    def test_phase_that_stops(self):
        self.write(PHASES.replace("WORLD/objects/{server.id}", "WORLD/objects/{server.id}-not"))
        lines = self.valid(self.run_it("apply", "--yes", "--json", code=1))
        self.assertEqual(self.outcomes(lines), {"server": "done", "one": "skipped",
                                                "two": "skipped", "dns": "skipped"})
        self.assertIn("there is no host at", self.of(lines, "phase")[-1]["error"])
        self.assertEqual({s["because_of"] for s in self.of(lines, "skipped")}, {"phase 1"})
        # The next plan asks the provider at once, with the right configuration.
        self.write(PHASES)
        lines = self.valid(self.run_it("apply", "--yes", "--json"))
        self.assertEqual(self.of(lines, "phase"), [])
        self.assertEqual(sorted(self.outcomes(lines)), ["dns", "one", "two"])
        self.assertEqual(self.inner_names(), ["one", "two"])

    def test_phase_whose_schema_says_no(self):
        self.write(PHASES.replace('size = "1"', 'sise = "1"'))
        process = self.start("plan")
        out, err = process.communicate()
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("`inner.thing` has no attribute `sise`", out)
        self.assertEqual(self.names(), [], "nothing was made to find that out")

    def test_retries_and_heartbeat(self):
        self.script("delay 1300\nerror unavailable 1")
        lines = self.valid(self.run_it("apply", "--yes", "--json", "--target", "d"))
        self.assertEqual(self.of(lines, "retrying")[0]["attempt"], 2)
        self.assertEqual(self.of(lines, "running")[0]["objects"][0]["address"], "d")
        self.assertTrue(self.of(lines, "note"))

    def test_what_is_refused(self):
        lines = self.valid(self.run_it("apply", "--json", code=1))
        self.assertEqual([line["type"] for line in lines], ["version", "error"])
        self.assertIn("--yes", lines[1]["message"])
        self.write(PROGRAM + "resource scripted.thing e { nam = 1 }\n")
        lines = self.valid(self.run_it("apply", "--yes", "--json", code=1))
        self.assertIn("nam", json.dumps(lines))
        self.write("let a = nothing\n")
        lines = self.valid(self.run_it("apply", "--yes", "--json", code=1))
        self.assertEqual(lines[1]["type"], "diagnostic")

    def interrupted(self, times, delay):
        self.script(f"delay {delay}")
        process = self.start("apply", "--yes", "--json", "--parallel", "1")
        out = ""
        while '"started"' not in out:
            out += process.stdout.readline()
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        rest, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, out + rest + err)
        return self.valid(out + rest)

    def test_interrupted_once(self):
        lines = self.interrupted(1, 800)
        self.assertEqual(self.outcomes(lines), {"a": "done", "b": "not started",
                                                "c": "not started", "d": "not started"})
        self.assertEqual([s["cancel"] for s in self.of(lines, "stopping")], [False])
        self.assertTrue(lines[-1]["interrupted"])
        self.script("")
        self.assertEqual(len(self.of(self.valid(self.run_it("apply", "--yes", "--json")),
                                     "planned")), 3)

    def test_interrupted_twice(self):
        began = time.monotonic()
        lines = self.interrupted(2, 30000)
        self.assertLess(time.monotonic() - began, 10, "the provider is ended after 5 s")
        self.assertEqual(self.outcomes(lines)["a"], "unknown")
        self.assertEqual([s["cancel"] for s in self.of(lines, "stopping")], [False, True])
        # It died before the deed: the next run finds out that nothing was made.
        self.script("")
        lines = self.valid(self.run_it("apply", "--yes", "--json"))
        self.assertEqual(self.of(lines, "settled")[0]["text"], "was not made")
        self.assertEqual(len(os.listdir(self.world / "objects")), 4)

    def test_interrupted_three_times(self):
        self.script("delay 30000")
        process = self.start("apply", "--yes", "--parallel", "1")
        while "create   a" not in process.stdout.readline():
            pass
        began = time.monotonic()
        for _ in range(3):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        _, err = process.communicate(timeout=10)
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(process.returncode, 130)
        self.assertIn("left at once", err)
        self.script("")
        self.run_it("apply", "--yes")
        self.assertEqual(len(os.listdir(self.world / "objects")), 4)

    # --- saved plans ---

    def shown(self, plan, code=0):
        """A saved plan as a document: as its schema says, and with no key that is not described there."""
        document = json.loads(self.run_it("show", plan, "--json", code=code))
        self.plan_validator.validate(document)
        self.assertEqual(set(document) - set(PLAN_SCHEMA["properties"]), set())
        for kind, items in (("step", document["steps"]), ("phase", document["phases"])):
            for item in items:
                self.assertEqual(set(item) - set(PLAN_SCHEMA["$defs"][kind]["properties"]), set())
        return document

    def test_schema_of_saved_plans_refuses_others(self):
        self.run_it("plan", "--out", "p.plan", code=2)
        for spoil in (lambda it: it.pop("steps"), lambda it: it["steps"][0].update(action="mend"),
                      lambda it: it["counts"].update(add=-1), lambda it: it["sources"].update(b="0"),
                      lambda it: it.update(placement={"status": "fine"})):
            document = self.shown("p.plan")
            spoil(document)
            self.assertFalse(self.plan_validator.is_valid(document))

    def test_saved_plan_of_what_moves_drifts_and_goes(self):
        self.run_it("apply", "--yes")
        path, = (p for p in (self.world / "objects").iterdir() if json.loads(p.read_text())["name"] == "d")
        path.write_text(path.read_text().replace('"d"', '"e"'))
        lines = [line.replace("thing a", "thing x") for line in PROGRAM.splitlines() if '"c"' not in line]
        self.write("\n".join(lines + ["moved a -> x"]).replace("ref = a.id", 'ref = x.id, kind = "new"'))
        self.run_it("plan", "--out", "p.plan", code=2)
        steps = {step["address"]: step for step in self.shown("p.plan")["steps"]}
        self.assertEqual({name: step["action"] for name, step in steps.items()},
                         {"x": "no-op", "b": "replace", "c": "delete", "d": "update"})
        self.assertEqual(steps["x"]["moved_from"], "a")
        self.assertEqual(steps["d"]["drift"][0]["found"], "e")

    def test_saved_plan_is_shown_without_providers(self):
        self.write(PROGRAM + "param size: Text\n" +
                   'resource scripted.thing e { name = "e", kind = a.id, size = size }\n')
        out = self.run_it("plan", "--param", "size=large", "--out", "today.plan", code=2)
        self.assertIn("sprint apply today.plan", out)
        os.unlink(self.top / "bin/sprint-provider-scripted")
        shown = self.run_it("show", "today.plan")
        self.assertIn("  with size = large\n", shown)
        self.assertTrue(shown.endswith(out.split("\n\nSaved")[0] + "\n"), shown)
        document = self.shown("today.plan")
        steps = {step["address"]: step for step in document["steps"]}
        self.assertEqual(document["counts"], {"add": 5, "change": 0, "destroy": 0})
        self.assertEqual(document["params"], {"size": "large"})
        self.assertEqual(list(document["sources"]), ["a.sprint"])
        self.assertIsNone(steps["e"]["before"])
        self.assertEqual(steps["e"]["after"]["size"], "large")
        self.assertNotIn("kind", steps["e"]["after"])
        self.assertEqual(steps["e"]["after_unknown"], {"id": True, "kind": True})
        self.assertEqual(steps["e"]["dependencies"], ["a"])
        self.assertEqual(steps["e"]["why"], "new")
        self.assertEqual(steps["e"]["where"], "a.sprint:8")

    def test_saved_plan_fixes_what_is_done(self):
        self.write(PROGRAM + "param size: Text\n" +
                   'resource scripted.thing e { name = "e", size = size }\n')
        self.run_it("plan", "--param", "size=large", "--target", "e", "--out", "e.plan", code=2)
        for words in (["--param", "size=small"], ["--target", "a"], ["--no-refresh"]):
            lines = self.valid(self.run_it("apply", "e.plan", "--json", *words, code=1))
            self.assertIn("leave " + words[0], lines[1]["message"])
        lines = self.valid(self.run_it("apply", "e.plan", "--json"))
        self.assertEqual(self.outcomes(lines), {"e": "done"})
        # Once only, and it says what moved.
        lines = self.valid(self.run_it("apply", "e.plan", "--json", code=1))
        self.assertRegex(lines[1]["message"], r"from serial 0 to \d: `e` was made; plan again")
        self.run_it("plan", "--param", "size=large", "--out", "a.plan", code=2)
        self.write(PROGRAM)
        lines = self.valid(self.run_it("apply", "a.plan", "--json", code=1))
        self.assertIn("`a.sprint` changed since the plan was made", lines[1]["message"])

    def test_plan_with_errors_is_saved_and_not_carried_out(self):
        self.write(PROGRAM.replace('name = "a" }', 'name = "a", protect = true }'))
        self.run_it("apply", "--yes")
        self.write(PROGRAM.replace('name = "a" }', 'name = "a", kind = "new" }')
                          .replace('name = "d"', 'name = "d", size = "large"'))
        out = self.run_it("plan", "--out", "e.plan", code=1)
        self.assertIn("error: `a` is protected and would be replaced", out)
        self.assertIn("~ scripted.thing  d", out)
        self.assertIn("is protected", self.run_it("show", "e.plan", code=1))
        document = self.shown("e.plan", code=1)
        self.assertEqual(len(document["errors"]), 1)
        step = [s for s in document["steps"] if s["address"] == "a"][0]
        self.assertEqual((step["action"], step["replace_paths"]), ("replace", ["kind"]))
        lines = self.valid(self.run_it("apply", "e.plan", "--json", code=1))
        self.assertIn("the plan has errors", lines[1]["message"])
        self.run_it("apply", "--yes", code=1)
        self.assertEqual(json.loads(self.run_it("show", "--json", "a.sprint", "d"))
                         ["resources"][0]["attributes"]["size"], None)
        self.run_it("apply", "--yes", code=1)
        self.write(PROGRAM.replace('name = "a" }', 'name = "a", protect = false }'))
        self.run_it("apply", "--yes")

    # --- capacity and quota ---

    def test_refused_machines_are_placed_elsewhere(self):
        self.write(CONTINUUM)
        self.script("refuse east Quota exceeded for instances: 0 of 0\n")
        out = self.run_it("apply", "--yes")
        self.assertIn("left out of the placement: `east.vm`: none until ", out)
        self.assertIn("Work         north/vm x1", out)
        self.assertEqual(self.names(), ["Work-0", "north-vm-0"])
        # It is known from now on, and to be seen.
        out = self.run_it("plan", code=0)
        self.assertRegex(out, r"note: left out of the placement: `east.vm`: none until \d\d:\d\d "
                              r"UTC \(quota: .*Quota exceeded")
        self.assertIn("  left out: `east.vm`: none", self.run_it("why", "a.sprint", "Work"))
        why = json.loads(self.run_it("why", "a.sprint", "Work", "--json"))
        self.assertEqual(len(why["left_out"]), 2, "both pools of the kind in the zone")
        self.assertIn("no changes", self.run_it("apply", "--yes").lower())

    def test_dearer_placement_needs_a_word(self):
        self.write(CONTINUUM)
        self.script("refuse east Quota exceeded\nrefuse north No valid host was found\n")
        process = self.start("apply", "--yes")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("This costs 0.02 EUR/h more than what was approved.", out)
        self.assertIn("the next best placement costs 0.12 EUR/h, 0.02 EUR/h more", err)
        self.assertIn("to accept it: sprint apply a.sprint --replan", err)
        self.assertEqual(self.names(), [])
        self.run_it("apply", "--yes")  # which has seen the price
        self.assertEqual(self.names(), ["Work-0", "west-vm-0"])
        self.run_it("destroy", "--yes")

    def test_replan_accepts_any_cost(self):
        self.write(CONTINUUM)
        self.script("refuse east Quota exceeded\nrefuse north No valid host was found\n")
        lines = self.valid(self.run_it("apply", "--yes", "--replan", "--json"))
        self.assertEqual([(r["zone"], r["pool"], r["class"]) for r in self.of(lines, "refused")],
                         [("east", "spare", "quota"), ("east", "vm", "quota"),
                          ("north", "vm", "capacity")])
        self.assertEqual([round(p["cost"], 9) for p in self.of(lines, "placement")], [0.1, 0.1, 0.12])
        self.assertEqual([s["exit_code"] for s in self.of(lines, "summary")], [1, 1, 0])
        self.assertEqual(self.names(), ["Work-0", "west-vm-0"])

    def test_refused_everywhere(self):
        self.write(CONTINUUM)
        self.script("".join(f"refuse {zone} no capacity\n" for zone in ("east", "north", "west")))
        process = self.start("apply", "--yes", "--replan")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("there is no placement to apply; left out: `", err)
        self.assertEqual(self.names(), [])

    def test_saved_plan_that_is_refused(self):
        self.write(CONTINUUM)
        self.script("refuse east Quota exceeded\n")
        self.run_it("plan", "--out", "today.plan", code=2)
        self.assertEqual(self.shown("today.plan")["placement"]["status"], "optimal")
        self.assertIn("left out of the placement: `east.vm`", self.run_it("apply", "today.plan",
                                                                          code=1))
        self.assertIn("north/vm x1", self.run_it("plan", code=2))

    # --- lines ---

    def test_lines(self):
        self.script("delay 1400")
        out = self.run_it("apply", "--yes", "--exclude", "b")
        self.assertNotIn("\033", out)
        self.assertIn("  create   a ...\n", out)
        self.assertRegex(out, r"\n  create   a done \(1\.[34567] s\)\n")
        self.assertRegex(out, r"\n  \.\.\. 0 done, 2 running, 0 waiting: a 1\.[0-3] s, d 1\.")
        self.assertTrue(out.endswith("2 done, 0 failed, 0 skipped, 0 not started.\n"), out)

    # --- the table ---

    def on_terminal(self, rows, columns, *words, interrupt=0, asked="", answer=""):
        """What a run writes to a terminal of that size, and its exit code. It is interrupted so many times, and gets
        its answer after a while of thinking."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.top)
            # By the child: it may be far before its parent goes on.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(f"{BIN}/sprint", ["sprint", *words], self.environment)
        out = b""
        while True:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                break
            if not part:
                break
            out += part
            if interrupt and b"1 running" in out:
                os.write(terminal, b"\x03")
                interrupt -= 1
                time.sleep(0.3)
            if asked and out.endswith(asked.encode()):
                time.sleep(1.2)
                os.write(terminal, answer.encode())
                asked = ""
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        return out.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)

    def screen(self, out):
        """What is left on a screen that scrolls for ever: lines, after all redrawing."""
        lines, row = [""], 0
        for part in re.split(r"(\033\[\d+A\r\033\[J|\n)", re.sub(r"\033\[[0-9]*m", "", out)):
            if part == "\n":
                row += 1
                lines[row:row] = [""] if row == len(lines) else []
            elif part.startswith("\033["):
                row -= int(re.match(r"\033\[(\d+)A", part)[1])
                self.assertGreaterEqual(row, 0)
                lines[row:] = [""]
            else:
                lines[row] += part
        return lines

    def test_table(self):
        self.script("delay 700")
        out, code = self.on_terminal(24, 80, "apply", "--yes")
        self.assertEqual(code, 0, out)
        self.assertGreater(out.count("\033[J"), 8, "it is redrawn")
        self.assertRegex(out, r"J  create   a +0\.[3-9] s\n  create   d +0\.[3-9] s\n"
                              r"0 done, 2 running, 2 waiting   0\.\d s   \(Ctrl-C stops\)\n")
        left = "\n".join(self.screen(out))
        self.assertNotIn("running", left)
        for one in "abcd":
            self.assertEqual(len(re.findall(rf"  create   {one} done \(0\.[789] s\)", left)), 1, left)
        self.assertTrue(left.rstrip().endswith("4 done, 0 failed, 0 skipped, 0 not started."), left)
        self.assertLessEqual(max(map(len, self.screen(out)[-12:])), 80)

    def test_table_that_is_interrupted(self):
        self.script("delay 900")
        out, code = self.on_terminal(24, 100, "apply", "--yes", "--parallel", "1", interrupt=1)
        self.assertEqual(code, 130, out)
        self.assertIn("stopping: the call under way ends first (again: end now)", out)
        self.assertIn("not started  b: the run was stopped", "\n".join(self.screen(out)))

    # --- what takes its time before anything is done ---

    def test_planning_says_that_it_goes_on(self):
        self.run_it("apply", "--yes")
        self.script("slow 1500")
        out, code = self.on_terminal(24, 80, "plan")
        self.assertEqual(code, 0, out)
        self.assertRegex(out, r"\r\033\[Kplanning: 0\.[5-9] s\r\033\[Kplanning: ")
        self.assertRegex(out, r"planning: 1\.\d s\r\033\[K[^\r]+$", "nothing is left of it")
        process = self.start("plan")
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, ""), "not a word of a second or two")

    def test_nothing_is_written_over_a_question(self):
        self.write("secret pw" + PROGRAM.replace('name = "d"', 'name = "d", size = pw'))
        out, code = self.on_terminal(24, 80, "plan", asked="the secret `pw`: ", answer="hunter2\n")
        self.assertEqual(code, 2, out)
        self.assertIn("the secret `pw`: \n", out)
        self.assertNotIn("hunter2", out)

    def test_narrow_terminal_gets_lines(self):
        out, code = self.on_terminal(24, 30, "apply", "--yes")
        self.assertEqual(code, 0, out)
        self.assertNotIn("\033[J", out)
        self.assertIn("  create   a ...\n", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
