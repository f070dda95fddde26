#!/usr/bin/env python3
"""transcript.py [--accept] SPRINT ROOT FILE...   runs the commands of a transcript and compares.

A transcript is a text of commands with what they print and their exit code:

    $ sprint why examples/laptop/laptop.sprint Detect
    Detect is on cloud.vm as tiny   (optimal, 0.102 EUR/h)
    [exit 2]

The exit code is written when it is not 0. Commands run in ROOT; both outputs are taken, in
the order stdout, stderr. `SPRINT` is the program to run. Times of this machine are
shown as `# s`, and long fractions in four digits. Lines that begin with `%%` are comments and kept.
"""
import difflib
import os
import re
import shlex
import subprocess
import sys


def run(command, sprint, root):
    words = shlex.split(command)
    if words[0] != "sprint":
        sys.exit(f"a transcript runs only sprint, not {words[0]}")
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([sprint] + words[1:], cwd=root, env=environment, text=True,
                          capture_output=True, timeout=120)
    text = done.stdout + done.stderr
    text = re.sub(r"(events in )[0-9.]+ s", r"\1# s", text)
    text = re.sub(r'("seconds": )[0-9.e-]+', r"\1#", text)
    text = re.sub(r"( nodes, )[0-9.]+ m?s\)", r"\1# s)", text)
    text = re.sub(r"\b\d+\.\d{6,}(e-?\d+)?", lambda number: f"{float(number[0]):.4g}", text)
    lines = [line.rstrip() for line in text.splitlines()]
    if done.returncode != 0:
        lines.append(f"[exit {done.returncode}]")
    return lines


def main():
    arguments = sys.argv[1:]
    accept = arguments[0] == "--accept"
    sprint, root, *files = arguments[1:] if accept else arguments
    good = True
    for path in files:
        with open(path, encoding="utf-8") as file:
            was = file.read().splitlines()
        now = []
        for line in was:
            if line.startswith("%%"):
                now.append(line)
            if line.startswith("$ "):
                now += [line] + run(line[2:], os.path.abspath(sprint), root)
        if was == now:
            continue
        print("\n".join(difflib.unified_diff(was, now, path, "now", lineterm="")))
        if accept:
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(now) + "\n")
        else:
            good = False
    sys.exit(0 if good else 1)


main()
