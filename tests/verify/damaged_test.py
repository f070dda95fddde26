#!/usr/bin/env python3
"""damaged_test.py CERTIFICATES   proofs of other problems: of certificates that hold, the problem, the
proof or both are changed at random, and what is then still believed must be so, as trying everything
shows. CERTIFICATES as in verify_test.py; SPRINT_SEEDS sets how many are changed."""
import copy
import itertools
import json
import math
import os
import random
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import verify  # noqa: E402
from model import Model, Moves, objective  # noqa: E402
from reading import Malformed, Placement, Problem, Refused, figure  # noqa: E402

RANDOM, CHANGED = 120, int(os.environ.get("SPRINT_SEEDS", 1500))
MOST_TRIED = 3000
lines = []


def moves_of(certificate):
    if "moves" not in certificate:
        return Moves()
    return Moves(verify.Before(certificate["moves"]), figure(certificate["moves"].get("price"), "the price"))


class Everything:
    """All placements of a problem, but for instances that nobody uses."""

    def __init__(self, problem):
        self.problem = problem
        self.ways = [[(v, pools) for v, variant in enumerate(variants)
                      for pools in itertools.product(*([o.pool for o in part.options] for part in variant.parts))]
                     for variants in problem.components]

    def size(self):
        return math.prod(len(ways) for ways in self.ways) * math.prod(pool.max + 1 for pool in self.problem.pools)

    def least(self, moves):
        model, found, least = Model(self.problem), copy.copy(self), math.inf
        for chosen in itertools.product(*self.ways):
            found.variant, found.pools = zip(*chosen)
            used = set(itertools.chain(*found.pools))
            counts = (range(max(pool.idle, 1), pool.max + 1) if j in used and not pool.function else (pool.idle,)
                      for j, pool in enumerate(self.problem.pools))
            for found.count in itertools.product(*counts):
                try:
                    least = min(least, objective(model, found, moves))
                except Refused:
                    pass
        return least


class Vandal:
    def __init__(self, draw):
        self.draw = draw

    def change(self, certificate):
        kind = self.draw.random()
        for _ in range(self.draw.choice((1, 1, 2, 3))):
            if kind < 0.4 or kind > 0.95:
                self.anything(certificate["problem"])
            elif kind < 0.8:
                self.rule(certificate["problem"]["constraints"])
            if kind > 0.8:
                self.anything(certificate["proof"])
        if self.draw.random() < 0.1:
            certificate["fullest"] = not certificate["fullest"]
        if "limit" in certificate and self.draw.random() < 0.5:
            certificate["limit"] = 1e12

    def anything(self, at):
        """One value somewhere, by another of its kind."""
        while True:
            keys = [key for key in at if key != "name"] if isinstance(at, dict) else range(len(at))
            if not keys:
                return
            key = self.draw.choice(keys)
            value = at[key]
            if not isinstance(value, (dict, list)) or not value or self.draw.random() < 0.08:
                break
            at = value
        if isinstance(value, bool):
            at[key] = not value
        elif isinstance(value, int):
            at[key] = max(0, value + self.draw.choice((-1, 1, 2)))
        elif isinstance(value, float):
            at[key] = value * self.draw.choice((0, 0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2, 10))
        elif isinstance(at, list) and self.draw.random() < 0.4:
            at.insert(key, copy.deepcopy(value))
        elif isinstance(at, list) or value is None or isinstance(value, (dict, list)):
            del at[key]

    def rule(self, rules):
        """A constraint less, tighter, looser, turned round, preferred instead of required, or more."""
        kind = self.draw.randrange(6)
        if kind == 0:
            rules.append({"metric": self.draw.choice(("cost", "energy", "carbon")), "at_most": self.draw.uniform(0.5, 5)})
        elif rules:
            at = self.draw.randrange(len(rules))
            rule, side = rules[at], next((key for key in ("at_most", "at_least") if key in rules[at]), None)
            if kind == 1:
                del rules[at]
            elif kind == 2:
                rule["weight"] = self.draw.uniform(0.01, 2)
            elif kind == 3:
                rule.pop("weight", None)
            elif side and rule[side] is not None:
                if kind == 4:
                    rule[{"at_most": "at_least", "at_least": "at_most"}[side]] = rule.pop(side)
                else:
                    rule[side] *= self.draw.choice((0.5, 0.8, 0.95, 1.05, 1.3, 2, 5))


class Damaged(unittest.TestCase):
    def test_what_is_believed_is_so(self):
        draw = random.Random(1)
        small = [c for c in map(json.loads, lines) if Everything(Problem(c["problem"])).size() <= MOST_TRIED]
        believed = told = 0
        for seed in range(CHANGED):
            certificate = copy.deepcopy(draw.choice(small))
            Vandal(draw).change(certificate)
            claim = certificate["claim"]
            try:
                problem, moves = Problem(certificate["problem"]), moves_of(certificate)
                # The cost must not give it away.
                if claim["status"] == "optimal":
                    claim["objective"] = objective(Model(problem), Placement(claim["placement"], problem), moves)
                verify.verify(json.dumps(certificate))
            except (Malformed, Refused):
                told += 1
                continue
            everything = Everything(problem)
            if everything.size() > 2 * MOST_TRIED:
                continue
            believed += 1
            least = everything.least(moves)
            with self.subTest(seed=seed, claim=claim["status"]):
                if claim["status"] == "optimal":
                    self.assertGreaterEqual(least, claim["objective"] * (1 - 1e-7))
                else:
                    self.assertEqual(least, math.inf)
        # Both kinds must be there for this to mean anything.
        self.assertGreater(believed, CHANGED / 5)
        self.assertGreater(told, CHANGED / 5)


if __name__ == "__main__":
    lines = subprocess.run([sys.argv.pop(1), str(RANDOM), "0"], check=True, stdout=subprocess.PIPE,
                           text=True).stdout.splitlines()
    unittest.main()
