"""Compares every #include of a library with the dependencies it declares.

CMake refuses a dependency on a higher layer; it cannot see an #include of a library
that was never declared, because the root is on everybody's include path. This can.
usage: check_layers.py ROOT LAYERS_FILE   (one line a library: name folder layer deps...)
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def reach(name, direct):
    """All libraries that `name` may use: its dependencies and theirs."""
    seen, todo = set(), list(direct[name])
    while todo:
        dep = todo.pop()
        if dep not in seen:
            seen.add(dep)
            todo += direct.get(dep, [])
    return seen


def main(root, layers_file):
    direct, folders = {}, {}
    for line in pathlib.Path(layers_file).read_text().splitlines():
        name, folder, _, *deps = line.split()
        direct[name] = deps
        folders.setdefault(folder, []).append(name)
    wrong, includes = [], 0
    for folder, names in folders.items():
        allowed = {folder}
        for name in names:
            allowed |= {f for f, libs in folders.items() if reach(name, direct) & set(libs)}
        for path in sorted(pathlib.Path(root, folder).glob("*.[ch]*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            for target in INCLUDE.findall(path.read_text()):
                into = str(pathlib.PurePosixPath(target).parent)
                includes += 1
                if into in folders and into not in allowed:
                    wrong.append(f"{path.relative_to(root)}: includes {target}, not declared")
    for line in wrong:
        print(line)
    print(f"{includes} includes of {len(direct)} libraries, {len(wrong)} not declared")
    return 1 if wrong or not includes else 0


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
sys.exit(main(sys.argv[1], sys.argv[2]))
