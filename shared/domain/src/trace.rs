//! The Trace ID, which an officer quotes to support.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Entropy, Timestamp, text_form::text_form};

/// The `Root` of `X-Amzn-Trace-Id`, as `1-<8 hex>-<24 hex>`.
///
/// Every answer, stored record and log line has it, so a worker's failure tomorrow still has the trace of the officer's
/// request of today.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceId(String);

impl TraceId {
    /// Reads a Trace ID alone. `None`: the text has another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, epoch, unique) = (parts.next()?, parts.next()?, parts.next()?);
        let hex = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_hexdigit());
        (parts.next().is_none() && version == "1" && hex(epoch, 8) && hex(unique, 24))
            .then(|| Self(text.to_ascii_lowercase()))
    }

    /// Finds the `Root` in a header such as `Root=1-…-…;Parent=…;Sampled=1`.
    #[must_use]
    pub fn from_header(header: &str) -> Option<Self> {
        header.split(';').find_map(|part| Self::parse(part.trim().strip_prefix("Root=")?))
    }

    /// A new trace for work without a request, such as a dropped file.
    #[must_use]
    pub fn generate(now: Timestamp, entropy: &Entropy) -> Self {
        let unique = entropy.next_u128() >> 32;
        Self(format!("1-{:08x}-{unique:024x}", now.unix_seconds()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_form!(TraceId, |text| TraceId::parse(text).ok_or("not a trace id"));

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "1-67891233-abcdef012345678912345678";

    #[test]
    fn the_root_is_found_among_the_parts_of_the_header() {
        let own = "Self=1-67891234-12456789abcdef012345678a";
        for header in [format!("{own}; Root={TRACE} ;Sampled=1"), format!("Root=1-xyz;Root={TRACE}")] {
            assert_eq!(TraceId::from_header(&header).map(String::from).as_deref(), Some(TRACE), "{header}");
        }
        for header in ["", own, TRACE, "Root=1-xyz"] {
            assert_eq!(TraceId::from_header(header), None, "{header}");
        }
    }

    #[test]
    fn a_trace_has_one_form() {
        let read = TraceId::parse(&TRACE.to_uppercase()).unwrap();
        assert_eq!((read.as_str(), read.to_string().as_str()), (TRACE, TRACE));
        for text in [
            "",
            "1-67891233",
            "2-67891233-abcdef012345678912345678",
            "1-6789123-abcdef012345678912345678",
            "1-678912333-abcdef012345678912345678",
            "1-6789123g-abcdef012345678912345678",
            "1-67891233-abcdef01234567891234567",
            "1-67891233-abcdef0123456789123456789",
            "1-67891233-abcdef01234567891234567g",
            "1-67891233-abcdef012345678912345678-",
        ] {
            assert_eq!(TraceId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_generated_trace_has_the_time_and_the_upper_bytes_of_the_randomness() {
        let random = || 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10;
        let trace = TraceId::generate(Timestamp::from_unix_ms(1_763_875_442_123), &Entropy::new(random));
        assert_eq!(trace.as_str(), "1-69229a72-0102030405060708090a0b0c");
        assert_eq!(TraceId::parse(trace.as_str()), Some(trace));
    }
}
