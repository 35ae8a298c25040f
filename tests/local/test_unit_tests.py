"""Cargo runs the tests that a crate has inside: `test = false` in its manifest would leave them out unnoticed."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CRATES = sorted(manifest.parent for part in ("shared", "functions") for manifest in ROOT.glob(f"{part}/*/Cargo.toml"))
CRATES += [ROOT / "testing", ROOT / "tests"]


def has_tests(crate: Path) -> bool:
    return any("#[cfg(test)]" in path.read_text() for path in (crate / "src").rglob("*.rs"))


def runs_tests(crate: Path) -> bool:
    _, _, library = (crate / "Cargo.toml").read_text().partition("\n[lib]\n")
    return "test = false" not in library.partition("\n[")[0].splitlines()


def test_both_kinds_are_found():
    assert {runs_tests(crate) for crate in CRATES} == {has_tests(crate) for crate in CRATES} == {True, False}


def test_each_crate_with_tests_inside_has_them_run():
    assert [crate.name for crate in CRATES if has_tests(crate) and not runs_tests(crate)] == []
