//! The agencies that have accounts, by the domains of their addresses: an address of another one may be mistyped.

use std::collections::BTreeSet;

use strsim::osa_distance;

/// How many letters a domain differs from another one at most, if one may be meant by the other. Two neighbours that
/// are exchanged count as one.
const NEAR: usize = 2;

/// The email domains of all accounts, in lower case, as far as the directory has listed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agencies(BTreeSet<String>);

impl Agencies {
    /// Domains kept at most. There are some hundred agencies.
    pub const MAX: usize = 5_000;

    /// Whether nobody of `domain` has an account while others have. Before the first list nothing is known of anybody.
    #[must_use]
    pub fn lack(&self, domain: &str) -> bool {
        !self.0.is_empty() && !self.0.contains(domain)
    }

    /// The domain that is probably meant by one that they lack. `None`: no other is near, or several are as near.
    #[must_use]
    pub fn meant_by(&self, domain: &str) -> Option<&str> {
        let distance = |known: &&String| osa_distance(known, domain);
        let nearest = self.0.iter().map(|known| distance(&known)).min().filter(|nearest| *nearest <= NEAR)?;
        let mut near = self.0.iter().filter(|known| distance(known) == nearest);
        near.next().filter(|_| near.next().is_none()).map(String::as_str)
    }
}

impl FromIterator<String> for Agencies {
    fn from_iter<T: IntoIterator<Item = String>>(domains: T) -> Self {
        Self(domains.into_iter().take(Self::MAX).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(domains: &[&str]) -> Agencies {
        domains.iter().map(|domain| (*domain).to_owned()).collect()
    }

    #[test]
    fn a_domain_that_others_have_is_not_lacking_and_before_the_first_list_none_is() {
        let agencies = known(&["agency.gov.sg", "board.gov.sg"]);
        assert!(!agencies.lack("agency.gov.sg") && agencies.lack("agancy.gov.sg"));
        assert!(!Agencies::default().lack("agancy.gov.sg"));
    }

    #[test]
    fn the_one_domain_that_is_a_slip_away_is_meant() {
        let agencies = known(&["agency.gov.sg", "board.gov.sg", "moe.gov.sg", "mom.gov.sg"]);
        for (typed, meant) in [
            ("agancy.gov.sg", Some("agency.gov.sg")),
            ("agecny.gov.sg", Some("agency.gov.sg")),
            ("agency.gov.s", Some("agency.gov.sg")),
            ("agenccyy.gov.sg", Some("agency.gov.sg")),
            ("agenccyyy.gov.sg", None),
            ("mof.gov.sg", None),
            ("elsewhere.gov.sg", None),
        ] {
            assert_eq!(agencies.meant_by(typed), meant, "{typed}");
        }
        assert_eq!(Agencies::default().meant_by("agency.gov.sg"), None);
    }

    #[test]
    fn no_more_domains_are_kept_than_there_may_be() {
        let many: Agencies = (0..Agencies::MAX + 9).map(|number| format!("a{number}.gov.sg")).collect();
        assert_eq!(many.0.len(), Agencies::MAX);
    }
}
