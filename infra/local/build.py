"""Builds every function with one run of Cargo, and lays each binary where the template's CodeUri looks for it."""

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

from stack import BUILD, ROOT, step, stop


def functions() -> list[str]:
    return sorted(folder.parent.name for folder in (ROOT / "functions").glob("*/Cargo.toml"))


def build() -> None:
    """For this machine's own processor: the emulator runs functions as processes."""
    if shutil.which("cargo") is None:
        stop("Rust is missing: install rustup, open a new shell and run this again (rust-toolchain.toml names the version).")
    with step("build"):
        if subprocess.run(["cargo", "build", "--release", "--locked", "--bins"], cwd=ROOT).returncode != 0:
            stop("The functions do not build; Cargo's message is above.")
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        for name in functions():
            built, laid = target / "release" / name, BUILD / name / "bootstrap"
            # An untouched file keeps its time and so its checksum in the package: nothing is uploaded twice.
            if not laid.exists() or not filecmp.cmp(built, laid, shallow=False):
                laid.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(built, laid)


if __name__ == "__main__":
    build()
