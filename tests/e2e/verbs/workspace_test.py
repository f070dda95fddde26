"""workspace, lock, and the flags that say which state is meant."""
import json
import os
import signal

from fixture import Fixture


class Test(Fixture):
    def test_workspaces_are_states_of_their_own(self):
        self.apply()
        self.assertEqual(self.sprint("workspace show"), "default\n")
        self.sprint("workspace new staging")
        self.assertEqual(self.sprint("workspace list"), "  default\n* staging\n")
        self.assertEqual(self.addresses(), [])
        self.assertIn("3 to add", self.sprint("plan", code=2))
        self.assertEqual(len(self.addresses(SPRINT_WORKSPACE="default")), 3)
        self.assertEqual(len(self.json("state list --workspace default")["resources"]), 3)
        self.assertIn("already", self.error("workspace new staging"))
        self.assertIn("cannot name a workspace", self.error("workspace new a/b"))
        self.assertIn("there is `default`, `staging`", self.error("workspace select none"))
        self.sprint("workspace select default")
        self.assertEqual(self.json("workspace list"),
                         [{"name": "default", "current": True}, {"name": "staging", "current": False}])

    def test_only_an_empty_workspace_is_deleted(self):
        self.sprint("workspace new staging")
        self.apply()
        self.assertIn("in use", self.error("workspace delete staging --yes"))
        self.sprint("workspace select default")
        self.assertIn("stays", self.error("workspace delete default --yes"))
        self.assertIn("holds 3 resources", self.error("workspace delete staging --yes"))
        self.assertIn("pass --yes", self.error("workspace delete staging --force"))
        self.sprint("workspace delete staging --force --yes")
        self.assertEqual(self.sprint("workspace list"), "* default\n")
        self.assertEqual(self.objects(), {"a", "b", "c"})
        # It can be had back.
        backup = next((self.folder / ".sprint" / "backups").iterdir())
        self.sprint("workspace new again")
        self.run_raw("state", "import", str(backup))
        self.assert_no_changes()

    def test_state_flag_says_where(self):
        url = f"sqlite:{self.top}/flag.db"
        self.sprint(f"apply --yes --state {url}")
        self.assertEqual(self.addresses(), [])
        self.assertEqual(len(self.json(f"state list --state {url}")["resources"]), 3)

    def test_lock_says_who_and_others_wait_for_it(self):
        self.assertIn("nobody", self.sprint("lock"))
        holder = self.hold("--parallel", "1", script="delay 2000\n")
        lock = self.json("lock show")
        self.assertEqual((lock["operation"], lock["pid"]), ("apply", holder.pid))
        self.assertRegex(lock["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIn(f"process {holder.pid}, apply", self.sprint("lock"))
        refused = self.error("state mv a x")
        self.assertIn(f"process {holder.pid}, apply", refused)
        self.assertIn("--wait SECONDS", refused)
        self.assertIn("`soon` is no number", self.error("state mv a x --wait soon"))
        # Readers need none.
        self.sprint("state list")
        out, err = self.run_raw("state", "mv", "c", "x", "--wait", "60")
        self.assertIn(f"waits for", err)
        self.assertEqual(holder.wait(), 0)
        self.assertEqual(self.addresses(), ["a", "b", "x"])

    def test_broken_lock_stops_its_holder_and_nothing_is_lost(self):
        self.assertIn("nobody holds", self.error("lock break --yes"))
        holder = self.hold("--parallel", "1", script="delay 2000\n")
        token = self.json("lock")["token"]
        self.assertIn("another holder", self.error(f"lock break --token {token + 1} --yes"))
        self.assertIn("pass --yes", self.error("lock break"))
        self.assertEqual(self.json(f"lock break --token {token} --yes")["broken"]["pid"], holder.pid)
        out, err = holder.communicate(timeout=60)
        self.assertEqual(holder.returncode, 1)
        self.assertIn("the lock on the state is lost", out + err)
        (self.world / "script").write_text("")
        self.apply()
        self.assert_no_changes()
        names = [json.loads(p.read_text())["name"] for p in (self.world / "objects").iterdir()]
        self.assertEqual(sorted(names), ["a", "b", "c"])

    def test_lock_of_a_killed_holder_is_nobodys(self):
        holder = self.hold("--parallel", "1", script="delay 2000\n")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        self.assertFalse(self.json("lock")["locked"])
