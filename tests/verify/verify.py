#!/usr/bin/env python3
"""verify.py FILE...   checks certificates of placements (compiler/docs/certificate.schema.json).

Nothing here comes from the engine: the model is written down once more, from its description, and
the search is not needed. Of each file it checks that
- the placement keeps every rule of the problem and costs what is said,
- the cases of the proof cover everything there is to choose from,
- each case is closed rightly: no placement in it is cheaper by more than 1e-9 of the cost.
Exit code 0: all hold; 1: one is refused, and the line says why; 2: one is no certificate."""
import math
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from model import CLOSE, Model, Moves, objective  # noqa: E402
from proof import Verifier  # noqa: E402
from reading import Malformed, Placement, Problem, Refused, figure, load, member  # noqa: E402

FORMAT, VERSION = "sprint.certificate", 2
# Cases nest; each level of theirs is three of JSON.
DEPTH = 5000


def verify(text):
    """What is certified, in words, and how many cases it takes. Raises Refused or Malformed."""
    certificate = load(text)
    if not isinstance(certificate, dict) or certificate.get("format") != FORMAT:
        raise Malformed("not a certificate of sprint")
    if certificate.get("version") != VERSION:
        raise Malformed(f"version {str(certificate.get('version'))[:20]} is not known here")
    problem = Problem(member(certificate, "problem", dict, "the certificate"))
    claim = member(certificate, "claim", dict, "the certificate")
    status = member(claim, "status", str, "the claim")
    moves = Moves()
    if "moves" in certificate:
        raw = member(certificate, "moves", dict, "the certificate")
        moves = Moves(Before(raw), figure(raw.get("price"), "the price of a move"))
    model = Model(problem)
    fullest = member(certificate, "fullest", bool, "the certificate")
    enough, limit = math.inf, None
    if status == "optimal":
        said = figure(claim.get("objective"), "the objective")
        placement = Placement(member(claim, "placement", dict, "the claim"), problem)
        real = objective(model, placement, moves)
        if abs(said - real) > CLOSE * max(abs(real), 1e-12):
            raise Refused(f"the cost is said to be {said:.12g}, and is {real:.12g}")
        if fullest:
            raise Refused("the cheapest is not looked for among the largest counts only")
        enough = said * (1 - CLOSE)
        told = f"optimal: {said:.9g}"
    elif status == "infeasible":
        # Bounds may end right at the limit, and sums differ in their last digits.
        limit = figure(certificate.get("limit"), "the limit") * (1 - CLOSE)
        enough = limit
        told = "infeasible"
    else:
        raise Malformed("the claim is of no known kind")
    verifier = Verifier(model, moves, enough, limit_on_goal(problem, moves), limit, fullest)
    verifier.run(certificate.get("proof"))
    return told, told_cases(certificate["proof"])


def told_cases(case):
    """What was never looked at may be anything."""
    ways = case.get("ways") if isinstance(case, dict) else None
    return 1 + sum(told_cases(way[-1]) for way in ways if isinstance(way, list) and way) if isinstance(ways, list) else 1


class Before:
    """Where parts ran; of another program perhaps, so that nothing of it need exist now."""

    def __init__(self, raw):
        components = member(raw, "components", list, "the moves")
        for pair in components:
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], list):
                raise Malformed("the moves are no list of variants and pools")
        self.variant = [pair[0] for pair in components]
        self.pools = [pair[1] for pair in components]


def limit_on_goal(problem, moves):
    """Beyond a required limit on what is minimised there is nothing to look for. It says nothing of the
    price of missed preferences."""
    limit = math.inf
    for rule in problem.constraints:
        if rule.weight is None and rule.at_most and rule.metric == problem.goal and moves.price == 0:
            limit = min(limit, rule.bound + 2 * CLOSE * max(1e-9, abs(rule.bound)))
    return limit


def main():
    sys.setrecursionlimit(DEPTH)
    code = 0
    for name in sys.argv[1:] or sys.exit(__doc__):
        began = time.process_time()
        try:
            with open(name, encoding="utf-8") as file:
                told, cases = verify(file.read())
            print(f"{name}: {told}; {cases} cases, {time.process_time() - began:.1f} s", flush=True)
        except Refused as refused:
            code = max(code, 1)
            print(f"{name}: REFUSED: {refused}", flush=True)
        except (Malformed, OSError, UnicodeDecodeError, RecursionError) as error:
            code = 2
            print(f"{name}: NO CERTIFICATE: {error}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
