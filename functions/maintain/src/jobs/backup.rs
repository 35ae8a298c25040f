//! Keeps what the directory lists, because a user pool has no backup of its own.
//!
//! | key in the bucket of backups | holds |
//! | -- | -- |
//! | `accounts/<when the list began>/<digest>.jsonl` | the accounts of one page of the list, one a line |
//! | `accounts/<when the list began>/complete` | nothing: the list was read to its end |
//! | `licences/<day>/<digest>.jsonl` | the names of accounts with a SEED licence, one a line |
//!
//! The digest is that of the bytes, so a page that is read twice is kept once. `infra/accounts.py` reads them.

use directory::{AccountStatus, Attributes, ListedAccount};
use domain::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{AnyError, Deps};

/// One account, with enough to create it again.
#[derive(Serialize)]
struct KeptAccount<'a> {
    name: &'a str,
    status: &'static str,
    attributes: &'a Attributes,
}

/// One account that has a licence.
#[derive(Serialize)]
struct KeptLicence<'a> {
    name: &'a str,
}

/// Keeps a page of the list of all accounts that began at `began`.
pub(super) async fn keep_accounts(deps: &Deps, began: Timestamp, page: &[ListedAccount]) -> Result<(), AnyError> {
    let kept = page.iter().map(|ListedAccount { found, status, attributes, .. }| KeptAccount {
        name: &found.account.directory_id,
        status: status_name(*status),
        attributes,
    });
    put(deps, &folder(began), kept).await
}

/// Notes that the list of all accounts that began at `began` is kept to its end.
pub(super) async fn complete(deps: &Deps, began: Timestamp) -> Result<(), AnyError> {
    Ok(deps.backups.put(&format!("{}/complete", folder(began)), Vec::new()).await?)
}

/// Keeps a page of the accounts with a licence.
pub(super) async fn keep_licences(deps: &Deps, page: &[ListedAccount]) -> Result<(), AnyError> {
    let now = deps.clock.now().to_string();
    let day = now.split_once('T').map_or(now.as_str(), |(day, _)| day);
    let kept = page.iter().map(|listed| KeptLicence { name: &listed.found.account.directory_id });
    put(deps, &format!("licences/{day}"), kept).await
}

fn folder(began: Timestamp) -> String {
    format!("accounts/{began}")
}

async fn put(deps: &Deps, folder: &str, lines: impl Iterator<Item = impl Serialize>) -> Result<(), AnyError> {
    let mut bytes = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut bytes, &line)?;
        bytes.push(b'\n');
    }
    if bytes.is_empty() {
        return Ok(());
    }
    let digest = base16ct::lower::encode_string(&Sha256::digest(&bytes));
    Ok(deps.backups.put(&format!("{folder}/{digest}.jsonl"), bytes).await?)
}

fn status_name(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Pending => "PENDING",
        AccountStatus::SignedIn => "SIGNED_IN",
        AccountStatus::Disabled => "DISABLED",
        AccountStatus::Gone => "GONE",
    }
}
