//! The export: the status page as a workbook.

use std::collections::BTreeMap;

use domain::{Field, Timestamp};

use super::{
    WriteError,
    text_sheet::{put, put_header, workbook},
};

/// One line of the status page.
#[derive(Clone, Default)]
pub struct ExportRow<'a> {
    /// The known fields of the invite.
    pub texts: BTreeMap<Field, &'a str>,
    /// The date of the invite, as officers read dates.
    pub date_of_invite: &'a str,
    pub techpass_status: &'a str,
    /// Why there is no account, and what to do; empty unless it failed.
    pub failure: &'a str,
    /// How far the mail to the invitee is; empty if there is none.
    pub mail_status: &'a str,
    /// Why the mail is not on its way, and what to do; empty if it is.
    pub mail_detail: &'a str,
    pub seed_status: &'a str,
    /// What the licence's state means for the officer, where the status does not say enough.
    pub seed_detail: &'a str,
    /// The Trace ID, which the officer quotes to support.
    pub trace_id: &'a str,
}

impl std::fmt::Debug for ExportRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportRow").finish_non_exhaustive()
    }
}

/// A column of the export.
#[derive(Clone, Copy)]
enum Column {
    Of(Field),
    DateOfInvite,
    TechpassStatus,
    SeedStatus,
    Failure,
    MailStatus,
    MailDetail,
    SeedDetail,
    TraceId,
}

/// TechBiz's columns in their order, and then ours.
const COLUMNS: [Column; 15] = [
    Column::Of(Field::FirstName),
    Column::Of(Field::LastName),
    Column::Of(Field::Email),
    Column::Of(Field::Organisation),
    Column::Of(Field::Department),
    Column::DateOfInvite,
    Column::TechpassStatus,
    Column::SeedStatus,
    Column::Failure,
    Column::MailStatus,
    Column::MailDetail,
    Column::SeedDetail,
    Column::Of(Field::Username),
    Column::Of(Field::Reason),
    Column::TraceId,
];

/// The fields that the export skips: phone numbers, and the SEED answer, which its SEED columns replace.
#[cfg(test)]
const LEFT_OUT: [Field; 3] = [Field::CountryCode, Field::ContactNumber, Field::Seed];

impl Column {
    /// The title and the width in characters.
    fn head(self) -> (&'static str, f64) {
        match self {
            Self::Of(field) => (field.title(), f64::from(field.spec().width)),
            Self::DateOfInvite => ("Date of Invite", 14.0),
            Self::TechpassStatus => ("TechPass Status", 18.0),
            Self::SeedStatus => ("SEED Status", 18.0),
            Self::Failure => ("Failure", 44.0),
            Self::MailStatus => ("Mail Status", 18.0),
            Self::MailDetail => ("Mail Detail", 44.0),
            Self::SeedDetail => ("SEED Detail", 44.0),
            Self::TraceId => ("Trace ID", 40.0),
        }
    }

    fn text<'a>(self, row: &ExportRow<'a>) -> &'a str {
        match self {
            Self::Of(field) => row.texts.get(&field).copied().unwrap_or_default(),
            Self::DateOfInvite => row.date_of_invite,
            Self::TechpassStatus => row.techpass_status,
            Self::SeedStatus => row.seed_status,
            Self::Failure => row.failure,
            Self::MailStatus => row.mail_status,
            Self::MailDetail => row.mail_detail,
            Self::SeedDetail => row.seed_detail,
            Self::TraceId => row.trace_id,
        }
    }
}

/// Writes the lines of the status page, in their order.
///
/// # Errors
///
/// [`WriteError`] when there are more rows than a worksheet has.
pub fn export<'a>(rows: impl IntoIterator<Item = ExportRow<'a>>, created: Timestamp) -> Result<Vec<u8>, WriteError> {
    let mut workbook = workbook(created)?;
    let sheet = workbook.add_worksheet().set_name("Invitations")?;
    put_header(sheet, 0, &COLUMNS.map(Column::head))?;
    for (line, row) in (1..).zip(rows) {
        for (number, column) in (0_u16..).zip(COLUMNS) {
            put(sheet, line, number, column.text(&row))?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_exported_or_left_out_on_purpose() {
        for field in Field::ALL {
            let is_exported = COLUMNS.iter().any(|column| matches!(column, Column::Of(of) if *of == field));
            assert_ne!(is_exported, LEFT_OUT.contains(&field), "{field:?}");
        }
    }
}
