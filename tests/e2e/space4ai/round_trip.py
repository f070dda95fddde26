#!/usr/bin/env python3
"""round_trip.py SPRINT [--data DIR] [--checker FILE] [--match TEXT] [--only-example]
Problems of the SPACE4AI family through the command: import, plan, export in both shapes, and a
check of the solution that knows nothing of the engine. The worked example is here; DIR holds
published problems, as system_description*.json at any depth, with published solutions under
DTSolutions; without it they are those of tests/data. FILE is another checker, called as FILE
SYSTEM SOLUTION --lambda X."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import time

import checker

HERE = pathlib.Path(__file__).resolve().parent
Published = 1.8  # requests/s of the published solutions; some of the running example are not
Loads = {"RunningExample/system_description_scenario2.json": 7.5,
         "RunningExample/system_description_scenario3.json": 18.0}


def example(folder):
    """The system worked out by hand, from where the unit tests have it."""
    header = HERE.parents[1] / "unit/engine/exchange/example.h"
    text = re.search(r'R"\((.*?)\)"', header.read_text(), re.S).group(1)
    file = folder / "example.json"
    file.write_text(text)
    return file


def unpacked(folder):
    """The folder of the published problems, out of their archive."""
    to = folder / "published"
    with tarfile.open(HERE.parents[1] / "data/space4ai.tar.xz") as archive:
        archive.extractall(to)
    return to


def published_cost(data, name):
    """Of the shipped solution of a problem; None where there is none."""
    match = re.fullmatch(r"(.*)/(\d+)-components/system_description(\d+)\.json", name)
    if match:
        folder = f"{match[1]}/{match[2]}Components/Ins{match[3]}"
    else:
        scenario = re.search(r"scenario(\d+)", name)
        folder = f"RunningExample/7Components/Ins{scenario[1]}" if scenario else "nowhere"
    for file in sorted((data / "DTSolutions" / folder).glob("best_sol*.json")):
        return float(json.loads(file.read_text())["total_cost"])
    return None


class Trip:
    def __init__(self, sprint, folder, other):
        self.sprint, self.folder, self.other = sprint, folder, other

    def call(self, *arguments):
        done = subprocess.run([self.sprint, *arguments], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in (0, 2):
            raise checker.Wrong(f"sprint {arguments[0]} fails: {done.stderr[-500:]}")
        return done.stdout

    def go(self, system, rate):
        """Cost and status of the plan; checker.Wrong when anything along the way does not hold."""
        program = self.folder / "out.sprint"
        load = [] if rate is None else ["--lambda", str(rate)]
        self.call("import", "space4ai", str(system), *load, "-o", str(program))
        plan = json.loads(self.call("plan", str(program), "--json"))["placement"]
        description = json.loads(system.read_text())
        rate = rate or description["Lambda"]
        for shape in ([], ["--flat"]):
            file = self.folder / "solution.json"
            self.call("export", "space4ai", str(program), "--system", str(system), *shape,
                      "-o", str(file))
            solution = json.loads(file.read_text())
            cost = checker.check(description, rate, solution)
            checker.close("the plan's cost", plan["cost"], cost / description.get("Time", 1))
            if self.other:
                done = subprocess.run([sys.executable, self.other, str(system), str(file),
                                       "--lambda", str(rate)], text=True, stdout=subprocess.PIPE)
                said = json.loads(done.stdout)
                if done.returncode != 0:
                    raise checker.Wrong(f"the other checker refuses it: {said['violations']}")
                checker.close("the other checker's cost", said["cost"], cost)
        return cost, plan["status"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sprint")
    parser.add_argument("--data")
    parser.add_argument("--checker")
    parser.add_argument("--match", default="")
    parser.add_argument("--only-example", action="store_true")
    asked = parser.parse_args()
    asked.sprint = os.path.abspath(asked.sprint)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        problems = [("example", example(folder), None)]
        data = None
        if not asked.only_example:
            data = pathlib.Path(asked.data) if asked.data else unpacked(folder)
            names = [(str(file.relative_to(data)), file)
                     for file in sorted(data.rglob("system_description*.json"))]
            problems += [(name, file, Loads.get(name, Published)) for name, file in names
                         if not name.startswith(("DTSolutions", "example"))]
        trip = Trip(asked.sprint, folder, asked.checker)
        wrong = checked = 0
        for name, file, rate in problems:
            if asked.match not in name:
                continue
            began = time.monotonic()
            shipped = published_cost(data, name) if data else None
            try:
                cost, status = trip.go(file, rate)
                checked += 1
                note = f"{cost:.6f} {status}"
                if shipped is not None:
                    note += f", shipped {shipped:.6f}"
                    if cost > shipped * (1 + 1e-9):
                        raise checker.Wrong(f"costs {cost}, more than the shipped {shipped}")
            except checker.Wrong as error:
                wrong += 1
                note = f"WRONG: {error}"
            print(f"{name:58} {note}  ({time.monotonic() - began:.1f} s)", flush=True)
        print(f"{checked} solutions checked, {wrong} problems wrong")
        return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
