#!/usr/bin/env python3
"""transcript.py [--accept] SPRINT ROOT FILE...   runs the commands of a transcript and compares.

A transcript is a text of commands with what they print and their exit code:

    $ sprint why examples/laptop/laptop.sprint Detect
    Detect is on cloud.vm as tiny   (optimal, 0.102 EUR/h)
    [exit 2]

The exit code is written when it is not 0. Commands run in ROOT; both outputs are taken, in
the order stdout, stderr. `SPRINT` is the program to run. What a transcript says is the same on
every machine: home, settings and states are those of a folder made for it, and nothing of the
caller's environment is passed on. Times of this machine are shown as `# s`, and long fractions
in four digits. Lines that begin with `%%` are comments and kept.
"""
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile


def environment_in(home):
    """Of somebody who has used nothing yet and lives in `home`."""
    return {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "HOME": home,
        **{f"XDG_{name}_HOME": os.path.join(home, name.lower())
           for name in ("CONFIG", "CACHE", "DATA", "STATE")},
        "SPRINT_STATE": f"sqlite:{home}/states.db",
        "SPRINT_WORKSPACE": "default",
        "SPRINT_PROVIDER_PATH": home,
    }


def run(command, sprint, root, environment):
    words = shlex.split(command)
    if words[0] != "sprint":
        sys.exit(f"a transcript runs only sprint, not {words[0]}")
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
        with tempfile.TemporaryDirectory(prefix="sprint-transcript-") as home:
            for line in was:
                if line.startswith("%%"):
                    now.append(line)
                if line.startswith("$ "):
                    now += [line] + run(line[2:], os.path.abspath(sprint), root,
                                        environment_in(home))
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
