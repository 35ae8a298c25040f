//! Lists the built pages of `portal/dist`, so that the function has them inside its binary.
//!
//! Without them a debug build creates a function whose pages say so, because the Rust tests use pages of their own. A
//! release build fails, because it is deployed.
#![expect(clippy::disallowed_methods, reason = "this is how Cargo tells a build script where it is")]

use std::{
    env, fs,
    io::{Error, Result},
    path::{Path, PathBuf},
};

fn main() -> Result<()> {
    let variable = |name| env::var(name).map_err(Error::other);
    let dist = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../portal/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist.canonicalize()?, &mut files)?;
    } else if variable("PROFILE")? == "release" {
        println!("cargo::error=portal/dist is not there: run `make portal` first, which builds the pages.");
    } else {
        println!("cargo::warning=portal/dist is not there: this build has no pages. `make portal` builds them.");
    }
    files.sort();
    let root = dist.canonicalize().unwrap_or(dist);
    let entries: String = files
        .iter()
        .filter_map(|file| Some((file.strip_prefix(&root).ok()?.to_str()?, file.to_str()?)))
        .map(|(name, path)| format!("({name:?}, include_bytes!({path:?}).as_slice()),\n"))
        .collect();
    fs::write(Path::new(&variable("OUT_DIR")?).join("files.rs"), format!("&[\n{entries}]\n"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
