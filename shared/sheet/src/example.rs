//! The example rows of the template.

use domain::{
    Field,
    fields::{Examples, Form, text::trim},
};

/// The name of the worksheet with the examples.
pub(crate) const EXAMPLE_SHEET: &str = "Example";

/// The texts of one person of each persona, in the order of [`Field::ALL`]. Their addresses are in a domain that cannot
/// exist.
pub(crate) fn examples() -> [[&'static str; Field::ALL.len()]; 2] {
    [Field::ALL.map(|field| field.spec().examples.officer), Field::ALL.map(|field| field.spec().examples.vendor)]
}

/// Whether a row is an example that the officer did not remove. Its address is enough to recognise it.
pub(crate) fn is_example(form: &Form) -> bool {
    let email = trim(form.get(Field::Email));
    let Examples { officer, vendor } = Field::Email.spec().examples;
    [officer, vendor].iter().any(|example| email.eq_ignore_ascii_case(example))
}
