//! The rows that the template shows as an example.

use domain::{
    Field,
    fields::{Form, text::trim},
};

/// The name of the worksheet that holds them.
pub(crate) const EXAMPLE_SHEET: &str = "Example";

/// One person of each kind, in the order of [`Field::ALL`]. The addresses are on a domain that nobody can have.
pub(crate) const EXAMPLES: [[&str; 10]; 2] = [
    [
        "tan_ah_kow@example.gov.sg",
        "",
        "Ah Kow",
        "Tan",
        "65",
        "91234567",
        "Example Agency",
        "Digital Services",
        "Yes",
        "Joins the payments team on 1 June",
    ],
    [
        "siti@vendor.example.com",
        "siti.binte.ahmad",
        "Siti",
        "Binte Ahmad",
        "65",
        "81234567",
        "Example Vendor Pte Ltd",
        "",
        "No",
        "Maintains the payments gateway until March",
    ],
];

/// Whether a row is an example that was left in: its address is enough to tell.
pub(crate) fn is_example(form: &Form) -> bool {
    let email = trim(form.get(Field::Email));
    EXAMPLES.iter().any(|[example, ..]| email.eq_ignore_ascii_case(example))
}
