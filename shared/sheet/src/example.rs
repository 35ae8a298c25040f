//! The rows that the template shows as an example.

use domain::{
    Field,
    fields::{Examples, Form, text::trim},
};

/// The name of the worksheet that holds them.
pub(crate) const EXAMPLE_SHEET: &str = "Example";

/// The texts of one person of each kind, in the order of [`Field::ALL`]. The addresses are on a domain that nobody can
/// have.
pub(crate) fn examples() -> [[&'static str; Field::ALL.len()]; 2] {
    [Field::ALL.map(|field| field.spec().examples.officer), Field::ALL.map(|field| field.spec().examples.vendor)]
}

/// Whether a row is an example that was left in: its address is enough to tell.
pub(crate) fn is_example(form: &Form) -> bool {
    let email = trim(form.get(Field::Email));
    let Examples { officer, vendor } = Field::Email.spec().examples;
    [officer, vendor].iter().any(|example| email.eq_ignore_ascii_case(example))
}
