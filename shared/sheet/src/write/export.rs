//! The status page as a workbook.

use domain::Timestamp;

use super::{
    WriteError,
    text_sheet::{put, put_header, workbook},
};

/// A line of the status page.
#[derive(Clone, Copy, Default)]
pub struct ExportRow<'a> {
    /// First name, once known.
    pub first_name: &'a str,
    /// Last name, once known.
    pub last_name: &'a str,
    /// Email address.
    pub email: &'a str,
    /// Organisation.
    pub organisation: &'a str,
    /// Department.
    pub department: &'a str,
    /// The day of the invite, as officers read dates.
    pub date_of_invite: &'a str,
    /// Where the TechPass account stands.
    pub techpass_status: &'a str,
    /// Where the SEED licence stands.
    pub seed_status: &'a str,
    /// What a person makes of it, where the status does not say enough.
    pub seed_detail: &'a str,
    /// TechPass username of a vendor.
    pub username: &'a str,
    /// Why the account is needed.
    pub reason: &'a str,
    /// What to quote to support.
    pub trace_id: &'a str,
}

impl std::fmt::Debug for ExportRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportRow").finish_non_exhaustive()
    }
}

const COLUMNS: [(&str, f64); 12] = [
    ("First Name", 20.0),
    ("Last Name", 20.0),
    ("Email", 34.0),
    ("Organisation", 26.0),
    ("Department", 26.0),
    ("Date of Invite", 14.0),
    ("TechPass Status", 18.0),
    ("SEED Status", 18.0),
    ("SEED Detail", 44.0),
    ("Username", 26.0),
    ("Reason for creation", 44.0),
    ("Trace ID", 40.0),
];

/// Writes the lines of the status page in the order given.
///
/// # Errors
///
/// [`WriteError`] when there are more rows than a sheet has.
pub fn export<'a>(rows: impl IntoIterator<Item = ExportRow<'a>>, created: Timestamp) -> Result<Vec<u8>, WriteError> {
    let mut workbook = workbook(created)?;
    let sheet = workbook.add_worksheet().set_name("Invitations")?;
    put_header(sheet, 0, &COLUMNS)?;
    for (line, row) in (1..).zip(rows) {
        let texts = [
            row.first_name,
            row.last_name,
            row.email,
            row.organisation,
            row.department,
            row.date_of_invite,
            row.techpass_status,
            row.seed_status,
            row.seed_detail,
            row.username,
            row.reason,
            row.trace_id,
        ];
        for (column, text) in (0_u16..).zip(texts) {
            put(sheet, line, column, text)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}
