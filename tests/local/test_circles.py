"""No file of a Rust crate imports, through however many others, itself: what is below does not know what is above.

A re-export (`pub use`) is no import: the file that re-exports says only where something is.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CRATES = sorted(manifest.parent for part in ("shared", "functions") for manifest in ROOT.glob(f"{part}/*/Cargo.toml"))
CRATES += [ROOT / "testing"]

Module = tuple[str, ...]


class Crate:
    """The modules of a crate, and what each imports and re-exports."""

    def __init__(self, source: Path):
        self.files: dict[Module, Path] = {module_of(source, file): file for file in source.rglob("*.rs")}
        texts = {module: without_tests(file.read_text()) for module, file in self.files.items()}
        self.exports = {module: named(text, is_export=True) for module, text in texts.items()}
        self.imports = {module: named(text, is_export=False) for module, text in texts.items()}

    def edges(self) -> dict[Module, set[Module]]:
        found = {}
        for module, paths in self.imports.items():
            targets = {self.resolve(module, path) for path in paths}
            found[module] = {target for target in targets if target is not None and target != module}
        return found

    def resolve(self, module: Module, path: list[str]) -> Module | None:
        """The module in which what a path names is defined; none where it is of another crate."""
        head, *rest = path
        if head == "crate":
            return self.descend((), rest)
        if head == "self":
            return self.descend(module, rest)
        if head == "super":
            return self.resolve(module[:-1], ["self", *rest] if not rest or rest[0] != "super" else rest)
        return self.descend(module, path) if (*module, head) in self.files else None

    def descend(self, module: Module, path: list[str]) -> Module:
        for place, name in enumerate(path):
            if (*module, name) in self.files:
                module = (*module, name)
                continue
            exported = [export for export in self.exports[module] if export[-1] == name]
            target = self.resolve(module, exported[0]) if exported and path[place:] != exported[0] else None
            return module if target is None else target
        return module


def module_of(source: Path, file: Path) -> Module:
    parts = file.relative_to(source).with_suffix("").parts
    return parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts


def without_tests(text: str) -> str:
    text = re.sub(r"//[^\n]*", "", text)
    return text.split("#[cfg(test)]\nmod tests {")[0]


def named(text: str, *, is_export: bool) -> list[list[str]]:
    """The paths that `use` names, with groups written out."""
    found = []
    for export, tree in re.findall(r"^[ \t]*(pub(?:\([^)]*\))? )?use ([^;]+);", text, re.MULTILINE):
        if bool(export) == is_export:
            found += [path.split("::") for path in expand("".join(tree.split()).replace("as_", "as _"))]
    return found


def expand(tree: str) -> Iterator[str]:
    """`a::{b, c::{d}}` is `a::b` and `a::c::d`."""
    start = tree.find("{")
    if start < 0:
        yield re.sub(r"as\s?_?\w*$", "", tree) if " as " in tree else tree
        return
    depth, begin = 0, start + 1
    for place in range(start, len(tree)):
        depth += {"{": 1, "}": -1}.get(tree[place], 0)
        if (depth == 1 and tree[place] == ",") or depth == 0:
            if part := tree[begin:place]:
                yield from (tree[:start] + rest for rest in expand(part))
            begin = place + 1
        if depth == 0:
            return


def circle_in(edges: dict[Module, set[Module]]) -> list[Module] | None:
    """A way that ends where it began, if there is one."""
    done: set[Module] = set()

    def walk(module: Module, way: list[Module]) -> list[Module] | None:
        if module in way:
            return [*way[way.index(module) :], module]
        if module in done:
            return None
        for target in sorted(edges.get(module, ())):
            if circle := walk(target, [*way, module]):
                return circle
        done.add(module)
        return None

    return next((circle for module in sorted(edges) if (circle := walk(module, []))), None)


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_no_file_imports_itself(crate):
    circle = circle_in(Crate(crate / "src").edges())
    assert circle is None, " -> ".join("::".join(("crate", *module)) for module in circle)


def test_a_circle_would_be_found(tmp_path):
    files = {
        "lib.rs": "mod a;\nmod b;\npub use b::Thing;",
        "a.rs": "use crate::{Thing, other};\npub struct A;",
        "b/mod.rs": "mod c;\nuse c::C;\npub struct Thing;",
        "b/c.rs": "use super::super::a::{A as _};\npub struct C;",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert circle_in(Crate(tmp_path).edges()) == [("a",), ("b",), ("b", "c"), ("a",)]
    (tmp_path / "b/c.rs").write_text("pub struct C;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}")
    assert circle_in(Crate(tmp_path).edges()) is None
