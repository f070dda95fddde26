"""A disk that is full or read-only, a damaged file, and a clock that jumps: said clearly, nothing lost."""
import json
import os
import pathlib
import shutil
import subprocess
import time

from fixture import Fixture, PROGRAM


class Test(Fixture):
    def small_disk(self, size="256k"):
        """The program's folder is on a disk of its own from now on."""
        if os.geteuid() != 0:
            self.skipTest("mounting needs root")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(self.folder)],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("nothing can be mounted here: " + mounted.stderr)
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.folder)], check=True)
        self.write(PROGRAM.format(world=self.world))

    def fill(self):
        with open(self.folder / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"x" * 4096)
            except OSError:
                pass

    def names(self):
        return sorted(json.loads(p.read_text())["name"] for p in (self.world / "objects").iterdir())

    def test_full_disk_before_anything(self):
        self.small_disk()
        self.fill()
        said = self.error("apply --yes")
        self.assertRegex(said, "No space left|the disk with the state is full")
        self.assertFalse((self.world / "objects").exists() and self.names(), "an object that nobody knows of")
        (self.folder / "ballast").unlink()
        self.apply()
        self.assert_no_changes()

    def test_disk_that_fills_up_in_the_middle(self):
        self.small_disk()
        self.sprint("state list")
        self.world.mkdir()
        (self.world / "script").write_text("delay 700\n")
        running = self.start("apply", "--yes", "--parallel", "1")
        until = time.monotonic() + 20
        while not ((self.world / "objects").exists() and self.names()):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        self.fill()
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 1, out + err)
        self.assertRegex(out + err, "No space left|the disk with the state is full")
        # Reading goes on, and once there is space again all is found.
        self.sprint("state list")
        (self.folder / "ballast").unlink()
        (self.world / "script").write_text("")
        self.apply()
        self.assert_no_changes()
        self.assertEqual(self.names(), ["a", "b", "c"])

    def test_edit_on_a_full_disk_changes_nothing(self):
        self.small_disk()
        self.apply()
        before = self.sprint("state export")
        self.fill()
        self.assertRegex(self.error("state mv a x"), "No space left|the disk with the state is full")
        self.assertEqual(self.sprint("state export"), before)
        (self.folder / "ballast").unlink()
        self.sprint("state mv a x")

    def test_read_only_disk(self):
        self.small_disk()
        self.apply()
        before = self.sprint("state export")
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)
        self.assertEqual(self.sprint("state export"), before)
        self.assertIn("No changes", self.sprint("plan"))
        for verb in ("apply --yes", "state mv a x", "state rm a --yes", "destroy --yes"):
            self.assertRegex(self.error(verb), "(?i)read-?only|may not be written")
        self.assertEqual(self.names(), ["a", "b", "c"])
        subprocess.run(["mount", "-o", "remount,rw", str(self.folder)], check=True)
        self.assert_no_changes()

    def test_clock_that_jumps_takes_no_lock_and_keeps_none(self):
        if not shutil.which("faketime"):
            self.skipTest("faketime is not installed")

        def at(when, *words):
            """A run by whose clock it is another day; the machine's own clock goes on."""
            return subprocess.run(["faketime", "-f", when, os.environ["SPRINT"], *words], cwd=self.folder, text=True,
                                  env={**self.environment, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
                                  capture_output=True, timeout=60)

        holder = self.hold(script="delay 4000\n")
        for when in ("+400d", "-400d"):
            refused = at(when, "state", "mv", "a", "x")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("locked by", refused.stderr, when)
            self.assertTrue(json.loads(at(when, "lock", "--json").stdout)["locked"], when)
        self.assertEqual(holder.wait(timeout=60), 0)
        # What was written by one clock is read and changed by another.
        (self.world / "script").write_text("")
        for when in ("+400d", "-400d"):
            self.assertIn("No changes", at(when, "plan").stdout, when)
        self.assertEqual(at("-400d", "state", "mv", "a", "x").returncode, 0)
        self.assertEqual(at("+400d", "state", "mv", "x", "a").returncode, 0)
        self.assert_no_changes()
