"""state list, show, mv, rm, export, import, migrate."""
import json
import os
import pathlib

from fixture import Fixture, PROGRAM


class Test(Fixture):
    def test_list_and_show(self):
        self.assertIn("holds nothing", self.sprint("state list"))
        self.apply()
        self.assertEqual(self.sprint("state list"), "a  scripted.thing\nb  scripted.thing\nc  scripted.thing\n")
        self.assertIn("depends on     a\n", self.sprint("state show b"))
        record = self.json("state show b")
        self.assertEqual(record["dependencies"], ["a"])
        self.assertEqual(record["attributes"]["name"], "b")
        self.assertIn("has no `bb`; did you mean `b`?", self.error("state show bb"))
        self.assertIn("there is no program", self.error("state list none.sprint"))

    def test_looking_makes_no_state(self):
        self.sprint("plan", code=2)
        for verb in ("show", "state list", "state export", "why s.sprint a", "graph", "secrets check", "lock",
                     "workspace list", "workspace show"):
            self.sprint(verb)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["s.sprint"])
        self.sprint("plan --out p", code=2)
        self.sprint("apply p")
        self.assert_no_changes()

    def test_moved_record_is_what_the_program_calls_it_now(self):
        self.apply()
        self.assertEqual(self.json("state mv b x.y")["moved"], [{"from": "b", "to": "x.y"}])
        self.assertEqual(self.json("state show c")["dependencies"], ["x.y"])
        self.write(PROGRAM.format(world=self.world).replace("thing b", "thing new").replace("b.id", "new.id"))
        self.assertIn("c -> old\n", self.sprint("state mv c old"))
        self.sprint("state mv old c")
        self.sprint("state mv x new")
        self.assertEqual(self.addresses(), ["a", "c", "new.y"])
        self.sprint("state mv new.y new2")
        self.sprint("state mv new2 new")
        self.assert_no_changes()
        self.assertEqual(self.objects(), {"a", "b", "c"})

    def test_move_that_cannot_be_changes_nothing(self):
        self.apply()
        before = self.sprint("state export --sensitive")
        self.assertIn("has an object of its own", self.error("state mv a b"))
        self.assertIn("has no `x`", self.error("state mv x y"))
        self.assertIn("lies below", self.error("state mv a a.b"))
        self.assertIn("cannot be an address", self.error("state mv a b..c"))
        self.assertEqual(self.sprint("state export --sensitive"), before)
        self.assertFalse((self.folder / ".sprint" / "backups").exists())

    def test_forgotten_object_stays_and_comes_back_with_the_backup(self):
        self.apply()
        self.assertIn("pass --yes", self.error("state rm b"))
        self.assertEqual(self.addresses(), ["a", "b", "c"])
        done = self.json("state rm b --yes")
        self.assertEqual(done["forgotten"], ["b"])
        self.assertEqual(self.addresses(), ["a", "c"])
        self.assertEqual(self.objects(), {"a", "b", "c"})
        self.assertNotIn("dependencies", self.json("state show c"))
        self.assertEqual(os.stat(done["backup"]).st_mode & 0o777, 0o600)
        self.run_raw("state", "import", done["backup"], "--force", "--yes")
        self.assert_no_changes()

    def test_ten_backups_are_kept(self):
        self.apply()
        for i in range(7):
            self.sprint(f"state mv a a{i}")
            self.sprint(f"state mv a{i} a")
        backups = sorted(os.listdir(self.folder / ".sprint" / "backups"))
        self.assertEqual(len(backups), 10)
        self.assertEqual(json.loads((self.folder / ".sprint" / "backups" / backups[-1]).read_text())["serial"], 16)

    def test_export_comes_back_in_another_place(self):
        self.apply()
        document = self.json("state export")
        self.assertEqual([r["address"] for r in document["resources"]], ["a", "b", "c"])
        self.assertNotIn("masked", document)
        out = self.json("state export -o s.json")
        self.assertTrue(out["whole"])
        self.assertEqual(os.stat(self.folder / "s.json").st_mode & 0o777, 0o600)
        place = {"SPRINT_STATE": "sqlite:other.db"}
        self.sprint("state import s.json", **place)
        self.assertEqual(self.json("state export", **place), document)
        self.assert_no_changes(**place)
        # Once more is nothing new.
        self.sprint("state import s.json", **place)
        self.assertEqual(self.json("state export", **place), document)

    def test_import_keeps_to_lineage_and_serial(self):
        self.apply()
        self.sprint("state export -o old.json")
        self.sprint("state mv a x")
        self.assertIn("older than the state: serial 3, this one is at 4", self.error("state import old.json"))
        self.sprint("state export -o same.json")
        self.sprint("state import same.json")
        changed = json.loads((self.folder / "same.json").read_text())
        changed["resources"] = changed["resources"][:1]
        self.write(json.dumps(changed), "same.json")
        self.assertIn("both have serial 4 and differ", self.error("state import same.json"))
        changed["serial"] = 5
        self.write(json.dumps(changed), "newer.json")
        self.assertEqual(self.json("state import newer.json")["serial"], 5)
        changed["lineage"] = "somebody-elses"
        self.write(json.dumps(changed), "foreign.json")
        self.assertIn("of another state", self.error("state import foreign.json --yes"))
        self.assertIn("pass --yes", self.error("state import foreign.json --force"))
        self.sprint("state import foreign.json --force --yes")
        self.assertEqual(self.json("state list")["lineage"], "somebody-elses")

    def test_import_refuses_what_it_would_lose(self):
        self.apply()
        good = self.json("state export")

        def refused(change, why):
            document = json.loads(json.dumps(good))
            document["serial"] = 99
            change(document)
            self.write(json.dumps(document), "bad.json")
            self.assertIn(why, self.error("state import bad.json"))

        refused(lambda d: d.update(version=2), "it is of version 2")
        refused(lambda d: d.update(format="x"), "`format` is not")
        refused(lambda d: d.update(extra=1), "`extra` means nothing")
        refused(lambda d: d.pop("lineage"), "has no lineage")
        refused(lambda d: d.update(serial=-1), "`serial` is no number")
        refused(lambda d: d["resources"][0].update(color="red"), "`a` holds what this sprint does not know")
        refused(lambda d: d["resources"][0].update(private="xyz"), "`a` holds what this sprint does not know")
        refused(lambda d: d["resources"].append(d["resources"][0]), "`a` is in it twice")
        refused(lambda d: d["resources"][0].update(dependencies=["c"]), "in a circle")
        refused(lambda d: d["resources"][0].update(address="a b"), "`a b` cannot be an address")
        refused(lambda d: d.update(masked=["a.x"]), "export with --sealed or --sensitive")
        self.write("not json", "bad.json")
        self.assertIn("no exported state", self.error("state import bad.json"))
        self.assertEqual(self.json("state export"), good)

    def test_migrated_state_is_used_and_both_sides_are_locked(self):
        self.apply()
        document = self.json("state export")
        to = f"sqlite:{self.top}/elsewhere/states.db"
        done = self.sprint(f"state migrate --to {to}")
        self.assertIn("default: 3 resources, serial 3: copied and compared", done)
        self.write(f"state: {to}\n", "sprint.yaml")
        self.assertEqual(self.json("state export"), document)
        self.assert_no_changes()
        self.assertIn("lies there already", self.error(f"state migrate --to {to}"))
        back = f"state migrate --to sqlite:{self.folder}/.sprint/s.db"
        self.assertIn("default: 3 resources, serial 3: is there already", self.sprint(back))
        self.sprint("state mv a x")
        self.assertIn("not empty: it holds 3 resources", self.error(back))
        self.assertIn("no place for states", self.error("state migrate --to http://x/y"))

    def test_all_workspaces_migrate_unless_one_is_named(self):
        self.apply()
        self.sprint("workspace new staging")
        self.apply()
        self.sprint("state mv a x")
        self.sprint("workspace new empty")
        before = {name: self.json(f"state export --workspace {name}") for name in ("default", "staging", "empty")}
        one, all_of_them = (f"sqlite:{self.top}/{name}.db" for name in ("one", "all"))
        done = self.json(f"state migrate --workspace staging --to {one}")
        self.assertEqual([w["workspace"] for w in done["workspaces"]], ["staging"])
        # What is in the way is found before anything is copied.
        self.apply(SPRINT_STATE=one, SPRINT_WORKSPACE="empty")
        self.assertIn("workspace `empty`", self.error(f"state migrate --to {one}"))
        self.assertEqual(self.addresses(SPRINT_STATE=one, SPRINT_WORKSPACE="default"), [])
        done = self.json(f"state migrate --to {all_of_them}")
        self.assertEqual({w["workspace"]: w["serial"] for w in done["workspaces"]},
                         {name: document["serial"] for name, document in before.items()})
        for name, document in before.items():
            self.assertEqual(self.json("state export", SPRINT_STATE=all_of_them, SPRINT_WORKSPACE=name), document)

    def test_damaged_state_is_said_and_a_backup_brings_it_back(self):
        self.apply()
        self.sprint("state mv a x")
        self.sprint("state mv x a")
        path = self.folder / ".sprint" / "s.db"
        data = bytearray(path.read_bytes())
        at = data.rindex(b'"name":"b"')
        data[at + 8] ^= 1
        path.write_bytes(data)
        self.assertIn("damaged", self.error("state list"))
        backup = sorted((self.folder / ".sprint" / "backups").iterdir())[0]
        self.run_raw("state", "import", str(backup), code=1)
        self.run_raw("state", "import", str(backup), "--force", "--yes")
        self.assert_no_changes()

    def test_state_beside_the_settings_is_found_from_anywhere(self):
        self.write("state: sqlite:team.db\n", "sprint.yaml")
        self.apply()
        self.assertTrue((self.folder / "team.db").exists())
        os.chdir(pathlib.Path("/"))
        self.assertEqual(self.addresses(), ["a", "b", "c"])

    def test_exports_are_as_the_published_schema_says(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        docs = pathlib.Path(__file__).resolve().parents[3] / "compiler" / "docs"
        schema = json.loads((docs / "state.schema.json").read_text())
        check = jsonschema.Draft202012Validator(schema)
        check.check_schema(schema)
        check.validate(self.json("state export"))
        # One with an open call, one with something masked, and one that is sealed.
        self.world.mkdir()
        (self.world / "script").write_text("die after 2\n")
        self.run_raw("apply", "--yes", "--parallel", "1", code=1)
        document = self.json("state export")
        self.assertEqual(document["open"][0]["object"]["address"], "b")
        check.validate(document)
        self.sprint("secrets encrypt")
        sealed = self.json("state export --sealed")
        check.validate(sealed)
        for broken in ({**document, "version": 2}, {**document, "serial": "1"}, {**sealed, "open": []}):
            self.assertFalse(check.is_valid(broken))

    def test_state_of_opentofu_is_taken_over(self):
        self.apply()
        # The objects are there, and another tool knows of them.
        objects = {o["name"]: o for o in (json.loads(p.read_text()) for p in (self.world / "objects").iterdir())}
        instances = {n: {"schema_version": 0, "attributes": {k: v for k, v in o.items() if k != "tag"}}
                     for n, o in objects.items()}
        instances["b"]["dependencies"] = ["scripted_thing.a"]
        instances["b"]["sensitive_attributes"] = [[{"type": "get_attr", "value": "ref"}]]
        document = {"version": 4, "terraform_version": "1.12.6", "serial": 4, "lineage": "theirs", "outputs": {},
                    "resources": [{"mode": "managed", "type": "scripted_thing", "name": n,
                                   "provider": 'provider["registry.opentofu.org/acme/scripted"]',
                                   "instances": [instance]} for n, instance in instances.items()]}
        self.write(json.dumps(document), "terraform.tfstate")
        self.assertIn("has an object already", self.error("state import terraform.tfstate"))
        (self.folder / ".sprint" / "s.db").unlink()
        done = self.json("state import terraform.tfstate")
        self.assertEqual(done["imported"], 3)
        self.assertIn({"from": "scripted_thing.a", "to": "a"}, done["names"])
        self.assertEqual(self.json("state show b")["dependencies"], ["a"])
        # What is sensitive there is sensitive here: not shown, and encrypted.
        self.assertEqual(self.json("state show b")["attributes"]["ref"], "(sensitive)")
        self.assertNotIn(b"scripted", (self.folder / ".sprint" / "s.db").read_bytes())
        self.assert_no_changes()
        self.sprint("destroy --yes")
        self.assertEqual(self.objects(), set())
