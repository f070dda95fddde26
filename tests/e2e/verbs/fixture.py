"""A folder with a program whose provider keeps its objects as files; `sprint` runs there."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

SPRINT = os.environ["SPRINT"]

PROGRAM = """
provider scripted {{ folder = "{world}" }}
resource scripted.thing a {{ name = "a" }}
resource scripted.thing b {{ name = "b", ref = a.id }}
resource scripted.thing c {{ name = "c", ref = b.id }}
"""


class Fixture(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="sprint-verbs-")).resolve()
        self.addCleanup(shutil.rmtree, self.top, ignore_errors=True)
        for name in ("program", "bin", "home"):
            (self.top / name).mkdir()
        self.folder = self.top / "program"
        self.world = self.top / "world"
        (self.top / "bin" / "sprint-provider-scripted").symlink_to(os.environ["SCRIPTED_PROVIDER"])
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.top / "home"),
                            "SPRINT_PROVIDER_PATH": str(self.top / "bin")}
        self.write(PROGRAM.format(world=self.world))

    def write(self, text, name="s.sprint"):
        (self.folder / name).write_text(text)

    def start(self, *words, **environment):
        return subprocess.Popen([SPRINT, *words], cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                                env={**self.environment, **environment},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_raw(self, *words, code=0, **environment):
        """(stdout, stderr) of a run that must end with `code`."""
        process = self.start(*words, **environment)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        self.assertEqual(process.returncode, code, f"{words}\n{out}\n{err}")
        return out, err

    def sprint(self, line, code=0, **environment):
        return self.run_raw(*line.split(), code=code, **environment)[0]

    def error(self, line, **environment):
        """What a run says that must fail."""
        return self.run_raw(*line.split(), code=1, **environment)[1]

    def json(self, line, **environment):
        return json.loads(self.sprint(line + " --json", **environment))

    def addresses(self, **environment):
        return [r["address"] for r in self.json("state list", **environment)["resources"]]

    def objects(self):
        return {json.loads(p.read_text())["name"] for p in (self.world / "objects").iterdir()}

    def apply(self, **environment):
        return self.sprint("apply --yes", **environment)

    def assert_no_changes(self, **environment):
        self.assertIn("No changes", self.sprint("plan", code=0, **environment))

    def hold(self, *words, script):
        """`apply --yes` that takes a while, once it holds the lock; `script`: of the provider."""
        self.world.mkdir(exist_ok=True)
        (self.world / "script").write_text(script)
        holder = self.start("apply", "--yes", *words)
        self.addCleanup(holder.communicate)
        self.addCleanup(holder.kill)
        self.wait_for_lock()
        return holder

    def wait_for_lock(self):
        until = time.monotonic() + 20
        while not self.json("lock")["locked"]:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
