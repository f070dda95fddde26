"""Compares every C++ file with what clang-format makes of it. Mended by: check_format.py ROOT --fix

usage: check_format.py ROOT [--fix]
"""
import pathlib
import shutil
import subprocess
import sys

FOLDERS = ["compiler", "engine", "grammar", "providers", "tests", "examples"]
SKIPPED = 77  # as CTest is told


def main(root, fix):
    program = shutil.which("clang-format-14")
    if not program:
        print("skipped: clang-format-14 is not installed")
        return SKIPPED
    files = sorted(path for folder in FOLDERS for path in pathlib.Path(root, folder).rglob("*")
                   if path.suffix in (".h", ".cpp"))
    if not files:
        print(f"no C++ file below {root}")
        return 1
    how = ["-i"] if fix else ["--dry-run", "-Werror"]
    code = subprocess.run([program, *how, *files], check=False).returncode
    print(f"{len(files)} files")
    return 1 if code else 0


if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--fix"]):
    sys.exit(__doc__.strip())
sys.exit(main(sys.argv[1], "--fix" in sys.argv))
