//! The contract of every directory.

use directory::{
    AccountChange, AccountHistory, AccountPage, AccountStatus, AccountToCreate, Accounts, AssignOutcome, ChangeOutcome,
    CreateOutcome, Elsewhere, FirstPasswordOutcome, Licences, SignIn, SignedIn, WithdrawOutcome,
};
use domain::{
    EmailAddress, InviteId, OfficerId,
    fields::Form,
    invite::{Account, Invite},
    licence::LicenceFault,
};

use crate::people::{account_invite, beginning, email, officer, officer_form, vendor_form};

/// A backend that implements all three ports: accounts, licences and sign-in.
pub trait Directory: Accounts + Licences + SignIn {}

impl<T: Accounts + Licences + SignIn> Directory for T {}

/// What people do with a directory's accounts outside of this service.
pub trait People {
    /// A backend that implements all three ports.
    type Directory: Directory;

    fn make(&self, name: &str, email: &EmailAddress) -> impl Future<Output = ()>;

    /// Creates the account of an officer whose address is verified. Returns the user id.
    fn make_officer(&self, email: &EmailAddress) -> impl Future<Output = OfficerId>;

    /// The holder of an account signs in for the first time.
    fn sign_in(&self, account: &Account) -> impl Future<Output = ()>;

    fn disable(&self, account: &Account) -> impl Future<Output = ()>;

    fn delete(&self, account: &Account) -> impl Future<Output = ()>;

    /// The same directory, but without a SEED group.
    fn without_seed_group(&self) -> impl Future<Output = Self::Directory>;
}

/// Runs the whole contract on an empty directory.
///
/// # Panics
///
/// When the directory breaks the contract.
pub async fn all(directory: &impl Directory, people: &impl People) {
    all_but_refusals(directory, people).await;
    a_verified_address_has_one_account(directory, people).await;
    no_first_password_follows_the_holders_own(directory, people).await;
}

/// Runs the contract without the two refusals of `all`, which an emulator may lack. AWS decides that they belong to the
/// contract: `AliasExistsException` and `UnsupportedUserStateException` of
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html>.
///
/// # Panics
///
/// When the directory breaks the contract.
pub async fn all_but_refusals(directory: &impl Directory, people: &impl People) {
    an_account_is_made_once_for_an_invite(directory).await;
    a_mailbox_or_a_username_has_one_account(directory, people).await;
    a_licence_is_given_and_taken_back_however_often(directory, people).await;
    a_first_password_is_mailed_however_often(directory, people).await;
    an_account_has_the_status_that_its_holder_and_others_left(directory, people).await;
    an_account_is_disabled_enabled_and_deleted_however_often(directory, people).await;
    every_account_is_listed_once(directory).await;
    an_officer_is_found_by_user_id(directory, people).await;
    an_officer_is_found_by_address(directory, people).await;
    let without = people.without_seed_group().await;
    let account = made(directory, &invite(&vendor_form("contract-group"), 90)).await;
    assert_eq!(without.assign(&account).await, Ok(AssignOutcome::Refused(LicenceFault::NotSetUp)));
}

pub(super) fn invite(form: &Form, seed: u64) -> Invite {
    account_invite(&officer("contract"), form, beginning(), &crate::seeded(seed))
}

pub(super) async fn create(directory: &impl Directory, invite: &Invite) -> CreateOutcome {
    directory.create(&AccountToCreate::of(invite, Elsewhere::NotListed).unwrap()).await.unwrap()
}

pub(super) async fn made(directory: &impl Directory, invite: &Invite) -> Account {
    match create(directory, invite).await {
        CreateOutcome::Created(account) => account,
        other => panic!("{other:?}"),
    }
}

async fn an_account_is_made_once_for_an_invite(directory: &impl Directory) {
    for (form, seed) in [(vendor_form("Contract-Once"), 1), (officer_form("contract-once"), 2)] {
        let invite = invite(&form, seed);
        assert_eq!(directory.find_by_email(&invite.email).await, Ok(None));
        let account = made(directory, &invite).await;
        assert_eq!(create(directory, &invite).await, CreateOutcome::AlreadyOurs(account.clone()));
        let found = directory.find_by_email(&invite.email).await.unwrap().unwrap();
        assert_eq!((found.account, found.invite), (account, Some(invite.id)));
    }
}

async fn a_verified_address_has_one_account(directory: &impl Directory, people: &impl People) {
    people.make("contract-verified", &email("Contract-Verified@vendor.example.com")).await;
    let by_address = Form { username: "contract-other".to_owned(), ..vendor_form("contract-verified") };
    assert_eq!(create(directory, &invite(&by_address, 11)).await, CreateOutcome::EmailTaken);
}

/// By what the directory searches itself, and by the name of the account.
async fn a_mailbox_or_a_username_has_one_account(directory: &impl Directory, people: &impl People) {
    let theirs = email("Contract-Theirs@vendor.example.com");
    people.make("contract-theirs", &theirs).await;
    assert_eq!(directory.find_by_email(&theirs).await.unwrap().unwrap().invite, None);
    let by_name = Form { email: "contract-other@vendor.example.com".to_owned(), ..vendor_form("contract-theirs") };
    assert_eq!(create(directory, &invite(&by_name, 12)).await, CreateOutcome::UsernameTaken);
    made(directory, &invite(&officer_form("contract-tag"), 13)).await;
    let tagged = Form { email: "contract-tag+work@sample-board.gov.sg".to_owned(), ..officer_form("contract-tag") };
    assert_eq!(create(directory, &invite(&tagged, 14)).await, CreateOutcome::EmailTaken, "it is the same mailbox");
    people.make("contract-listed", &email("contract-listed+theirs@vendor.example.com")).await;
    let listed = Form { username: "contract-plain".to_owned(), ..vendor_form("contract-listed") };
    let listed = invite(&listed, 15);
    let outcome = directory.create(&AccountToCreate::of(&listed, Elsewhere::Listed).unwrap()).await;
    assert_eq!(outcome, Ok(CreateOutcome::EmailTaken), "another system's account has the mailbox");
}

async fn a_licence_is_given_and_taken_back_however_often(directory: &impl Directory, people: &impl People) {
    let account = made(directory, &invite(&vendor_form("contract-licence"), 21)).await;
    for _ in 0..2 {
        assert_eq!(directory.withdraw(&account).await, Ok(WithdrawOutcome::Withdrawn));
        assert_eq!(directory.assign(&account).await, Ok(AssignOutcome::Assigned));
        assert_eq!(directory.assign(&account).await, Ok(AssignOutcome::Assigned));
    }
    people.delete(&account).await;
    assert_eq!(directory.assign(&account).await, Ok(AssignOutcome::AccountGone));
    assert_eq!(directory.withdraw(&account).await, Ok(WithdrawOutcome::AccountGone));
}

async fn a_first_password_is_mailed_however_often(directory: &impl Directory, people: &impl People) {
    let account = made(directory, &invite(&officer_form("contract-password"), 31)).await;
    for _ in 0..2 {
        assert_eq!(directory.mail_first_password(&account).await, Ok(FirstPasswordOutcome::Mailed));
    }
    people.delete(&account).await;
    assert_eq!(directory.mail_first_password(&account).await, Ok(FirstPasswordOutcome::AccountGone));
}

async fn no_first_password_follows_the_holders_own(directory: &impl Directory, people: &impl People) {
    let account = made(directory, &invite(&officer_form("contract-own-password"), 32)).await;
    assert_eq!(directory.mail_first_password(&account).await, Ok(FirstPasswordOutcome::Mailed));
    people.sign_in(&account).await;
    assert_eq!(directory.mail_first_password(&account).await, Ok(FirstPasswordOutcome::NotPending));
}

async fn an_account_has_the_status_that_its_holder_and_others_left(directory: &impl Directory, people: &impl People) {
    let account = made(directory, &invite(&vendor_form("contract-status"), 41)).await;
    assert_eq!(directory.status(&account).await, Ok(AccountStatus::Pending));
    people.sign_in(&account).await;
    assert_eq!(directory.status(&account).await, Ok(AccountStatus::SignedIn));
    people.disable(&account).await;
    assert_eq!(directory.status(&account).await, Ok(AccountStatus::Disabled));
    people.delete(&account).await;
    assert_eq!(directory.status(&account).await, Ok(AccountStatus::Gone));
}

async fn an_account_is_disabled_enabled_and_deleted_however_often(directory: &impl Directory, people: &impl People) {
    let mine = invite(&vendor_form("contract-change"), 42);
    let account = made(directory, &mine).await;
    let history = |sign_in| Ok(Some(AccountHistory { invite: Some(mine.id), sign_in }));
    assert_eq!(directory.history(&account).await, history(SignedIn::Never));
    let change = async |change| directory.change(&account, change).await;
    for _ in 0..2 {
        assert_eq!(change(AccountChange::Disable).await, Ok(ChangeOutcome::Changed));
        assert_eq!(directory.status(&account).await, Ok(AccountStatus::Disabled));
        assert_eq!(directory.history(&account).await, history(SignedIn::Never), "a disabled one is known as before");
    }
    for _ in 0..2 {
        assert_eq!(change(AccountChange::Enable).await, Ok(ChangeOutcome::Changed));
        assert_eq!(directory.status(&account).await, Ok(AccountStatus::Pending));
    }
    people.sign_in(&account).await;
    people.disable(&account).await;
    assert_eq!(directory.history(&account).await, history(SignedIn::Once));
    assert_eq!(change(AccountChange::Delete).await, Ok(ChangeOutcome::Changed));
    for gone in [AccountChange::Delete, AccountChange::Disable, AccountChange::Enable] {
        assert_eq!(change(gone).await, Ok(ChangeOutcome::AccountGone));
    }
    assert_eq!(directory.history(&account).await, Ok(None));
    assert_eq!(made(directory, &mine).await, account, "its name and its address are free again");
}

/// Uses more accounts, and more accounts with a licence, than a page of any directory has.
async fn every_account_is_listed_once(directory: &impl Directory) {
    let (mut invites, mut licensed) = (Vec::new(), Vec::new());
    for number in 0..65 {
        let invite = invite(&vendor_form(&format!("contract-list-{number}")), 100 + number);
        let account = made(directory, &invite).await;
        invites.push(invite.id);
        if number % 8 == 0 {
            assert_eq!(directory.assign(&account).await, Ok(AssignOutcome::Assigned));
            licensed.push(invite.id);
        }
    }
    assert_eq!(listed(&invites, async |place| directory.list(place).await.unwrap()).await, sorted(&invites));
    assert_eq!(listed(&invites, async |place| directory.list_licensed(place).await.unwrap()).await, sorted(&licensed));
}

pub(super) fn sorted(invites: &[InviteId]) -> Vec<InviteId> {
    let mut sorted = invites.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The accounts of these invites that a list has, over all its pages.
pub(super) async fn listed(invites: &[InviteId], ask: impl AsyncFn(Option<&str>) -> AccountPage) -> Vec<InviteId> {
    let (mut listed, mut place) = (Vec::new(), None);
    loop {
        let page = ask(place.as_deref()).await;
        let pending = page.accounts.into_iter().filter(|listed| listed.status == AccountStatus::Pending);
        listed.extend(pending.filter_map(|listed| listed.found.invite).filter(|id| invites.contains(id)));
        place = page.next;
        if place.is_none() {
            return sorted(&listed);
        }
    }
}

async fn an_officer_is_found_by_user_id(directory: &impl Directory, people: &impl People) {
    let address = email("contract-officer@sample-board.gov.sg");
    let id = people.make_officer(&address).await;
    let found = directory.find_officer(&id).await.unwrap().unwrap();
    assert_eq!((&found.id, found.email.as_str()), (&id, address.as_str()));
    let nobody = OfficerId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    assert_eq!(directory.find_officer(&nobody).await, Ok(None));
}

async fn an_officer_is_found_by_address(directory: &impl Directory, people: &impl People) {
    let address = email("contract-colleague@sample-board.gov.sg");
    let id = people.make_officer(&address).await;
    let found = directory.find_officer_at(&email("Contract-Colleague@Sample-Board.gov.sg")).await.unwrap().unwrap();
    assert_eq!((&found.id, found.email.as_str()), (&id, address.as_str()));
    let nobody = email("contract-nobody@sample-board.gov.sg");
    assert_eq!(directory.find_officer_at(&nobody).await, Ok(None));
}
