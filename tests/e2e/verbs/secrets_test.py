"""secrets, and what becomes of an encrypted state."""
import json
import os

from fixture import Fixture

SECRET = "hunter2-planted"
PROGRAM = """
provider scripted {{ folder = "{world}" }}
secret password
resource scripted.thing a {{ name = "a" }}
resource scripted.thing b {{ name = "b", ref = a.id, size = password }}
"""


class Test(Fixture):
    def setUp(self):
        super().setUp()
        self.write(PROGRAM.format(world=self.world))
        self.environment["SPRINT_SECRET_password"] = SECRET

    def key(self, name):
        path = self.top / name
        path.write_text("correct horse battery staple " + name)
        path.chmod(0o600)
        return path

    def test_list_and_check_show_no_secret(self):
        self.write(f"secrets:\n  password: file:{self.top}/pw\n  other: env:OTHER\n", "sprint.yaml")
        listed = self.json("secrets list")
        self.assertEqual(listed["secrets"], [
            {"name": "other", "source": "env:OTHER", "declared": False},
            {"name": "password", "source": f"file:{self.top}/pw", "declared": True}])
        out, err = self.run_raw("secrets", "check", code=1)
        self.assertIn("No such file", out)
        (self.top / "pw").write_text(SECRET)
        self.assertIn("others may read", self.run_raw("secrets", "check", code=1)[0])
        (self.top / "pw").chmod(0o600)
        out, err = self.run_raw("secrets", "check")
        self.assertEqual(out, "password  found\nthe state is not encrypted\n")
        self.apply()
        checked = self.json("secrets check")
        self.assertEqual(checked, {"secrets": [{"name": "password", "found": True}],
                                   "state": {"encrypted": True, "opens": True}})
        os.remove(self.top / "home" / ".config" / "sprint" / "state.key")
        self.assertIn("say where its key is", self.run_raw("secrets", "check", code=1)[0])

    def test_looking_makes_no_key_and_saving_does(self):
        key = self.top / "home" / ".config" / "sprint" / "state.key"
        out, err = self.run_raw("plan", code=2)
        self.assertIn("(secret password)", out)
        self.assertNotIn("key", err)
        for line in ("why s.sprint b", "state list", "show"):
            self.sprint(line)
        self.assertFalse(key.exists())
        self.assertIn("is not encrypted", self.sprint("secrets check"))
        self.run_raw("plan", "--out", "p", code=2)
        self.assertTrue(key.exists())
        self.assertTrue((self.folder / "p").read_bytes().startswith(b"sprint-sealed-plan"))
        self.sprint("apply p")
        self.assert_no_changes()

    def test_keys_can_be_rotated_and_changed(self):
        self.apply()
        self.sprint("secrets rotate")
        self.assert_no_changes()
        self.sprint(f"secrets rotate --to file:{self.key('team')}")
        self.assertIn("does not open", self.error("state list"))
        self.environment["SPRINT_STATE_KEY"] = f"file:{self.top}/team"
        self.assert_no_changes()
        # A key file that is not there yet is made.
        self.sprint(f"secrets rotate --to file:{self.top}/made.key")
        self.environment["SPRINT_STATE_KEY"] = f"file:{self.top}/made.key"
        self.assertEqual(os.stat(self.top / "made.key").st_mode & 0o777, 0o600)
        self.assert_no_changes()
        self.assertIn("a secret comes from", self.error("secrets rotate --to hunter2"))

    def test_encrypt_and_decrypt(self):
        self.write(PROGRAM.format(world=self.world).replace(", size = password", ""))
        del self.environment["SPRINT_SECRET_password"]
        self.write("\n".join(l for l in (self.folder / "s.sprint").read_text().splitlines() if "secret" not in l))
        self.apply()
        self.assertIn("not encrypted", self.error("secrets rotate"))
        self.assertIn(b'"name":"a"', (self.folder / ".sprint/s.db").read_bytes())
        self.assertEqual(self.json("secrets encrypt")["state"], "encrypted")
        self.sprint("secrets encrypt")
        self.assert_no_changes()
        self.assertIn("pass --yes", self.error("secrets decrypt"))
        self.sprint("secrets decrypt --yes")
        self.environment["HOME"] = str(self.top / "nowhere")
        self.assert_no_changes()

    def test_state_with_fingerprints_stays_encrypted_unless_forced(self):
        self.apply()
        self.assertIn("fingerprints of secrets", self.error("secrets decrypt --yes"))
        self.sprint("secrets decrypt --yes --force")
        self.assertNotIn(SECRET.encode(), (self.folder / ".sprint/s.db").read_bytes())

    def test_export_masks_and_sealed_export_comes_back(self):
        self.apply()
        seen = self.json("state export")
        self.assertEqual(seen["masked"], ["b.size"])
        self.assertEqual(seen["resources"][1]["attributes"]["size"], "(secret password)")
        whole = self.json("state export --sensitive")
        self.assertIn("print", whole["resources"][1]["attributes"]["size"]["$secret"])
        self.sprint("state export --sealed -o sealed.json")
        self.assertNotIn("scripted", (self.folder / "sealed.json").read_text())
        self.write(json.dumps(seen), "seen.json")
        other = {"SPRINT_STATE": f"sqlite:{self.top}/other.db"}
        self.assertIn("`b.size` for one", self.error("state import seen.json", **other))
        self.sprint("state import sealed.json", **other)
        self.assertEqual(self.json("state export --sensitive", **other), whole)
        # The secret does not look changed: the fingerprints are the same there.
        self.assert_no_changes(**other)
        self.assertNotIn(b"scripted", (self.top / "other.db").read_bytes())
        wrong = {"SPRINT_STATE": f"sqlite:{self.top}/third.db",
                 "SPRINT_STATE_KEY": f"file:{self.key('wrong')}"}
        self.assertIn("key", self.error("state import sealed.json", **wrong))

    def test_backup_of_an_encrypted_state_is_sealed(self):
        self.apply()
        done = self.json("state mv a x")
        self.assertNotIn("scripted", open(done["backup"]).read())
        self.run_raw("state", "import", done["backup"], "--force", "--yes")
        self.assert_no_changes()

    def test_migrated_state_is_encrypted_from_the_first_byte(self):
        self.apply()
        to = f"sqlite:{self.top}/other.db"
        self.sprint(f"state migrate --to {to}")
        self.assert_no_changes(SPRINT_STATE=to)
        self.assertNotIn(b"scripted", (self.top / "other.db").read_bytes())
