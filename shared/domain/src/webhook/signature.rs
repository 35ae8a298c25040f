//! Signed calls between systems: the device side signs its events for us, and we sign webhook events for agencies.
//!
//! The header [`SIGNATURE_HEADER`] is `t=<unix seconds>,v1=<hexadecimal>`, where `v1` is the HMAC-SHA256 of the
//! seconds, a full stop and the body as it was sent. While a secret is rotated there is a `v1` for each valid secret,
//! so the two sides need not change at the same moment. A signature is valid for [`SIGNATURE_WINDOW`] only.

use std::{fmt, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::Timestamp;

/// The header that carries a signature.
pub const SIGNATURE_HEADER: &str = "x-invite-signature";

/// How far the time of signing may be from the reader's clock, in both directions.
pub const SIGNATURE_WINDOW: Duration = Duration::from_secs(300);

/// Bytes of a secret at least: 256 bits in base64 or hexadecimal have more.
const SHORTEST: usize = 32;

/// Signatures that are read from one header at most: two secrets are valid at a time.
const MOST: usize = 4;

#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// The secret with the bytes of this text. `None`: it is so short that it could be guessed.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (text.len() >= SHORTEST).then(|| Self(text.as_bytes().to_vec()))
    }

    fn mac(&self, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.chain_update(seconds.to_string()).chain_update(b".").chain_update(body)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

/// Why a signature is not valid.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SignatureError {
    /// The header does not have the form that this module describes.
    #[error("the signature header cannot be read")]
    Malformed,
    /// It was signed more than [`SIGNATURE_WINDOW`] ago or in the future.
    #[error("the signature is outside its window")]
    Stale,
    /// It was not created with any valid secret.
    #[error("the signature is not of this body and any live secret")]
    Wrong,
}

/// The value of [`SIGNATURE_HEADER`] for a body sent at `at`, with a signature by each of `secrets`.
#[must_use]
pub fn sign(secrets: &[SigningSecret], at: Timestamp, body: &[u8]) -> String {
    let seconds = at.unix_seconds();
    let mut header = format!("t={seconds}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&base16ct::lower::encode_string(&secret.mac(seconds, body).finalize().into_bytes()));
    }
    header
}

/// Whether `header` is the signature of `body` by one of `secrets`, signed within [`SIGNATURE_WINDOW`] of `now`.
/// Compared in constant time.
///
/// # Errors
///
/// [`SignatureError`] with the reason, for logs. A caller on the network should only be answered that the signature is
/// not valid.
pub fn verify(secrets: &[SigningSecret], header: &str, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
    let (seconds, signatures) = read(header).ok_or(SignatureError::Malformed)?;
    let at = Timestamp::from_unix_ms(seconds.checked_mul(1000).ok_or(SignatureError::Malformed)?);
    if now.since(at) > SIGNATURE_WINDOW || at.since(now) > SIGNATURE_WINDOW {
        return Err(SignatureError::Stale);
    }
    let made_by = |secret: &SigningSecret| {
        signatures.iter().any(|signature| secret.mac(seconds, body).verify_slice(signature).is_ok())
    };
    if secrets.iter().any(made_by) { Ok(()) } else { Err(SignatureError::Wrong) }
}

/// The seconds and the signatures of a header. Parts with other names are ignored, because later versions may add some.
fn read(header: &str) -> Option<(i64, Vec<[u8; 32]>)> {
    let (mut seconds, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", digits) if seconds.is_none() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                seconds = Some(digits.parse().ok()?);
            }
            ("t", _) => return None,
            ("v1", digits) if signatures.len() < MOST => signatures.push(decoded(digits)?),
            ("v1", _) => return None,
            _ => {}
        }
    }
    seconds.filter(|_| !signatures.is_empty()).map(|seconds| (seconds, signatures))
}

/// The 32 bytes of 64 hexadecimal digits, in either case. `None`: the text is no such digits.
fn decoded(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let decoded = base16ct::mixed::decode(digits, &mut bytes).ok()?;
    (decoded.len() == 32).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    const BODY: &[u8] = br#"{"account":"po-1","state":"enrolled"}"#;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(seconds * 1000)
    }

    fn secret(fill: &str) -> SigningSecret {
        SigningSecret::new(&fill.repeat(32)).unwrap()
    }

    /// The expected value is the output of `printf '%s.%s' 1795411442 "$BODY" | openssl dgst -sha256 -hmac "$SECRET"`.
    #[test]
    fn a_signature_is_what_any_other_program_computes() {
        let signed = sign(&[secret("k")], at(1_795_411_442), BODY);
        assert_eq!(signed, "t=1795411442,v1=742d638c279825beb7047b08c436a4c9dd17d4d2bc0e0967bcf8f261ae2ed92d");
        assert_eq!(verify(&[secret("k")], &signed, BODY, at(1_795_411_442)), Ok(()));
    }

    #[test]
    fn it_holds_for_its_body_its_moment_and_its_secret() {
        let signed = sign(&[secret("k")], at(1_000_000), BODY);
        let check = |secrets: &[SigningSecret], header: &str, body: &[u8], now| verify(secrets, header, body, at(now));
        assert_eq!(check(&[secret("k")], &signed, b"{}", 1_000_000), Err(SignatureError::Wrong));
        assert_eq!(check(&[secret("x")], &signed, BODY, 1_000_000), Err(SignatureError::Wrong));
        assert_eq!(check(&[], &signed, BODY, 1_000_000), Err(SignatureError::Wrong));
        let moved = signed.replace("t=1000000", "t=1000001");
        assert_eq!(check(&[secret("k")], &moved, BODY, 1_000_000), Err(SignatureError::Wrong));
        for (now, expected) in [(1_000_300, Ok(())), (999_700, Ok(()))] {
            assert_eq!(check(&[secret("k")], &signed, BODY, now), expected, "{now}");
        }
        for now in [1_000_301, 999_699, 0] {
            assert_eq!(check(&[secret("k")], &signed, BODY, now), Err(SignatureError::Stale), "{now}");
        }
    }

    #[test]
    fn while_a_secret_is_replaced_either_one_is_enough() {
        let (old, new) = (secret("o"), secret("n"));
        for signers in [vec![old.clone()], vec![new.clone()], vec![new.clone(), old.clone()]] {
            let signed = sign(&signers, at(7_000), BODY);
            assert_eq!(verify(&[new.clone(), old.clone()], &signed, BODY, at(7_000)), Ok(()));
        }
        let both = sign(&[new.clone(), old], at(7_000), BODY);
        assert_eq!(verify(slice::from_ref(&new), &both, BODY, at(7_000)), Ok(()));
        let signed = sign(slice::from_ref(&new), at(7_000), BODY);
        let (moment, signature) = signed.split_once(",v1=").unwrap();
        let others = format!(",v1={}", "0".repeat(64)).repeat(3);
        let last_of_four = format!("{moment}{others}, v1={}", signature.to_uppercase());
        assert_eq!(verify(&[new], &last_of_four, BODY, at(7_000)), Ok(()), "{last_of_four}");
    }

    #[test]
    fn a_header_of_another_form_is_none() {
        let hex = "0".repeat(64);
        for header in [
            String::new(),
            "t=1".to_owned(),
            format!("v1={hex}"),
            format!("t=,v1={hex}"),
            format!("t=-1,v1={hex}"),
            format!("t=1,t=2,v1={hex}"),
            format!("t=99999999999999999999,v1={hex}"),
            format!("t=9223372036854775807,v1={hex}"),
            format!("t=1,v1={hex}0"),
            format!("t=1,v1={}", "00".repeat(31)),
            "t=1,v1=".to_owned(),
            format!("t=1,v1={}", "é".repeat(32)),
            format!("t=1,v1={}", "g".repeat(64)),
            format!("t=1{}", format!(",v1={hex}").repeat(5)),
        ] {
            assert_eq!(verify(&[secret("k")], &header, b"", at(1)), Err(SignatureError::Malformed), "{header}");
        }
        assert_eq!(verify(&[secret("k")], &format!("t=1,v1={hex},v2=x"), b"", at(1)), Err(SignatureError::Wrong));
    }

    #[test]
    fn a_secret_that_anyone_could_guess_is_no_secret_and_none_is_printed() {
        assert_eq!(SigningSecret::new(&"k".repeat(31)), None);
        assert!(SigningSecret::new(&"k".repeat(32)).is_some());
        assert_eq!(format!("{:?}", secret("k")), "SigningSecret");
    }
}
