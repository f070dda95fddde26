#!/usr/bin/env python3
"""published.py SPRINT [--match TEXT] [--overload X]   published placement problems: imported, planned
with a certificate, and the certificate checked. Then each at X requests/s, where nothing holds any
more, which is checked as well. Those of 10 and 15 components want a release build."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e/space4ai")]

import round_trip  # noqa: E402
import verify  # noqa: E402
from reading import Malformed, Refused  # noqa: E402


class Wrong(Exception):
    pass


def certified(sprint, folder, system, rate, status):
    """What is said of it, the size of its certificate, and the seconds to make and to check it."""
    program, file = folder / "out.sprint", folder / "certificate.json"
    file.unlink(missing_ok=True)
    subprocess.run([sprint, "import", "space4ai", str(system), *(["--lambda", str(rate)] if rate else []), "-o",
                    str(program)], check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    done = subprocess.run([sprint, "plan", str(program), "--json", "--certificate", str(file)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    made = time.monotonic() - began
    if done.returncode not in ((0, 2) if status == "optimal" else (1,)):
        raise Wrong(f"exit {done.returncode}: {done.stderr[-300:]}")
    plan = json.loads(done.stdout)["placement"]
    if plan["status"] != status:
        raise Wrong(f"the plan is {plan['status']}")
    text = file.read_text()
    began = time.monotonic()
    told, cases = verify.verify(text)
    checked = time.monotonic() - began
    if told.split(":")[0] != status or cases != plan["certificate_cases"]:
        raise Wrong(f"the certificate says {told} in {cases} cases, the plan {plan['certificate_cases']}")
    if status == "optimal":
        said = json.loads(text)["claim"]["objective"] * 3600
        if abs(said - plan["cost"]) > 1e-9 * plan["cost"]:
            raise Wrong(f"the certificate is of {said}, the plan of {plan['cost']}")
    done = subprocess.run([sprint, "plan", str(program), "--certificate", str(file)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    proves = "no placement is cheaper" if status == "optimal" else "there is no placement"
    if f"\nProof that {proves}, in {cases} cases: {file}\n" not in done.stdout:
        raise Wrong(f"people are told {done.stdout}")
    if file.read_text() != text:
        raise Wrong("the same problem has another certificate")
    return f"{told}; {cases} cases, {len(text) / 1000:.0f} kB, planned in {made:.1f} s, checked in {checked:.1f} s"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sprint")
    parser.add_argument("--match", default="")
    parser.add_argument("--overload", type=float)
    asked = parser.parse_args()
    sprint = os.path.abspath(asked.sprint)
    sys.setrecursionlimit(verify.DEPTH)
    wrong = checked = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        data = round_trip.unpacked(folder)
        for system in sorted(data.rglob("system_description*.json")):
            name = str(system.relative_to(data))
            if asked.match not in name or name.startswith("DTSolutions"):
                continue
            runs = [(round_trip.Loads.get(name, round_trip.Published), "optimal")]
            if asked.overload:
                runs.append((asked.overload, "infeasible"))
            for rate, status in runs:
                try:
                    told = certified(sprint, folder, system, rate, status)
                    checked += 1
                except (Wrong, Refused, Malformed, OSError) as error:
                    wrong += 1
                    told = f"WRONG: {error}"
                print(f"{name} at {rate}: {told}", flush=True)
    print(f"{checked} certificates hold, {wrong} wrong")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
