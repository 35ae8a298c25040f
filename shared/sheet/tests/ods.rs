//! OpenDocument spreadsheets: what officers see in them, and hostile ones.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use domain::{Fault, Field};
use sheet::{FileError, Limits, Remark, Sheet, SheetRow};
use support::{
    GOOD, HEADER, Package, code,
    ods::{cell_of, list, package, row, row_but, table, text_cell},
};

fn one(result: Result<Sheet, FileError>) -> SheetRow {
    let sheet = result.unwrap();
    assert_eq!(sheet.rows.len(), 1);
    sheet.rows.get(0).unwrap()
}

fn texts(row: &SheetRow) -> Vec<&str> {
    let titled = Field::ALL.into_iter().filter(|field| HEADER.contains(&field.title()));
    titled.map(|field| row.raw.form.get(field)).collect()
}

/// Reads a good row in which one cell is this XML: its text, or its faults.
fn field(field: Field, xml: &str) -> Result<String, Vec<Fault>> {
    let column = HEADER.iter().position(|title| *title == field.title()).unwrap();
    let row = one(list(&row_but(&GOOD, column, xml)).read());
    if row.raw.cell_faults.is_empty() {
        return Ok(row.raw.form.get(field).to_owned());
    }
    assert!(row.raw.cell_faults.iter().all(|fault| fault.field == field), "{:?}", row.raw.cell_faults);
    Err(row.raw.cell_faults.iter().map(|fault| fault.fault).collect())
}

fn numbers(package: &Package) -> Vec<u32> {
    package.read().unwrap().rows.iter().map(|row| row.sheet_row).collect()
}

fn good() -> String {
    row(&GOOD)
}

#[test]
fn a_list_is_read() {
    let row = one(list(&good()).read());
    assert_eq!((row.sheet_row, texts(&row)), (2, GOOD[1..].to_vec()));
    assert_eq!(row.raw.cell_faults, []);
    let stored = list(&good()).build_with(zip::CompressionMethod::Stored);
    assert_eq!(texts(&one(support::read(&stored, &Limits::default()))), GOOD[1..]);
    let template = list(&good()).with("mimetype", "application/vnd.oasis.opendocument.spreadsheet-template\n");
    assert_eq!(texts(&one(template.read())), GOOD[1..]);
}

#[test]
fn a_text_is_read_as_it_is_shown() {
    for (inside, text) in [
        ("<text:p>Ah Kow</text:p>", "Ah Kow"),
        ("<text:p>\n   Ah\n   Kow\n</text:p>", "Ah Kow"),
        ("<text:p>Ah<text:s/>Kow</text:p>", "Ah Kow"),
        ("<text:p>Ah <text:s text:c=\"2\"/>Kow<text:s/></text:p>", "Ah   Kow "),
        ("<text:p><text:span>Ah</text:span> <text:span>Kow</text:span></text:p>", "Ah Kow"),
        ("<text:p><text:span>Ah<text:s text:c='1'/></text:span><text:span>Kow</text:span></text:p>", "Ah Kow"),
        ("<text:p>Ah</text:p><text:p>Kow</text:p>", "Ah\nKow"),
        ("<text:p>Ah<text:line-break/>Kow</text:p>", "Ah\nKow"),
        ("<text:p>Ah<text:tab/>Kow</text:p>", "Ah\tKow"),
        ("<text:p/><text:p>Kow</text:p>", "\nKow"),
        ("<text:p>&lt;Ah&gt; &amp; &#x674E;<![CDATA[<&amp;>]]></text:p>", "<Ah> & \u{674e}<&amp;>"),
        ("<text:p>A<!-- b -->h</text:p>", "Ah"),
        (
            concat!(
                "<text:p><text:ruby><text:ruby-base>Ah</text:ruby-base>",
                "<text:ruby-text>x</text:ruby-text></text:ruby></text:p>"
            ),
            "Ah",
        ),
        ("<text:p>Ah<text:note><text:note-body><text:p>x</text:p></text:note-body></text:note></text:p>", "Ah"),
        ("<text:p>Ah<office:annotation><text:p>x</text:p></office:annotation></text:p>", "Ah"),
        (
            "<office:annotation><dc:date>2026</dc:date><text:p>note</text:p></office:annotation><text:p>Ah</text:p>",
            "Ah",
        ),
        ("<draw:frame><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame><text:p>Ah</text:p>", "Ah"),
        ("<text:p><text:a xlink:href=\"https://example.com\">Ah</text:a></text:p>", "Ah"),
        ("<text:p><text:sheet-name>Users</text:sheet-name></text:p>", "Users"),
    ] {
        assert_eq!(field(Field::FirstName, &text_cell(inside)).as_deref(), Ok(text), "{inside}");
    }
    for (attributes, inside, text) in [
        (r#"office:value-type="string" office:string-value="Ah Kow""#, "<text:p>Ah Kow</text:p>", "Ah Kow"),
        (r#"office:value-type="string" office:string-value="Ah &amp; Kow""#, "", "Ah & Kow"),
        (r#"o:value-type='string'"#, "<text:p>Ah Kow</text:p>", "Ah Kow"),
        ("", "<text:p>Ah Kow</text:p>", "Ah Kow"),
        (r#"office:value-type="void""#, "", ""),
        (r#"office:value-type="string""#, "<text:p/>", ""),
        (r#"office:value="5""#, "<text:p>Ah Kow</text:p>", "Ah Kow"),
    ] {
        assert_eq!(field(Field::FirstName, &cell_of(attributes, inside)).as_deref(), Ok(text), "{attributes}");
    }
}

#[test]
fn a_number_is_read_as_in_a_workbook() {
    let number = |kind: &str, value: &str| {
        let attributes = format!(r#"office:value-type="{kind}" office:value="{value}""#);
        field(Field::ContactNumber, &cell_of(&attributes, "<text:p>9.12E+07</text:p>"))
    };
    for (kind, value, read) in [
        ("float", "91234567", Ok("91234567")),
        ("float", "9.1234567E7", Ok("91234567")),
        ("float", "91234567.0", Ok("91234567")),
        ("currency", "91234567", Ok("91234567")),
        ("percentage", "91234567", Ok("91234567")),
        ("float", "91234567.5", Err(Fault::ContactNumberSyntax)),
        ("float", "-91234567", Err(Fault::ContactNumberSyntax)),
        ("float", "1234567890123456", Err(Fault::CellPrecision)),
        ("float", "NaN", Err(Fault::CellType)),
        ("float", "inf", Err(Fault::CellType)),
    ] {
        let expected = read.map(str::to_owned).map_err(|fault| vec![fault]);
        assert_eq!(number(kind, value), expected, "{kind} {value}");
    }
}

#[test]
fn what_has_no_trustworthy_text_is_a_fault_of_its_cell() {
    for (attributes, inside, fault) in [
        (r#"office:value-type="date" office:date-value="2026-11-23""#, "<text:p>23/11/2026</text:p>", Fault::CellType),
        (r#"office:value-type="time" office:time-value="PT1H""#, "<text:p>1:00</text:p>", Fault::CellType),
        (r#"office:value-type="boolean" office:boolean-value="true""#, "<text:p>TRUE</text:p>", Fault::CellType),
        (
            r#"table:formula="of:=[.A1]" office:value-type="float" office:value="1""#,
            "<text:p>1</text:p>",
            Fault::CellFormula,
        ),
        (r#"t:formula="" office:value-type="string""#, "<text:p>1</text:p>", Fault::CellFormula),
        (r#"table:formula="of:=1/0" calcext:value-type="error""#, "<text:p>#DIV/0!</text:p>", Fault::CellFormula),
        (
            r##"office:value-type="string" office:string-value="" calcext:value-type="error""##,
            "<text:p>#N/A</text:p>",
            Fault::CellError,
        ),
        (r#"office:value-type="string" office:string-value="91234567""#, "<text:p>81234567</text:p>", Fault::CellError),
    ] {
        assert_eq!(field(Field::ContactNumber, &cell_of(attributes, inside)), Err(vec![fault]), "{attributes}");
    }
    let seed = |value| {
        cell_of(&format!(r#"office:value-type="boolean" office:boolean-value="{value}""#), "<text:p>x</text:p>")
    };
    assert_eq!(field(Field::Seed, &seed("true")).as_deref(), Ok("TRUE"));
    assert_eq!(field(Field::Seed, &seed("false")).as_deref(), Ok("FALSE"));
}

#[test]
fn a_truth_value_may_be_a_formula_as_libreoffice_saves_it() {
    let seed = |formula: &str, value: &str| {
        let attributes = format!(r#"table:formula="{formula}" {value}"#);
        field(Field::Seed, &cell_of(&attributes, "<text:p>TRUE</text:p>"))
    };
    let boolean = |value: &str| format!(r#"office:value-type="boolean" office:boolean-value="{value}""#);
    let number = |value: &str| format!(r#"office:value-type="float" office:value="{value}""#);
    for value in [boolean("true"), number("1")] {
        assert_eq!(seed("of:=TRUE()", &value).as_deref(), Ok("TRUE"), "{value}");
    }
    for value in [boolean("false"), number("0")] {
        assert_eq!(seed("of:=FALSE()", &value).as_deref(), Ok("FALSE"), "{value}");
    }
    for (formula, value) in [
        ("of:=TRUE()", boolean("false")),
        ("of:=TRUE()", number("0")),
        ("of:=TRUE()", number("2")),
        ("of:=TRUE()", r#"office:value-type="string" office:string-value="1""#.to_owned()),
        ("of:=NOT(TRUE())", boolean("false")),
        ("of:=TRUE", boolean("true")),
        ("", boolean("true")),
    ] {
        assert_eq!(seed(formula, &value), Err(vec![Fault::CellFormula]), "{formula} {value}");
    }
}

#[test]
fn rows_and_cells_that_are_alike_are_each_a_row_and_a_cell() {
    let blank = |rows: u32| {
        format!(
            r#"<table:table-row table:number-rows-repeated="{rows}">
            <table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#
        )
    };
    let twice = good().replacen("<table:table-row>", r#"<table:table-row table:number-rows-repeated="3">"#, 1);
    assert_eq!(numbers(&list(&format!("{}{}", good(), blank(1_048_574)))), [2]);
    assert_eq!(numbers(&list(&format!("{}{}{}", good(), blank(5), good()))), [2, 8]);
    assert_eq!(numbers(&list(&format!("{twice}{}{}", good(), blank(1_048_571)))), [2, 3, 4, 5]);
    let texts_of = |cells: &str| {
        let row = one(list(&format!("<table:table-row>{cells}</table:table-row>")).read());
        texts(&row).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let cells: String = GOOD.iter().map(|text| support::ods::cell(text)).collect();
    let end = r#"<table:table-cell table:style-name="x" table:number-columns-repeated="16373"/>"#;
    assert_eq!(texts_of(&format!("{cells}{end}")), GOOD[1..]);
    let alike = cell_of(r#"office:value-type="string" table:number-columns-repeated="2""#, "<text:p>Kim</text:p>");
    let blank = r#"<table:table-cell table:number-columns-repeated="2"/>"#;
    assert_eq!(
        texts_of(&format!("{blank}{alike}{blank}{alike}"))[1..],
        ["Kim", "Kim", "", "", "Kim", "Kim", "", "", ""][..]
    );
}

#[test]
fn what_cannot_be_seen_is_left_out_with_a_remark() {
    let hidden = |attributes: &str| good().replacen("<table:table-row>", &format!("<table:table-row {attributes}>"), 1);
    let style = |name: &str, family: &str, properties: &str| {
        format!(
            r#"<style:style style:name="{name}" style:family="{family}"><style:{family}-properties {properties}/>
            </style:style>"#
        )
    };
    let styles = [
        style("ta2", "table", r#"table:display="false""#),
        style("ta3", "table", r#"table:display="true""#),
        style("ta_extref", "table", r#"table:display="false""#),
        style("ro2", "table-row", r#"style:row-height="0cm""#),
        style("ro3", "table-row", r#"style:row-height="0.45cm""#),
        style("co2", "table-column", r#"style:column-width="0in""#),
    ]
    .concat();
    let read = |before: &str, rows: &str| {
        let rows = format!("{before}{}{rows}", row(&HEADER));
        package(&styles, &table("Users", "", &rows)).read().unwrap()
    };
    for attributes in [r#"table:visibility="collapse""#, r#"table:visibility="filter""#, r#"table:style-name="ro2""#] {
        let sheet = read("", &format!("{}{}", hidden(attributes), good()));
        assert_eq!((sheet.rows.len(), sheet.remarks), (1, vec![Remark::HiddenRows(1)]), "{attributes}");
    }
    for attributes in [r#"table:visibility="visible""#, r#"table:style-name="ro3""#, r#"table:style-name="ta2""#] {
        assert_eq!(read("", &hidden(attributes)).remarks, [], "{attributes}");
    }
    for group in ["table-row-group", "table-header-rows", "table-rows"] {
        let folded = format!(
            "<table:{group} table:display=\"false\"><table:table-rows>{}</table:table-rows></table:{group}>",
            good()
        );
        let sheet = read("", &format!("{folded}{}", good()));
        assert_eq!((sheet.rows.len(), sheet.remarks), (1, vec![Remark::HiddenRows(1)]), "{group}");
    }
    for columns in [
        r#"<table:table-column table:number-columns-repeated="9"/><table:table-column table:visibility="collapse"/>"#,
        r#"<table:table-columns><table:table-column table:number-columns-repeated="9"/></table:table-columns>
           <table:table-column-group table:display="false"><table:table-column/></table:table-column-group>"#,
        r#"<table:table-column table:number-columns-repeated="9"/><table:table-column table:style-name="co2"/>
           <table:table-column table:number-columns-repeated="16374"/>"#,
    ] {
        let sheet = read(columns, &good());
        assert_eq!((sheet.rows.len(), sheet.remarks), (1, vec![Remark::HiddenFields(vec![Field::Seed])]), "{columns}");
    }
    let rows = format!("{}{}", row(&HEADER), good());
    let tables = [
        table("Notes", "", &row(&["Notes"])),
        table("Old", r#"table:style-name="ta2""#, &rows),
        table("Users", r#"table:style-name="ta3""#, &rows),
        table("'file:///a.ods'#$Users", r#"table:style-name="ta_extref""#, &rows),
    ];
    let sheet = package(&styles, &tables.concat()).read().unwrap();
    assert_eq!((sheet.rows.len(), sheet.remarks), (1, vec![Remark::OtherSheets(1), Remark::HiddenSheets(1)]));
}

#[test]
fn the_examples_table_comes_last() {
    let rows = |email: &str| {
        format!("{}{}", row(&HEADER), row(&["1", email, "", "A", "B", "65", "91234567", "C", "", "", "D"]))
    };
    let tables =
        [table("EXAMPLE", "", &rows("a@agency.gov.sg")), table("Users", "", &rows("b@agency.gov.sg"))].concat();
    let sheet = package("", &tables).read().unwrap();
    assert_eq!(sheet.rows.get(0).unwrap().raw.form.email, "b@agency.gov.sg");
    assert_eq!(sheet.remarks, []);
}

#[test]
fn only_tables_of_the_document_are_tables() {
    let decoy = table("Users", "", &format!("{}{}", row(&HEADER), row(&["1", "x@agency.gov.sg"])));
    let tracked = format!(
        "<table:tracked-changes><table:cell-content-change>{decoy}</table:cell-content-change></table:tracked-changes>"
    );
    let shapes = format!("<table:shapes><draw:frame>{decoy}</draw:frame></table:shapes>");
    let forms = "<office:forms/><table:title>Users</table:title><table:desc>x</table:desc>";
    let inside = format!("{forms}{shapes}{}{}<table:named-expressions/>", row(&HEADER), good());
    let row = one(package("", &format!("{tracked}{}", table("Users", "", &inside))).read());
    assert_eq!(texts(&row), GOOD[1..]);
}

/// The faults of each row.
fn faults(rows: &str) -> Vec<Vec<(Field, Fault)>> {
    let faults = |row: SheetRow| row.raw.cell_faults.iter().map(|fault| (fault.field, fault.fault)).collect();
    list(rows).read().unwrap().rows.iter().map(faults).collect()
}

#[test]
fn a_cell_under_a_merge_is_a_fault() {
    let merged = |field| vec![(field, Fault::CellMerged)];
    let covered = "<table:covered-table-cell/>";
    let hidden =
        r#"<table:covered-table-cell office:value-type="string"><text:p>hidden</text:p></table:covered-table-cell>"#;
    let across = cell_of(r#"office:value-type="string" table:number-columns-spanned="2""#, "<text:p>Ah Kow</text:p>");
    let down = |rows: u32| {
        cell_of(&format!(r#"office:value-type="string" table:number-rows-spanned="{rows}""#), "<text:p>Yes</text:p>")
    };
    for below in [covered, hidden] {
        let rows = row_but(&GOOD, 3, &across).replacen(&support::ods::cell("Tan"), below, 1);
        assert_eq!(faults(&rows), [merged(Field::LastName)]);
        let rows = format!("{}{}{}", row_but(&GOOD, 9, &down(2)), row_but(&GOOD, 9, below), good());
        assert_eq!(faults(&rows), [vec![], merged(Field::Seed), vec![]]);
        let under = row_but(&GOOD, 9, below).replacen(
            "<table:table-row>",
            r#"<table:table-row table:number-rows-repeated="2">"#,
            1,
        );
        let rows = format!("{}{under}{}", row_but(&GOOD, 9, &down(3)), good());
        assert_eq!(faults(&rows), [vec![], merged(Field::Seed), merged(Field::Seed), vec![]]);
    }
    let alike = row_but(&GOOD, 3, &across).replacen(&support::ods::cell("Tan"), covered, 1);
    let alike = alike.replacen("<table:table-row>", r#"<table:table-row table:number-rows-repeated="3">"#, 1);
    assert_eq!(faults(&alike), vec![merged(Field::LastName); 3]);
    let blank = r#"<table:table-row table:number-rows-repeated="1000000">
        <table:table-cell table:number-columns-spanned="2"/><table:covered-table-cell/></table:table-row>"#;
    assert_eq!(faults(&format!("{}{blank}", good())), [vec![]]);
}

#[test]
fn merges_that_programs_show_differently_are_refused() {
    let hidden =
        r#"<table:covered-table-cell office:value-type="string"><text:p>x</text:p></table:covered-table-cell>"#;
    let spanned =
        |attributes: &str| cell_of(&format!("office:value-type=\"string\" {attributes}"), "<text:p>x</text:p>");
    let two = r#"table:number-rows-spanned="2""#;
    for rows in [
        row_but(&GOOD, 4, hidden),
        format!("{}{}", row_but(&GOOD, 4, &spanned(two)), row_but(&GOOD, 4, &spanned(two))),
        row_but(&GOOD, 4, &spanned(r#"table:number-columns-spanned="2" table:number-columns-repeated="2""#)),
        row_but(&GOOD, 4, &spanned(two)).replacen(
            "<table:table-row>",
            r#"<table:table-row table:number-rows-repeated="2">"#,
            1,
        ),
        row_but(&GOOD, 4, &spanned(r#"table:number-rows-spanned="0""#)),
        row_but(&GOOD, 4, &spanned(r#"table:number-columns-spanned="x""#)),
    ] {
        assert_eq!(code(list(&rows).read()), "FILE_CORRUPT", "{rows}");
    }
}

#[test]
fn a_link_under_an_address_must_lead_to_it() {
    let link = |shown: &str, href: &str| {
        text_cell(&format!("<text:p><text:a xlink:href=\"{href}\" xlink:type=\"simple\">{shown}</text:a></text:p>"))
    };
    for href in
        ["mailto:tan@agency.gov.sg", "MAILTO:Tan@Agency.gov.sg?subject=x", "mailto:tan%40agency.gov.sg", "https://b.sg"]
    {
        assert_eq!(field(Field::Email, &link("tan@agency.gov.sg", href)).as_deref(), Ok("tan@agency.gov.sg"), "{href}");
    }
    for href in ["mailto:lim@agency.gov.sg", " mail&#10;to:lim@agency.gov.sg", "mailto:"] {
        let read = field(Field::Email, &link("tan@agency.gov.sg", href));
        assert_eq!(read, Err(vec![Fault::EmailMismatch]), "{href}");
    }
    let rows = row_but(&GOOD, 1, &link("tan@agency.gov.sg", "mailto:lim@agency.gov.sg"));
    let rows = rows.replacen("<table:table-row>", r#"<table:table-row table:number-rows-repeated="3">"#, 1);
    assert_eq!(faults(&rows), vec![vec![(Field::Email, Fault::EmailMismatch)]; 3]);
    assert_eq!(field(Field::FirstName, &link("Ah Kow", "mailto:lim@agency.gov.sg")).as_deref(), Ok("Ah Kow"));
}
