//! Who somebody is apart from the address, so that the same person is recognised under another one.

use crate::{ContactNumber, search::folded};

/// The words of a name, in any order and spelling, with a contact number. Two people have the same only by chance.
#[derive(Clone, PartialEq, Eq)]
pub struct NameAndNumber(String);

impl std::fmt::Debug for NameAndNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NameAndNumber")
    }
}

impl NameAndNumber {
    /// Of a name in two parts. `None`: there is no name.
    #[must_use]
    pub fn new(name: [&str; 2], number: &ContactNumber) -> Option<Self> {
        let folded = folded(&name.join(" "));
        let mut words: Vec<&str> = folded.split_whitespace().collect();
        words.sort_unstable();
        (!words.is_empty()).then(|| Self(format!("{}\n{}", words.join(" "), number.as_str())))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(first: &str, last: &str, number: &str) -> Option<NameAndNumber> {
        NameAndNumber::new([first, last], &ContactNumber::parse(number).unwrap())
    }

    #[test]
    fn a_person_is_the_same_in_any_order_and_spelling_of_the_name() {
        let one = of("Mei Ling", "Núñez", "+6591234567");
        for (first, last, number) in [
            ("mei ling", "NUNEZ", "+6591234567"),
            ("Núñez", "Mei Ling", "+6591234567"),
            ("", "Ling Mei Nunez", "+6591234567"),
        ] {
            assert!(of(first, last, number) == one, "{first} {last}");
        }
        for (first, last, number) in [("Mei", "Núñez", "+6591234567"), ("Mei Ling", "Núñez", "+6591234568")] {
            assert!(of(first, last, number) != one, "{first} {last} {number}");
        }
        assert!(of(" ", "", "+6591234567").is_none());
    }
}
