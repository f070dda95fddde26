#!/usr/bin/env python3
"""tests/docs.py SPRINT [--accept]   pages that are made from the program, and examples on the others.

Compares compiler/docs/{diagnostics,commands,stdlib}.md with what SPRINT and the library say now
(--accept writes them). Checks every ```sprint block of the other pages: a whole program, formatted,
without a diagnostic, or with the code that stands behind the word (```sprint E0303). Runs the commands
of every ```console block in an empty folder that has examples/, and compares what they print; `...`
stands for any lines, and times and counts of search nodes may differ."""
import difflib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "compiler" / "docs"
MADE = "<!-- Made by tests/docs.py: do not edit. -->\n\n"


def run(*words, **options):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=60, **options)


def diagnostics(sprint):
    pages = json.loads(run(sprint, "explain", "--json").stdout)
    out = "# Diagnostics\n\n" + MADE + "What each code means, with a program that has the mistake and one that "
    out += "has not. `sprint explain CODE`\nshows the same.\n\n"
    for page in pages:
        out += f"- [{page['code']}](#{page['code'].lower()}) {page['title']}\n"
    for page in pages:
        out += f"\n## {page['code']}\n\n**{page['title']}** ({page['name']})\n\n{page['meaning'].strip()}\n"
        for key, title in (("wrong", "Wrong"), ("right", "Right")):
            if page[key].strip():
                out += f"\n{title}:\n\n````\n{page[key].strip(chr(10))}\n````\n"
    return out


def commands(sprint, *verb):
    help_text = run(sprint, *verb, "--help").stdout
    title = "# The command\n\n" + MADE if not verb else f"\n#{'#' * len(verb)} sprint {' '.join(verb)}\n\n"
    out = f"{title}```\n{help_text.strip()}\n```\n"
    below = re.findall(r"^  ([a-z]+) {3,}", "".join(help_text.split("Subcommands:")[1:]), re.M)
    return out + "".join(commands(sprint, *verb, name) for name in below)


def stdlib(_):
    out = "# The standard library\n\n" + MADE + "Modules in the language itself, in `stdlib/`: "
    out += "`import std.local`, then `local.Slice`.\n"
    for module in sorted((ROOT / "stdlib").glob("*.sprint")):
        out += f"\n## std.{module.stem}\n\n"
        doc = []
        for line in module.read_text().splitlines():
            if line.startswith("///"):
                doc.append(line[3:].strip())
                continue
            declared = re.match(r"([a-z_]+) (\w+)( =.*)?", line)
            if declared and declared[1] not in ("import", "provider"):
                out += f"- **{module.stem}.{declared[2]}** ({declared[1].replace('_', ' ')}): {' '.join(doc)}\n"
            elif not line.strip() and doc:
                out += " ".join(doc) + "\n\n"
            doc = []
    return re.sub(r"\n{3,}", "\n\n", out)


def check_made(sprint, accept):
    good = True
    for name, make in (("diagnostics", diagnostics), ("commands", commands), ("stdlib", stdlib)):
        path, now = DOCS / f"{name}.md", make(sprint)
        was = path.read_text() if path.exists() else ""
        if was == now:
            continue
        sys.stdout.writelines(difflib.unified_diff(was.splitlines(True), now.splitlines(True), str(path), "now"))
        if accept:
            path.write_text(now)
        else:
            good = False
    return good


def check_program(sprint, page, code, text):
    told = json.loads(run(sprint, "check", "--json", "page.sprint").stdout)
    codes = [d["code"] for d in told]
    good = codes == [] if not code else code in codes
    if not good:
        print(f"{page}: expected {code or 'no diagnostic'}, got {json.dumps(told, indent=1)} of:\n{text}")
    if run(sprint, "fmt", "--check", "page.sprint").returncode != 0:
        print(f"{page}: not formatted:\n{text}")
        good = False
    return good


def same(text):
    text = re.sub(r"\d+ nodes, [\d.]+ m?s", "N nodes, T", text)
    return [line.rstrip() for line in text.strip().splitlines()]


def matches(expected, printed):
    if not expected:
        return not printed
    if expected[0] == "...":
        return any(matches(expected[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and expected[0] == printed[0] and matches(expected[1:], printed[1:])


def check_console(sprint, page, text):
    good = True
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        path = f"{pathlib.Path(sprint).parent}:{os.environ['PATH']}"
        ran = run("sh", "-c", command + " 2>&1", env={**os.environ, "PATH": path})
        if not matches(same(expected), same(ran.stdout)):
            print(f"{page}: `{command}` prints:\n{ran.stdout}")
            good = False
    return good


def check_pages(sprint):
    good = True
    pages = [ROOT / "README.md", DOCS / "language.md", *ROOT.glob("*/README.md"), *ROOT.glob("examples/*/README.md")]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        # Of a home of their own; the first plan of a program with secrets says there where
        # it has put a new key, which no page shows.
        os.environ["HOME"] = folder
        os.environ.pop("XDG_CONFIG_HOME", None)
        shutil.copy(ROOT / "examples/mask-detection/mask-detection.sprint", "first.sprint")
        run(sprint, "plan", "first.sprint")
        for page in pages:
            text = page.read_text()
            for code, program in re.findall(r"^```sprint *(\S*)\n(.*?)^```", text, re.S | re.M):
                pathlib.Path("page.sprint").write_text(program)
                good = check_program(sprint, page, code, program) and good
            for commands_block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
                shutil.rmtree("examples", ignore_errors=True)
                for example in filter(pathlib.Path.is_file, (ROOT / "examples").glob("*/*.sprint")):
                    copy = pathlib.Path(*example.relative_to(ROOT).parts)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(example, copy)
                good = check_console(sprint, page, commands_block) and good
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
                if "://" not in target and not (page.parent / target).exists():
                    print(f"{page}: there is no {target}")
                    good = False
        os.chdir(ROOT)
    return good


def main():
    sprint = pathlib.Path(sys.argv[1]).resolve()
    good = check_made(sprint, "--accept" in sys.argv[2:])
    return 0 if check_pages(sprint) and good else 1


sys.exit(main())
