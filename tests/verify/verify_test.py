#!/usr/bin/env python3
"""verify_test.py CERTIFICATES SCHEMA   whether verify.py believes what is so and nothing else.
CERTIFICATES is the program that writes some of small problems, one a line (certificates.cpp)."""
import copy
import json
import os
import random
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import verify  # noqa: E402
from reading import Malformed, Refused  # noqa: E402

RANDOM, CUT = 120, 9
lines, schema = [], None


def cases(proof):
    """Every case, with its ways."""
    yield proof
    for way in proof.get("ways", ()):
        yield from cases(way[-1])


class Certificates(unittest.TestCase):
    def setUp(self):
        # Those with the most to say, of which there are few where copies have to be told apart.
        written = [json.loads(line) for line in lines if '"apart"' not in line]
        self.optimal, self.infeasible = (
            max((c for c in written if c["claim"]["status"] == status), key=lambda c: sum(1 for _ in cases(c["proof"])))
            for status in ("optimal", "infeasible"))
        self.assertGreater(sum(1 for _ in cases(self.optimal["proof"])), 30)

    def refused(self, certificate, reason, kind=Refused):
        with self.assertRaisesRegex(kind, reason):
            verify.verify(json.dumps(certificate))

    def changed(self, change):
        certificate = copy.deepcopy(self.optimal)
        change(certificate)
        return certificate

    # -- what is so ------------------------------------------------------------------------

    def test_all_are_believed(self):
        told = [verify.verify(line)[0].split(":")[0] for line in lines]
        for status in ("optimal", "infeasible"):
            self.assertGreater(told.count(status), 30)
        for part in ("percentile", "weight", "concurrency", "moves", "accuracy", "availability", '"one_kind":true',
                     '"one_way":true', '"fullest":true', '"apart"', '"bytes"', '"goal":"carbon"'):
            self.assertTrue(any(part in line for line in lines), part)

    def test_all_are_as_documented(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("needs python3-jsonschema")
        with open(schema, encoding="utf-8") as file:
            validator = jsonschema.Draft202012Validator(json.load(file))
        one_case = validator.evolve(schema=validator.schema["$defs"]["case"])
        for line in lines[::3]:
            certificate = json.loads(line)
            validator.validate(certificate)
            for case in cases(certificate["proof"]):
                one_case.validate(case)
        certificate["proof"]["closed"] = True
        self.assertFalse(validator.is_valid(certificate))

    # -- the claim -------------------------------------------------------------------------

    def test_another_cost(self):
        for factor in (0.99, 0.999999, 1.01):
            self.refused(self.changed(lambda c: c["claim"].update(objective=c["claim"]["objective"] * factor)),
                         "the cost is said to be")

    def test_another_price(self):
        def dearer(certificate):
            placement = certificate["claim"]["placement"]
            used = next(j for j, count in enumerate(placement["counts"]) if count)
            certificate["problem"]["pools"][used]["price"] *= 1.01
        self.refused(self.changed(dearer), "the cost is said to be")

    def test_another_count(self):
        counts = self.optimal["claim"]["placement"]["counts"]
        used = next(j for j, count in enumerate(counts) if count)
        self.refused(self.changed(lambda c: c["claim"]["placement"]["counts"].__setitem__(used, 0)),
                     "pool .* has not enough room")
        self.refused(self.changed(lambda c: c["claim"]["placement"]["counts"].__setitem__(used, 99)),
                     "pool .* cannot have 99 instances")

    def test_a_part_elsewhere(self):
        def move(certificate):
            certificate["claim"]["placement"]["components"][1][1][0] = 0
        self.refused(self.changed(move), "cannot run where it is|is broken|room|more than one kind|cost is said")

    def test_a_broken_bound(self):
        self.refused(self.changed(lambda c: c["problem"]["constraints"][0].update(at_most=0.01)), "is broken")

    def test_copies_together(self):
        """Part by part of a copy moved to where the first one has it, with room for everything."""
        tried = 0
        for line in lines:
            certificate = json.loads(line)
            problem, claim = certificate["problem"], certificate["claim"]
            apart = [rule for rule in problem["constraints"] if rule["metric"] == "apart"]
            if not apart or claim["status"] != "optimal":
                continue
            problem["constraints"] = apart
            problem["one_way"] = False
            problem["routes"] = [{"from": a, "to": b} for a in range(len(problem["zones"]))
                                 for b in range(len(problem["zones"]))]
            for pool in problem["pools"]:
                pool["memory"], pool["gpu_memory"] = None, 1e9
            for component in problem["components"]:
                for part in (part for variant in component["variants"] for part in variant["parts"]):
                    part["rate"] = 0
            self.refused(certificate, "the cost is said to be")
            one, other = apart[0]["path"]
            for p, pool in enumerate(claim["placement"]["components"][one][1]):
                doctored = copy.deepcopy(certificate)
                doctored["claim"]["placement"]["components"][other][1][p] = pool
                self.refused(doctored, "is broken")
                tried += 1
        self.assertGreater(tried, 8)

    def test_one_copy_less(self):
        """Proofs that need all copies where one of them is no longer asked for."""
        refused = 0
        for line in lines:
            certificate = json.loads(line)
            rules = certificate["problem"]["constraints"]
            if certificate["claim"]["status"] != "infeasible" or rules[-1]["metric"] != "apart":
                continue
            rules[-1]["at_least"] = 1
            try:
                verify.verify(json.dumps(certificate))
            except Refused:
                refused += 1
        self.assertGreater(refused, 0)

    def test_not_the_best(self):
        """A placement that holds, at its right cost, with one machine more than it needs."""
        def waste(certificate):
            counts, pools = certificate["claim"]["placement"]["counts"], certificate["problem"]["pools"]
            j = next(j for j, count in enumerate(counts) if 0 < count < pools[j].get("max", 0))
            counts[j] += 1
            certificate["claim"]["objective"] += pools[j]["price"]
        self.refused(self.changed(waste), "might cost|something better|is missing")

    def test_none_where_there_is_one(self):
        self.refused(self.changed(lambda c: c.update(claim={"status": "infeasible"})),
                     "might cost|something better|is missing")

    def test_a_limit_on_cost_says_nothing_of_preferences(self):
        """For 1.2 one of two preferences is missed, for 1 the dearer one; 1.5 may be paid."""
        pools = [{"zone": 0, "form": "functions", "memory": None, "price": price} for price in (1, 1.2)]
        options = [{"pool": j, "demand": 1, "response": [1, 1]} for j in (0, 1)]
        rules = [{"metric": "where", "path": [0], "pools": [1], "weight": 3},
                 {"metric": "where", "path": [0], "pools": [0], "weight": 1}, {"metric": "cost", "at_most": 1.5}]
        certificate = {
            "format": "sprint.certificate", "version": 2, "fullest": False, "limit": 1e6,
            "problem": {"goal": "cost", "one_way": False, "ceiling": 0.9, "zones": [{"one_kind": False}],
                        "pools": pools, "routes": [], "flows": [], "constraints": rules,
                        "components": [{"rate": 1, "variants": [{"parts": [{"rate": 1, "options": options}]}]}]},
            "proof": {"fixed": True, "ways": [[{"place": 0, "ways": []}]]}}
        def claim(pool, cost):
            placement = {"components": [[0, [pool]]], "counts": [0, 0]}
            certificate["claim"] = {"status": "optimal", "objective": cost, "placement": placement}
        claim(1, 2.2)
        verify.verify(json.dumps(certificate))
        claim(0, 4)
        self.refused(certificate, "there is something better")
        certificate["claim"] = {"status": "infeasible"}
        self.refused(certificate, "there is something better")

    # -- the proof -------------------------------------------------------------------------

    def test_a_way_less(self):
        """What could be left out is left out: without any of the others a case is open."""
        total = 0
        for k, case in enumerate(cases(self.optimal["proof"])):
            for w in range(len(case.get("ways", ()))):
                total += 1
                if total > 80:
                    return
                certificate = copy.deepcopy(self.optimal)
                where = next(c for i, c in enumerate(cases(certificate["proof"])) if i == k)
                del where["ways"][w]
                self.refused(certificate, "is said to be closed|is missing|something better")

    def test_closed_too_early(self):
        for k, case in enumerate(cases(self.optimal["proof"])):
            if "ways" not in case or k > 60:
                continue
            certificate = copy.deepcopy(self.optimal)
            where = next(c for i, c in enumerate(cases(certificate["proof"])) if i == k)
            for key in ("ways", "zone", "count", "fixed", "place"):
                where.pop(key, None)
            self.refused(certificate, "is said to be closed")

    def test_other_prices(self):
        for factor in (0.1, 10):
            def scale(certificate):
                for case in cases(certificate["proof"]):
                    case["prices"] = {j: price * factor for j, price in case.get("prices", {}).items()}
            self.refused(self.changed(scale), "is said to be closed|is missing|something better")

    def test_one_other_price(self):
        """Of the bound that closes a case, and nothing else. Now and then it closes it as well."""
        seen = believed = 0
        for k, case in enumerate(cases(self.optimal["proof"])):
            if "ways" in case or not case.get("prices") or seen >= 20:
                continue
            seen += 1
            certificate = copy.deepcopy(self.optimal)
            where = next(c for i, c in enumerate(cases(certificate["proof"])) if i == k)
            where["prices"] = {j: price * 3 for j, price in where["prices"].items()}
            try:
                verify.verify(json.dumps(certificate))
                believed += 1
            except Refused as refused:
                self.assertIn("is said to be closed", str(refused))
        self.assertGreater(seen, 10)
        self.assertLess(believed, seen / 3)

    def test_a_price_below_nothing(self):
        def sink(certificate):
            case = next(c for c in cases(certificate["proof"]) if c.get("prices"))
            case["prices"][next(iter(case["prices"]))] = -1e-9
        self.refused(self.changed(sink), "a price is out of range", Malformed)

    def test_a_count_split_elsewhere(self):
        case = next((c for c in cases(self.optimal["proof"]) if "count" in c), None)
        self.assertIsNotNone(case)
        def split(certificate):
            next(c for c in cases(certificate["proof"]) if "count" in c)["most"] = 77
        self.refused(self.changed(split), "is split outside of its range")

    def test_hardware_that_is_not_fixed(self):
        def fix(certificate):
            certificate["proof"] = {"fixed": True, "ways": [[{}]], "prices": certificate["proof"].get("prices", {})}
        self.refused(self.changed(fix), "is said to be fixed")

    def test_only_the_largest_counts(self):
        self.refused(self.changed(lambda c: c.update(fullest=True)), "largest counts only")
        certificate = next(json.loads(line) for line in lines if '"fullest":true' in line)
        verify.verify(json.dumps(certificate))
        certificate["problem"]["constraints"].append({"metric": "cost", "at_most": 1e9, "name": "budget"})
        self.refused(certificate, "might break `budget`")

    def test_a_limit_below_what_may_be_paid(self):
        certificate = next(json.loads(line) for line in lines
                           if '"infeasible"' in line and '"prices"' in line)
        certificate["limit"] = 1e-6
        self.refused(certificate, "are looked for below")

    # -- files that are none ---------------------------------------------------------------

    def test_hostile_text(self):
        text = json.dumps(self.optimal)
        for end in range(0, len(text), len(text) // 100):
            with self.assertRaises(Malformed):
                verify.verify(text[:end])
        for hostile in ("", "null", "[]", "7", '"sprint.certificate"', "[" * 100000, '{"proof":' * 100000, "\x00",
                        text.replace('"objective": ', '"objective": NaN, "was": '),
                        text.replace('"objective": ', '"objective": 1e999, "was": '),
                        text.replace('"objective": ', '"objective": -1, "was": '),
                        text.replace('"version": 2', '"version": 1')):
            with self.assertRaises(Malformed, msg=hostile[:60]):
                verify.verify(hostile)

    def test_hostile_proof(self):
        proof = {}
        for _ in range(900):
            proof = {"zone": 0, "ways": [[None, proof]]}
        for deep in (proof, {"place": 0}, {"zone": 99}, {"count": 0, "ways": []}, {"count": -1}, [], None,
                     {"fixed": True, "ways": 3}, {"prices": {"x": 1}}, {"prices": {"9999": 1}}):
            with self.assertRaises((Malformed, Refused, RecursionError)):
                verify.verify(json.dumps(self.changed(lambda c: c.update(proof=deep))))

    def test_anything_else_anywhere(self):
        """Each value in turn replaced by something else: a verdict, and never another error."""
        draw = random.Random(7)
        others = [None, True, -1, 0, 1.5, 1e300, 10 ** 30, "x", [], {}, [[]], {"prices": 1}]
        for certificate in (self.optimal, self.infeasible, json.loads(lines[0]), json.loads(lines[1])):
            for _ in range(250):
                changed = copy.deepcopy(certificate)
                at = changed
                while True:
                    key = draw.choice(list(at) if isinstance(at, dict) else range(len(at)))
                    if not isinstance(at[key], (dict, list)) or not at[key] or draw.random() < 0.15:
                        at[key] = draw.choice(others)
                        break
                    at = at[key]
                try:
                    verify.verify(json.dumps(changed))
                except (Malformed, Refused):
                    pass


if __name__ == "__main__":
    program, schema = sys.argv.pop(1), sys.argv.pop(1)
    lines = subprocess.run([program, str(RANDOM), str(CUT)], check=True, stdout=subprocess.PIPE,
                           text=True).stdout.splitlines()
    unittest.main()
