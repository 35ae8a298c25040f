//! The example rows of the template.

use domain::{
    Field,
    fields::{Examples, text::trim},
};

/// The name of the worksheet with the examples.
pub(crate) const EXAMPLE_SHEET: &str = "Example";

/// The texts of one person of each persona, in the order of [`Field::ALL`]. Their addresses are in a domain that cannot
/// exist.
pub(crate) fn examples() -> [[&'static str; Field::ALL.len()]; 2] {
    [Field::ALL.map(|field| field.spec().examples.officer), Field::ALL.map(|field| field.spec().examples.vendor)]
}

/// Whether the worksheet with this name has the examples.
pub(crate) fn is_example_sheet(name: &str) -> bool {
    name.eq_ignore_ascii_case(EXAMPLE_SHEET)
}

/// Whether the row with this address is an example that the officer did not remove.
pub(crate) fn is_example(email: &str) -> bool {
    let email = trim(email);
    let Examples { officer, vendor } = Field::Email.spec().examples;
    [officer, vendor].iter().any(|example| email.eq_ignore_ascii_case(example))
}
