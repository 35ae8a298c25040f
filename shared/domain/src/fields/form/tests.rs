use super::*;

fn officer() -> EmailAddress {
    EmailAddress::parse("lin@example-agency.gov.sg").unwrap()
}

fn rules() -> DomainRules {
    DomainRules::from_json(
        r#"{"version":1,"domains":[
        {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
        {"domain":"sample-board.gov.sg","match":"exact","persona":"officer","seed":"ineligible"},
        {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#,
    )
    .unwrap()
}

fn form(email: &str, username: &str) -> Form {
    Form {
        email: email.into(),
        username: username.into(),
        first_name: "Ada".into(),
        last_name: " Tan".into(),
        country_code: "65".into(),
        contact_number: "9123 4567".into(),
        organisation: "Example Vendor".into(),
        department: "Data".into(),
        seed: "yes".into(),
        reason: "Joins  the team".into(),
    }
}

fn profile() -> Profile {
    Profile {
        name: FullName::parse("Ada", "Tan").unwrap(),
        contact_number: ContactNumber::parse("+6591234567").unwrap(),
        organisation: Organisation::parse("Example Vendor").unwrap(),
        department: Some(Department::parse("Data").unwrap()),
    }
}

fn subject(email: &str, person: Person, seed: SeedWish, eligibility: SeedEligibility) -> Subject {
    let email = EmailAddress::parse(email).unwrap();
    Subject { email, person, seed, eligibility, reason: Reason::parse("Joins the team").unwrap() }
}

fn faults(faults: &[(Field, Fault)]) -> Vec<FieldFault> {
    faults.iter().map(|(field, fault)| fault.at(*field)).collect()
}

#[test]
fn a_form_without_faults_is_read_whole() {
    let (rules, username) = (rules(), Username::parse("ada.tan").unwrap());
    let named = |holder| Person::Named { holder, profile: profile() };
    for (email, typed, holder) in [
        ("ada@vendor.example.com", "ada.tan", Holder::Vendor { username }),
        ("bo@example-agency.gov.sg", "", Holder::Officer),
        ("bo@example-agency.gov.sg", " - ", Holder::Officer),
        ("bo@example-agency.gov.sg", "bo", Holder::Officer),
        ("bo@example-agency.gov.sg", "a..b", Holder::Officer),
        ("bo@example-agency.gov.sg", "bo@example-agency.gov.sg", Holder::Officer),
    ] {
        let expected = subject(email, named(holder), SeedWish::Required, SeedEligibility::Eligible);
        assert_eq!(form(email, typed).account(&rules, &officer()), Ok(expected), "{email} {typed}");
    }
    for (email, seed, wish, eligibility) in [
        ("bo@example-agency.gov.sg", "yes", SeedWish::Required, SeedEligibility::Eligible),
        ("bo@example-agency.gov.sg", "", SeedWish::NotRequired, SeedEligibility::Eligible),
        ("bo@sample-board.gov.sg", "no", SeedWish::NotRequired, SeedEligibility::Ineligible),
    ] {
        let form = Form { seed: seed.into(), ..form(email, "") };
        let expected = subject(email, Person::Invitee, wish, eligibility);
        assert_eq!(form.email_invitation(&rules, &officer()), Ok(expected), "{email} {seed}");
    }
    assert_eq!(form("", "").profile(), Ok(profile()));
    let without = Form { department: " ".into(), ..form("", "") };
    assert_eq!(without.profile(), Ok(Profile { department: None, ..profile() }));
}

#[test]
fn every_fault_is_reported_in_the_order_of_the_columns() {
    let required = |fields: &[Field]| {
        let fault = |field| if field == Field::FirstName { Fault::NameRequired } else { Fault::Required };
        fields.iter().map(|field| fault(*field).at(*field)).collect::<Vec<_>>()
    };
    let profile = [Field::FirstName, Field::ContactNumber, Field::Organisation];
    let blank = Form::default();
    assert_eq!(blank.profile(), Err(required(&profile)));
    assert_eq!(
        blank.account(&rules(), &officer()),
        Err(required(&[&[Field::Email], profile.as_slice(), &[Field::Reason]].concat()))
    );
    assert_eq!(blank.email_invitation(&rules(), &officer()), Err(required(&[Field::Email, Field::Reason])));
    let wrong = Form { first_name: "<b>".into(), department: "a\u{7}b".into(), ..form("ada", "a..b") };
    let wrong = Form { contact_number: "n/a".into(), reason: "see S1234567D".into(), seed: "maybe".into(), ..wrong };
    assert_eq!(
        wrong.account(&rules(), &officer()),
        Err(faults(&[
            (Field::Email, Fault::EmailSyntax),
            (Field::Username, Fault::UsernameSyntax),
            (Field::FirstName, Fault::NameSyntax),
            (Field::ContactNumber, Fault::ContactNumberSyntax),
            (Field::Department, Fault::ControlCharacter),
            (Field::Seed, Fault::SeedSyntax),
            (Field::Reason, Fault::IdentityNumber),
        ]))
    );
}

#[test]
fn the_persona_decides_whether_a_username_belongs_to_the_account() {
    let unknown = (Field::Email, Fault::EmailDomain);
    let username = |fault| (Field::Username, fault);
    for (email, typed, expected) in [
        ("ada@vendor.example.com", " ", vec![username(Fault::UsernameRequired)]),
        ("ada@vendor.example.com", "-", vec![username(Fault::UsernameRequired)]),
        ("ada@vendor.example.com", "N/A", vec![username(Fault::UsernameRequired)]),
        ("ada@vendor.example.com", "a..b", vec![username(Fault::UsernameSyntax)]),
        ("ada@elsewhere.example.com", "", vec![unknown]),
        ("ada@elsewhere.example.com", "-", vec![unknown]),
        ("ada@elsewhere.example.com", "ada.tan", vec![unknown]),
        ("ada@elsewhere.example.com", "a..b", vec![unknown, username(Fault::UsernameSyntax)]),
    ] {
        assert_eq!(form(email, typed).account(&rules(), &officer()), Err(faults(&expected)), "{email} {typed}");
    }
}

#[test]
fn an_officer_invites_neither_themselves_nor_vendors_by_email_nor_asks_for_seed_where_it_is_not_allowed() {
    let (own, not_officer) = ((Field::Email, Fault::EmailOwn), (Field::Email, Fault::EmailNotOfficer));
    let (ineligible, syntax) = ((Field::Seed, Fault::SeedIneligible), (Field::Seed, Fault::SeedSyntax));
    for (email, seed, expected) in [
        ("LIN+1@example-agency.gov.sg", "yes", vec![own]),
        ("bo@sample-board.gov.sg", "yes", vec![ineligible]),
        ("bo@sample-board.gov.sg", "maybe", vec![syntax]),
        ("lin@example-agency.gov.sg", "maybe", vec![own, syntax]),
        ("bo@elsewhere.example.com", "yes", vec![(Field::Email, Fault::EmailDomain)]),
    ] {
        let form = Form { seed: seed.into(), ..form(email, "") };
        assert_eq!(form.account(&rules(), &officer()), Err(faults(&expected)), "{email} {seed}");
        assert_eq!(form.email_invitation(&rules(), &officer()), Err(faults(&expected)), "{email} {seed}");
    }
    let vendor = form("ada@vendor.example.com", "ada.tan").email_invitation(&rules(), &officer());
    assert_eq!(vendor, Err(faults(&[not_officer])));
}

#[test]
fn a_field_alone_is_read_as_in_a_form() {
    for (field, text, read) in [
        (Field::Email, " Ada@vendor.example.com", Ok("Ada@vendor.example.com")),
        (Field::Email, "ada", Err(Fault::EmailSyntax)),
        (Field::Username, "ada.tan@techpass.gov.sg", Ok("ada.tan")),
        (Field::Username, "", Err(Fault::UsernameRequired)),
        (Field::FirstName, " Ada", Ok("Ada")),
        (Field::LastName, "<b>", Err(Fault::NameSyntax)),
        (Field::FirstName, "-", Ok("")),
        (Field::CountryCode, " 65 ", Ok("65")),
        (Field::CountryCode, "Malaysia (60)", Ok("60")),
        (Field::CountryCode, "N/A", Ok("")),
        (Field::CountryCode, "999", Err(Fault::CountryCodeUnknown)),
        (Field::ContactNumber, "9123 4567", Ok("+6591234567")),
        (Field::Organisation, "", Err(Fault::Required)),
        (Field::Organisation, "Example  Agency", Ok("Example Agency")),
        (Field::Department, " ", Ok("")),
        (Field::Department, "Data ", Ok("Data")),
        (Field::Seed, "y", Ok("Yes")),
        (Field::Seed, "-", Ok("No")),
        (Field::Reason, "Joins\n", Ok("Joins")),
    ] {
        assert_eq!(field.read(text), read.map(str::to_owned), "{field:?} {text}");
    }
}

#[test]
fn a_form_holds_one_text_for_each_field() {
    for field in Field::ALL {
        let mut form = Form::default();
        form.set(field, " \u{200b}".into());
        assert!(form.is_blank(), "{field:?}");
        form.set(field, "typed".into());
        assert!(!form.is_blank(), "{field:?}");
        for other in Field::ALL {
            assert_eq!(form.get(other), if other == field { "typed" } else { "" }, "{field:?} {other:?}");
        }
        assert_eq!((form.take(field).as_str(), form), ("typed", Form::default()), "{field:?}");
    }
}

#[test]
fn the_holder_and_the_profile_say_what_is_known_of_a_person() {
    let vendor = Holder::Vendor { username: Username::parse("ada.tan").unwrap() };
    assert_eq!((Holder::Officer.persona(), Holder::Officer.username()), (Persona::Officer, None));
    assert_eq!((vendor.persona(), vendor.username().map(Username::as_str)), (Persona::Vendor, Some("ada.tan")));
    assert_eq!(Person::Invitee.parts(), (Holder::Officer, None));
    let named = Person::Named { holder: vendor.clone(), profile: profile() };
    assert_eq!(named.parts(), (vendor, Some(profile())));
    let known = profile();
    assert_eq!(
        Field::ALL.map(|field| known.text(field)),
        [
            None,
            None,
            Some("Ada"),
            Some("Tan"),
            None,
            Some("+6591234567"),
            Some("Example Vendor"),
            Some("Data"),
            None,
            None
        ]
    );
    let alone = Profile { department: None, name: FullName::parse("", "Tan").unwrap(), ..known };
    let fields = [Field::FirstName, Field::LastName, Field::Department];
    assert_eq!(fields.map(|field| alone.text(field)), [None, Some("Tan"), None]);
}

#[test]
fn a_text_that_is_too_long_has_its_length_in_the_fault() {
    let form = Form {
        first_name: "a".repeat(65),
        organisation: format!("  {}\u{200b} b", "x".repeat(69)),
        reason: "x".repeat(256),
        ..form(&format!("{}@vendor.example.com", "a".repeat(70)), &"a".repeat(71))
    };
    let faults = form.account(&rules(), &officer()).unwrap_err();
    let lengths: Vec<(Field, Option<Measure>)> = faults.iter().map(|fault| (fault.field, fault.measure)).collect();
    let length = |limit, count| Some(Measure::Length { limit, count });
    assert_eq!(
        lengths,
        [
            (Field::Email, length(64, 70)),
            (Field::Username, length(64, 71)),
            (Field::FirstName, length(64, 65)),
            (Field::Organisation, length(64, 71)),
            (Field::Reason, length(255, 256)),
        ]
    );
    let officer_address = format!("{}@{}.gov.sg", "a".repeat(60), "b".repeat(60));
    let faults = Form { email: officer_address, ..form }.account(&rules(), &officer()).unwrap_err();
    assert_eq!(faults[0].detail(), "A public officer's address has at most 113 characters; this has 128.");
}
