//! Which endpoints may be called, as far as their text shows it.

use http::{Uri, uri::Authority};

use crate::CallFailure;

const MAX_LEN: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Public,
    /// Public endpoints, and this machine by plain HTTP: next to an emulator of AWS.
    PublicAndLoopback,
}

/// An endpoint that may be called if its name has public addresses only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Public(Uri),
    Loopback(Uri),
}

impl Reach {
    /// The endpoints that a process may call whose AWS is at `endpoint_url`. On AWS this is never set: a function has
    /// services on loopback there that no one outside may reach.
    #[must_use]
    pub fn beside(endpoint_url: Option<&str>) -> Self {
        match endpoint_url {
            Some(url) if url.starts_with("http://127.0.0.1:") => Self::PublicAndLoopback,
            _ => Self::Public,
        }
    }
}

impl Target {
    pub(crate) fn parse(text: &str, reach: Reach) -> Result<Self, CallFailure> {
        let refuse = |why| Err(CallFailure::NotAllowed(why));
        let Some(uri) = (text.len() <= MAX_LEN).then(|| text.parse::<Uri>().ok()).flatten() else {
            return refuse("no URL");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("no URL");
        };
        if authority.as_str().contains('@') {
            return refuse("it holds a credential");
        }
        match scheme {
            "http" if reach == Reach::PublicAndLoopback && is_loopback(authority) => Ok(Self::Loopback(uri)),
            "https" if !has_default_port(authority) => refuse("its port is not 443"),
            "https" if !is_name(authority.host()) => refuse("its host is not a public name"),
            "https" => Ok(Self::Public(uri)),
            _ => refuse("it is not https"),
        }
    }

    pub(crate) fn uri(&self) -> &Uri {
        match self {
            Self::Public(uri) | Self::Loopback(uri) => uri,
        }
    }
}

/// Whether the port is absent or 443. A port that is no number is not absent.
fn has_default_port(authority: &Authority) -> bool {
    matches!(authority.as_str().strip_prefix(authority.host()), Some("" | ":443"))
}

/// Whether the host is this machine, with or without a port.
fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    host == "127.0.0.1" && (authority.as_str() == host || authority.port_u16().is_some())
}

/// Whether a host is a name of several labels whose last one is no number. A client reads a host that ends with a
/// number as an IP address, which it does not resolve, so [`PublicOnly`](crate::address::PublicOnly) would not check
/// it.
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && host.split('.').all(label) && last.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(text: &str, reach: Reach) -> bool {
        Target::parse(text, reach).is_ok()
    }

    #[test]
    fn only_public_names_over_tls_are_called() {
        for text in ["https://hooks.example.com", "https://hooks.example.com:443/in?from=invites", "HTTPS://a.sg/"] {
            assert!(reaches(text, Reach::Public), "{text}");
        }
        for text in [
            "",
            "hooks.example.com",
            "/in",
            "http://hooks.example.com/in",
            "ftp://hooks.example.com/in",
            "file:///etc/passwd",
            "https://hooks.example.com:8443/in",
            "https://hooks.example.com:/in",
            "https://hooks.example.com:x/in",
            "https://hooks.example.com:65536/in",
            "https://hooks.example.com:99999999999999999999/in",
            "https://hooks.example.com:0443/in",
            "https://hooks.example.com:+443/in",
            "https://hooks.example.com:-1/in",
            "https://hooks.example.com:443:443/in",
            "https://hooks.example.com:443x/in",
            "https://user:pass@hooks.example.com/in",
            "https://a@127.0.0.1/",
            "https://localhost/in",
            "https://169.254.169.254/latest/meta-data",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0x7f000001/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://hooks..example.com/",
            "https://hooks.example.com./",
            "https://.example.com/",
            "http://127.0.0.1:8080/in",
        ] {
            assert!(!reaches(text, Reach::Public), "{text}");
        }
        assert!(!reaches(&format!("https://a.sg/{}", "x".repeat(500)), Reach::Public));
    }

    #[test]
    fn this_machine_is_reached_beside_an_emulator_only() {
        assert_eq!(Reach::beside(None), Reach::Public);
        assert_eq!(Reach::beside(Some("https://dynamodb.ap-southeast-1.amazonaws.com")), Reach::Public);
        assert_eq!(Reach::beside(Some("http://127.0.0.1.example.com/")), Reach::Public);
        let local = Reach::beside(Some("http://127.0.0.1:4566"));
        assert!(reaches("http://127.0.0.1:8080/in", local));
        for text in [
            "http://hooks.example.com/in",
            "http://10.0.0.1/",
            "http://localhost:80/",
            "https://127.0.0.1/",
            "http://127.0.0.1:x/",
            "http://127.0.0.1:65536/",
            "http://127.0.0.1:/",
        ] {
            assert!(!reaches(text, local), "{text}");
        }
    }
}
