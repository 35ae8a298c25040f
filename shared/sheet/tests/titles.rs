//! What columns hold: which titles are understood, and what is asked about instead of guessed.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use domain::{
    Field,
    batch::{Answers, Column, Held},
    fields::Form,
};
use sheet::{Limits, Reading};
use support::{HEADER, Package, WORKBOOK, WORKBOOK_RELS, outcome, outcome_with, row, usual_row, worksheet};

/// A workbook with these rows from row 1, of which the first has the titles.
fn list(rows: &[&[&str]]) -> Vec<u8> {
    let rows: String = (1..).zip(rows).map(|(number, texts)| row(number, texts)).collect();
    Package::default().with_sheet_data(&rows).build()
}

fn column(number: u32, title: &str, held: Option<Held>) -> Column {
    Column { number, title: title.to_owned(), held }
}

fn field(field: Field) -> Option<Held> {
    Some(Held::Field(field))
}

fn said(columns: &[Column]) -> Answers {
    Answers::of_columns(columns.to_vec())
}

const P2: &str = "p2@example-agency.gov.sg";

#[test]
fn titles_of_other_systems_are_understood() {
    for titles in [
        ["Email ID", "Given Names", "Surname", "HP", "Company Name", "Purpose"],
        ["Official Email Address", "Given Name(s)", "Family Name", "Handphone No.", "Agency", "Justification"],
        ["E-mail*", "First name", "Last name", "Mobile Phone", "Ministry/Agency", "Business Justification"],
        ["Work Email", "Forename", "Surname", "Tel. No.", "Employer", "Reason for access"],
        ["EMAIL ADD", "First Names", "Last Names", "Contact No (Mobile)", "Org Name", "Purpose of request"],
    ] {
        let person = [P2, "Ah Kow", "Tan", "91234567", "Example Agency", "New joiner"];
        assert_eq!(outcome(&list(&[&titles, &person])), "2 countryCode=\"\" seed=\"\"", "{titles:?}");
    }
    for title in ["Need SEED", "SEED access?", "Requires SEED", "SEED licence required", "Seed (Y/N)"] {
        let mut titles = HEADER;
        titles[9] = title;
        assert_eq!(outcome(&list(&[&titles, &usual(2)])), "2", "{title}");
    }
    for title in ["Country", "Dial code", "IDD", "Country / Region"] {
        let mut titles = HEADER;
        titles[5] = title;
        assert_eq!(outcome(&list(&[&titles, &usual(2)])), expected_of(title), "{title}");
    }
}

/// A slash is no letter, so `Country / Region` is one of the titles that have to be asked about.
fn expected_of(title: &str) -> &'static str {
    if title == "Country / Region" { COUNTRY_ASKED } else { "2" }
}

const COUNTRY_ASKED: &str = "FILE_COLUMNS_UNKNOWN?, \
    Email=email [\"p2@example-agency.gov.sg\"], Username=username [], First Name=firstName [\"Ah Kow\"], \
    Last Name=lastName [\"Tan\"], Country / Region=- [\"65\"], Contact Number=contactNumber [\"91234567\"], \
    Organisation=organisation [\"Example Agency\"], Department=department [], \
    Onboarding to SEED required?=seed [\"Yes\"], Reason for creation=reason [\"New joiner\"]";

fn usual(number: u32) -> [&'static str; 11] {
    assert_eq!(number, 2);
    ["1", P2, "", "Ah Kow", "Tan", "65", "91234567", "Example Agency", "", "Yes", "New joiner"]
}

#[test]
fn few_titles_beside_an_unknown_one_are_still_titles() {
    let asked = outcome(&list(&[&["List of joiners"], &["Email", "Desk"], &[P2, "12a"]]));
    let columns = format!("Email=email [\"{P2}\"], Desk=- [\"12a\"]");
    assert!(asked.contains(&columns), "{asked}");
    let banner = outcome(&list(&[&["Joiners", "of", "October"], &[P2, "12a", "b"]]));
    assert!(banner.contains(&format!("Column A=email [\"{P2}\"], Column B=- [\"12a\"]")), "{banner}");
}

#[test]
fn a_column_that_nobody_claims_is_asked_about_if_it_holds_anything() {
    let with = |title: &str, text: &str| {
        list(&[&[HEADER.as_slice(), &[title]].concat(), &[usual(2).as_slice(), &[text]].concat()])
    };
    assert!(outcome(&with("Designation", "Engineer")).starts_with("FILE_COLUMNS_UNKNOWN?, "));
    assert!(outcome(&with("Designation", "Engineer")).ends_with("Designation=- [\"Engineer\"]"));
    assert_eq!(outcome(&with("Designation", "")), "2, BlankColumns(1)");
    assert_eq!(outcome(&with("Designation", "\u{a0} ")), "2, BlankColumns(1)");
    assert_eq!(outcome(&with("Trace ID", "tr_1")), "2", "our own workbooks have it");
    assert_eq!(outcome(&with("No.", "17")), "2", "it counts the rows");
    assert!(outcome(&with("No.", "12A")).starts_with("FILE_COLUMNS_UNKNOWN?"));
    assert!(outcome(&with("", "Engineer")).ends_with("Column L=- [\"Engineer\"]"), "no title at all");
    let left_out = said(&[column(12, "Designation", None)]);
    assert_eq!(outcome_with(&with("Designation", "Engineer"), &left_out), "2, LeftOutColumns(1)");
    let department = said(&[column(9, "Department", None), column(12, "Designation", field(Field::Department))]);
    assert_eq!(outcome_with(&with("Designation", "Engineer"), &department), "2 department=\"Engineer\"");
    let untitled = said(&[column(12, "Column L", None)]);
    assert!(outcome(&with("", "Engineer")).starts_with("FILE_COLUMNS_UNKNOWN?"));
    assert_eq!(outcome_with(&with("", "Engineer"), &untitled), "2, LeftOutColumns(1)");
    let held = said(&[column(9, "Department", None), column(12, "Column L", field(Field::Department))]);
    assert_eq!(outcome_with(&with("", "Engineer"), &held), "2 department=\"Engineer\"");
}

#[test]
fn what_no_column_holds_is_asked_and_may_be_the_same_for_everybody() {
    let bytes = list(&[&["Email", "Full Name", "HP", "Agency"], &[P2, "Tan Ah Kow", "91234567", "Example Agency"]]);
    let asked = outcome(&bytes);
    assert_eq!(
        asked,
        "FILE_HEADER_MISSING?, Email=email [\"p2@example-agency.gov.sg\"], Full Name=fullName [\"Tan Ah Kow\"], \
         HP=contactNumber [\"91234567\"], Agency=organisation [\"Example Agency\"], no reason"
    );
    let values = Form { reason: "New joiner".into(), seed: "Yes".into(), ..Form::default() };
    let answers = Answers { values, ..Answers::default() };
    assert_eq!(outcome_with(&bytes, &answers), "2 countryCode=\"\" firstName? lastName?");
    // A column that is there counts more than what is the same for everybody.
    let bytes = list(&[
        &["Email", "Full Name", "HP", "Agency", "Purpose"],
        &[P2, "Tan Ah Kow", "91234567", "Example Agency", "Audit"],
    ]);
    assert_eq!(outcome_with(&bytes, &answers), "2 countryCode=\"\" reason=\"Audit\" firstName? lastName?");
}

#[test]
fn whole_names_are_split_and_marked() {
    let read = |title: &str, name: &str| {
        list(&[
            &["Email", title, "Contact Number", "Organisation", "Reason for creation"],
            &[P2, name, "91234567", "Example Agency", "New joiner"],
        ])
    };
    for title in ["Full Name", "Name", "Name as in NRIC/FIN", "Name (as per NRIC)", "Staff name"] {
        assert_eq!(outcome(&read(title, "Tan Ah Kow")), "2 countryCode=\"\" seed=\"\" firstName? lastName?", "{title}");
    }
    assert_eq!(outcome(&read("Name", "Tan, Ah Kow")), "2 countryCode=\"\" seed=\"\"", "it says which is which");
    assert_eq!(
        outcome(&read("Name", "Suresh")),
        "2 firstName=\"Suresh\" lastName=\"\" countryCode=\"\" seed=\"\" firstName?"
    );
    assert!(outcome(&read("Name", "12")).contains("firstName:name.syntax"), "nothing is lost");
}

#[test]
fn whole_names_beside_both_names_repeat_them_and_beside_one_are_asked_about() {
    let read = |titles: &[&str], texts: &[&str]| {
        let titles = [titles, &["Email", "Contact Number", "Organisation", "Reason"]].concat();
        let texts = [texts, &[P2, "91234567", "Example Agency", "New joiner"]].concat();
        list(&[&titles, &texts])
    };
    assert_eq!(
        outcome(&read(&["Full Name", "First Name", "Last Name"], &["Tan Ah Kow", "Ah Kow", "Tan"])),
        "2 countryCode=\"\" seed=\"\", RepeatedNames(1)"
    );
    for titles in [["Name", "Surname"], ["Full name", "Given name"]] {
        let asked = outcome(&read(&titles, &["Tan Ah Kow", "Tan"]));
        assert!(asked.starts_with(&format!("FILE_COLUMNS_UNKNOWN?, {}=- ", titles[0])), "{asked}");
    }
}

#[test]
fn of_columns_that_seem_the_same_the_officer_chooses() {
    let titles = [HEADER.as_slice(), &["Email", "HP"]].concat();
    let texts = [usual(2).as_slice(), &["home@example.com", "81234567"]].concat();
    let bytes = list(&[&titles, &texts]);
    let asked = outcome(&bytes);
    assert!(asked.starts_with("FILE_HEADER_DUPLICATE?, Email=email ["), "{asked}");
    assert!(asked.ends_with("Email=- [\"home@example.com\"], HP=- [\"81234567\"]"), "{asked}");
    let second = said(&[
        column(2, "Email", None),
        column(12, "Email", field(Field::Email)),
        column(7, "Contact Number", None),
        column(13, "HP", field(Field::ContactNumber)),
    ]);
    assert_eq!(
        outcome_with(&bytes, &second),
        "2 email=\"home@example.com\" contactNumber=\"81234567\" email:email.domain-not-allowed, LeftOutColumns(2)"
    );
    let blank = list(&[&titles, &usual(2)]);
    assert_eq!(outcome(&blank), "2", "a second column without content asks nothing");
}

/// A workbook with titles of its own, under a banner, with one column too many.
const OTHER_TITLES: &[u8] = include_bytes!("files/other-titles.xlsx");

#[test]
fn unknown_titles_are_read_as_the_officer_says() {
    let asked = outcome(OTHER_TITLES);
    assert!(asked.starts_with("FILE_HEADER_MISSING?, FILE_COLUMNS_UNKNOWN?, Work contact=- ["), "{asked}");
    assert!(asked.ends_with("no email, no firstName, no lastName"), "{asked}");
    let columns = [
        // The number of a column is not needed where its title is unique, and the case of a title does not matter.
        column(1, "WORK CONTACT", field(Field::Email)),
        column(1, "given", field(Field::FirstName)),
        column(1, "Family", field(Field::LastName)),
        column(1, "Desk", None),
    ];
    let read = outcome_with(OTHER_TITLES, &said(&columns));
    assert!(read.starts_with("4 email=\"kim@example-agency.gov.sg\" firstName=\"Kim\" lastName=\"Lim\""), "{read}");
    let without = outcome_with(OTHER_TITLES, &said(&columns[1..]));
    assert!(without.contains("no email"), "{without}");
}

#[test]
fn a_list_without_titles_loses_nobody() {
    let person = |number: &'static str, email: &'static str| {
        [number, email, "", "Ah Kow", "Tan", "65", "91234567", "Example Agency", "", "Yes", "New joiner"]
    };
    let p1 = "p1@example-agency.gov.sg";
    let template = list(&[&person("1", p1), &person("2", P2)]);
    assert_eq!(outcome(&template), "1, 2, NoTitles");
    let without_numbers = list(&[&person("1", p1)[1..], &person("2", P2)[1..]]);
    assert_eq!(outcome(&without_numbers), "1, 2, NoTitles");
    let under_a_banner = list(&[&["Joiners in June"], &person("1", P2)]);
    assert_eq!(outcome(&under_a_banner), "2, NoTitles");
    for other in [
        [P2, "Tan", "Ah Kow", "91234567"],
        ["Tan Ah Kow", P2, "91234567", "Example Agency"],
        ["91234567", P2, "Tan", "Ah Kow"],
    ] {
        let asked = outcome(&list(&[&other, &other]));
        assert!(asked.starts_with("FILE_HEADER_MISSING?, "), "{asked}");
        assert!(asked.contains(&format!("=email [\"{P2}\"]")), "{asked}");
    }
    let bytes = list(&[&["Tan Ah Kow", P2, "91234567", "Example Agency"]]);
    let columns = [
        column(1, "Column A", Some(Held::FullName)),
        column(2, "Column B", field(Field::Email)),
        column(3, "Column C", field(Field::ContactNumber)),
        column(4, "Column D", field(Field::Organisation)),
    ];
    let values = Form { reason: "New joiner".into(), ..Form::default() };
    let answers = Answers { values, ..said(&columns) };
    let read = outcome_with(&bytes, &answers);
    assert_eq!(read, "1 email=\"p2@example-agency.gov.sg\" countryCode=\"\" seed=\"\" firstName? lastName?");
}

#[test]
fn a_hidden_header_or_column_is_named() {
    let hidden_row = row(3, &HEADER).replace(r#"<row r="3">"#, r#"<row r="3" hidden="1">"#);
    let bytes = Package::default().with_sheet_data(&format!("{hidden_row}{}", usual_row(4))).build();
    let read = sheet::read(&bytes, &Limits::default(), &Answers::default());
    assert_eq!(
        read.unwrap_err().detail(),
        "The row with the titles is hidden. Unhide row 3 and upload the file again."
    );
    let with_hidden = |columns: &[u32]| {
        let cols: String = columns.iter().map(|at| format!(r#"<col min="{at}" max="{at}" hidden="true"/>"#)).collect();
        let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
        let xml = worksheet(&rows).replace("<sheetData>", &format!("<cols>{cols}</cols><sheetData>"));
        Package::default().with(support::SHEET_PATH, xml).build()
    };
    let read = sheet::read(&with_hidden(&[2, 7]), &Limits::default(), &Answers::default());
    assert_eq!(
        read.unwrap_err().detail(),
        "These columns are hidden: Email, Contact Number. Unhide them and upload the file again."
    );
    assert_eq!(outcome(&with_hidden(&[10])), "2 seed=\"\", HiddenFields([Seed])");
    assert_eq!(outcome(&with_hidden(&[3])), "2", "it holds nothing");
}

#[test]
fn rows_that_name_nobody_are_skipped_and_counted() {
    let filled = ["", "", "", "", "", "65", "", "Example Agency", "", "No", "New joiner"];
    let total = ["Total", "1", "", "", "", "", "", "", "", "", ""];
    for (name, below, expected) in [
        ("filled down", vec![filled; 10], "2, DefaultRows(10)"),
        ("a total", vec![total], "2, Summaries(1)"),
        ("filled down and a total", vec![filled, filled, total], "2, DefaultRows(2), Summaries(1)"),
        ("a note", vec![["", "Note: all are new", "", "", "", "", "", "", "", "", ""]], "2, Summaries(1)"),
        ("a count of people", vec![["", "", "", "Total: 12", "", "", "", "", "", "", ""]], "2, Summaries(1)"),
    ] {
        let mut rows = vec![HEADER, usual(2)];
        rows[1][9] = "No";
        rows.extend(below);
        let rows: Vec<&[&str]> = rows.iter().map(<[&str; 11]>::as_slice).collect();
        assert_eq!(outcome(&list(&rows)), expected.replacen('2', "2 seed=\"No\"", 1), "{name}");
    }
    let other = ["", "", "", "", "", "", "", "Another Agency", "", "", "New joiner"];
    let rows: [&[&str]; 3] = [&HEADER, &usual(2), &other];
    assert!(outcome(&list(&rows)).contains("3 email=\"\""), "nobody else has it, so somebody has to look");
    let only: [&[&str]; 2] = [&HEADER, &filled];
    assert!(outcome(&list(&only)).contains("2 email=\"\""), "there is nobody that it repeats");
    let company = ["3", P2, "", "Total", "Tan", "65", "91234567", "Example Agency", "", "Yes", "New joiner"];
    let rows: [&[&str]; 2] = [&HEADER, &company];
    assert_eq!(outcome(&list(&rows)), "2 firstName=\"Total\"", "an address is never skipped");
}

#[test]
fn a_row_with_content_in_unclaimed_columns_alone_is_counted() {
    let in_column = |column: usize, text: &'static str| {
        let mut row = [""; 12];
        row[column] = text;
        row
    };
    let titles: Vec<&str> = HEADER.iter().copied().chain(["Remarks"]).collect();
    let person: Vec<&str> = usual(2).into_iter().chain([""]).collect();
    for (name, row, expected) in [
        ("a section", in_column(0, "Vendors"), "Summaries(1), BlankColumns(1)"),
        ("a note", in_column(11, "all of them start in June"), "Summaries(1), BlankColumns(1)"),
        ("a number of a row that was not filled in", in_column(0, "17."), "BlankColumns(1)"),
        ("somebody", in_column(11, "bo@example-agency.gov.sg"), "StrayAddresses(1), BlankColumns(1)"),
        (
            "a line of another delimiter",
            in_column(0, "1;bo@example-agency.gov.sg;;Bo"),
            "StrayAddresses(1), BlankColumns(1)",
        ),
    ] {
        let read = outcome(&list(&[&titles, &person, &row]));
        let mut remarks: Vec<&str> = read.split(", ").collect();
        let mut expected: Vec<&str> = ["2"].into_iter().chain(expected.split(", ")).collect();
        remarks.sort_unstable();
        expected.sort_unstable();
        assert_eq!(remarks, expected, "{name}");
    }
}

#[test]
fn a_dropped_list_waits_where_somebody_may_have_been_left_out_or_taken_for_another() {
    use sheet::Remark;
    for remark in [
        Remark::NoTitles,
        Remark::HiddenFields(vec![domain::Field::Seed]),
        Remark::HiddenRows(1),
        Remark::HiddenColumns(1),
        Remark::StrayAddresses(1),
    ] {
        assert!(remark.is_doubt(), "{remark:?}");
    }
    for remark in [
        Remark::OfInvitees(vec![domain::Field::FirstName]),
        Remark::BlankColumns(1),
        Remark::LeftOutColumns(1),
        Remark::RepeatedNames(1),
        Remark::OtherSheets(1),
        Remark::HiddenSheets(1),
        Remark::ExampleRows(1),
        Remark::FormulaRows(1),
        Remark::DefaultRows(1),
        Remark::Summaries(1),
    ] {
        assert!(!remark.is_doubt(), "{remark:?}");
    }
}

/// A workbook of worksheets with these names and rows.
fn worksheets(sheets: &[(&str, &str)]) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let mut package = Package::default();
    let (mut rels, mut listed) = (String::new(), String::new());
    for (at, (name, rows)) in sheets.iter().enumerate() {
        package = package.with(&format!("xl/worksheets/list{at}.xml"), worksheet(rows));
        rels.push_str(&format!(r#"<Relationship Id="list{at}" Type="{kind}" Target="worksheets/list{at}.xml"/>"#));
        listed.push_str(&format!(r#"<sheet name="{name}" sheetId="{}" r:id="list{at}"/>"#, at + 10));
    }
    let start = WORKBOOK.find("<sheet name").unwrap();
    let workbook = format!("{}{listed}</sheets></workbook>", &WORKBOOK[..start]);
    package
        .with("xl/workbook.xml", workbook)
        .with(
            "xl/_rels/workbook.xml.rels",
            WORKBOOK_RELS.replace("</Relationships>", &format!("{rels}</Relationships>")),
        )
        .build()
}

#[test]
fn of_several_worksheets_with_a_list_one_is_chosen() {
    let full = |last: u32| (2..=last).map(usual_row).fold(row(1, &HEADER), |rows, next| rows + &next);
    let bytes = worksheets(&[("Officers", &full(3)), ("Notes", &row(1, &["Call Bo"])), ("Vendors", &full(2))]);
    assert_eq!(outcome(&bytes), "FILE_WORKSHEETS_SEVERAL?, Officers has 2, Vendors has 1");
    let chosen = |name: &str| Answers { worksheet: Some(name.into()), ..Answers::default() };
    assert_eq!(outcome_with(&bytes, &chosen("Vendors")), "2, OtherSheets(2)");
    assert_eq!(outcome_with(&bytes, &chosen("Officers")), "2, 3, OtherSheets(2)");
    assert!(outcome_with(&bytes, &chosen("Nowhere")).starts_with("FILE_WORKSHEETS_SEVERAL?"));
    let one = worksheets(&[("Notes", &row(1, &["Call Bo"])), ("Officers", &full(2)), ("Empty", &row(1, &HEADER))]);
    assert_eq!(outcome(&one), "2, OtherSheets(2)");
    let example = worksheets(&[("Officers", &full(2)), ("Example", &full(2))]);
    assert_eq!(outcome(&example), "2");
    let lookup = row(1, &["Name", "HP", "Department"]) + &row(2, &["Bo", "91234567", "Desk"]);
    assert_eq!(outcome(&worksheets(&[("Phones", &lookup), ("Officers", &full(2))])), "2, OtherSheets(1)");
}

#[test]
fn questions_are_bounded_and_say_what_to_do() {
    let titles: Vec<String> = (0..26).map(|at| format!("Title {at} {}", "x".repeat(200))).collect();
    let long = "y".repeat(3_000);
    let texts = vec![long.as_str(); 26];
    let bytes = list(&[&titles.iter().map(String::as_str).collect::<Vec<_>>(), &texts]);
    let Ok(Reading::Asked(questions)) = sheet::read(&bytes, &Limits::default(), &Answers::default()) else {
        panic!("nothing was asked")
    };
    assert_eq!(questions.columns.len(), 26);
    for asked in &questions.columns {
        assert_eq!(asked.column.title.chars().count(), 100);
        assert!(asked.samples.len() == 1 && asked.samples[0].chars().count() == 60);
    }
    assert_eq!(
        questions.reasons[0].detail,
        "These columns were not found: Email, First Name, Last Name, Contact Number, Organisation, Reason for \
         creation. Say which columns hold them, or what is the same for everybody."
    );
    assert_eq!(
        questions.reasons[1].detail,
        "26 columns have titles that are not known. Say what they hold, or leave them out."
    );
}
