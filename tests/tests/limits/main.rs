//! A list of ten thousand within the limits that AWS documents, in virtual time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{cell::Cell, collections::BTreeMap, time::Duration};

use boot::Disposition;
use domain::{
    BulkActionId,
    batch::{Batch, BatchState},
    bulk_action::{BulkAction, BulkActionState},
    fields::Form,
    invite::Progress,
};
use futures::future::join_all;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::{CreateOutcome, Stored};
use testing::{
    LimitedTable, SesLimits,
    people::{account_invite, officer, officer_form, vendor_form, workbook},
};
use tests::{
    alarms::ringing,
    app::App,
    lambda::Lambda,
    ledger::{Ledger, count},
    logged::Logged,
    person::Person,
};
use tokio::time::{Instant, sleep};

/// People of a list that is only read and dispatched.
const PEOPLE: usize = 10_000;
const MINUTE: Duration = Duration::from_secs(60);

async fn batch(app: &App) -> Stored<Batch> {
    app.store.list_batches(&officer("ada").id, 1, None).await.unwrap().0.remove(0)
}

/// Reads a workbook of so many people: vendors who get a licence, and as many officers who do not. Returns how long
/// that took.
async fn read(app: &App, people: usize) -> Duration {
    app.directory.add_officer(officer("ada"));
    let form = |n| match n % 2 {
        0 => vendor_form(&format!("crowd-{n}")),
        _ => Form { seed: "No".to_owned(), ..officer_form(&format!("crowd-{n}")) },
    };
    let people: Vec<_> = (0..people).map(form).collect();
    let message = app.upload("drops/officer-ada/list.xlsx", workbook(&people));
    let began = Instant::now();
    assert!(matches!(app.parse(message).await, Disposition::Done));
    let read_in = began.elapsed();
    let submitted = batch(app).await;
    assert!(matches!(submitted.state, BatchState::Submitted { .. }), "{}", submitted.state_name());
    read_in
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_people_are_read_in_fifteen_seconds_and_dispatched_in_a_minute() {
    let (app, table, _) = App::start_limited(SesLimits::default()).await;
    let read_in = read(&app, PEOPLE).await;
    let began = Instant::now();
    let (mut legs, mut failures) = (0, 0);
    let id = batch(&app).await.id;
    while matches!(batch(&app).await.state, BatchState::Submitted { .. }) {
        legs += 1;
        let told = app.deliver(QueueName::Dispatch, Wake::Batch { id }).await;
        failures += usize::from(!matches!(told, Disposition::Done));
        assert!(legs < 100, "it never ends");
    }
    let dispatched_in = began.elapsed();
    let sent = batch(&app).await;
    println!(
        "read in {read_in:?}, dispatched in {dispatched_in:?}, {legs} legs, {failures} failed; {:?}",
        table.tally()
    );
    assert_eq!(sent.counts.sent as usize, PEOPLE);
    assert!(read_in <= Duration::from_secs(15), "read in {read_in:?}");
    assert!(dispatched_in <= MINUTE, "dispatched in {dispatched_in:?}");
    assert_eq!(failures, 0, "no message of it is delivered again because the table was busy");
}

/// What an officer sees of a batch who looks at its page all the time, and what that costs.
#[derive(Default)]
struct Watched {
    cost: Cell<Ledger>,
    /// When every row had become an invite, since the officer began to look.
    dispatched_in: Cell<Option<Duration>>,
}

/// Looks at a batch's page, which asks every two seconds.
async fn watch(app: &App, batch: &str, watched: &Watched) {
    let looking = Instant::now();
    loop {
        sleep(Duration::from_secs(2)).await;
        let began = Instant::now();
        let shown = app.officer("ada").get(&format!("/api/batches/{batch}")).await.expect(200).body;
        watched.cost.set(watched.cost.get() + Ledger::of_requests(1, began.elapsed(), 256));
        if shown["state"] == "DISPATCHED" && watched.dispatched_in.get().is_none() {
            watched.dispatched_in.set(Some(looking.elapsed()));
        }
    }
}

/// How many requests the table has put off by the end of each period of the alarm about that.
async fn count_put_off(table: &LimitedTable, put_off: &Cell<Vec<u64>>) {
    loop {
        let mut periods = put_off.take();
        periods.push(table.tally().put_off);
        put_off.set(periods);
        sleep(5 * MINUTE).await;
    }
}

/// People of a list that is drained: `make limits` has ten thousand, and `make test` fewer, at the same rates.
fn drained() -> usize {
    boot::Env::from_process().optional("PEOPLE").map_or(2_000, |people| people.parse().unwrap())
}

/// From the stored rows to the last mail, with every function that queues and timers start, but `parse-batch`, which
/// has read the list before: accounts and licences of ten thousand people in four minutes, their mails at the rate of
/// SES.
#[tokio::test(start_paused = true)]
async fn a_list_is_drained_at_the_rates_of_cognito_and_ses() {
    let (logged, _logs) = Logged::from_now(None);
    let (app, table, twins) = App::start_limited(SesLimits::default()).await;
    let people = drained();
    read(&app, people).await;
    let lambda = Lambda::new(&app);
    let began = Instant::now();
    let (mut accounts_in, mut licences_in) = (None, None);
    let is_done = || {
        let users = twins.cognito.users();
        if users.all == people {
            accounts_in.get_or_insert(began.elapsed());
        }
        if users.licensed == people / 2 {
            licences_in.get_or_insert(began.elapsed());
        }
        twins.ses.mails().len() == people
    };
    let (watched, put_off) = (Watched::default(), Cell::new(vec![0]));
    let id = batch(&app).await.id.to_string();
    tokio::select! {
        () = lambda.run_until(60 * MINUTE, is_done) => {}
        () = watch(&app, &id, &watched) => {}
        () = count_put_off(&table, &put_off) => {}
    }
    let mailed_in = began.elapsed();
    let bytes = Ledger { log_bytes: count(logged.text().len()), ..Ledger::default() };
    let mails = Ledger { mails: count(people), ..Ledger::default() };
    let cost = lambda.cost() + watched.cost.get() + Ledger::of_table(table.tally()) + bytes + mails;
    println!("{cost}");
    let is_news = |line: &&str| !line.contains(r#""level":"INFO""#);
    assert_eq!(logged.text().lines().find(is_news), None, "no alarm rings, and nobody reads a warning");
    assert_eq!(ringing(&logged.text()), Vec::<&str>::new(), "no alarm rings by a number");
    let put_off = put_off.take();
    let busy = put_off.windows(2).filter(|periods| periods[1] - periods[0] > 100).count();
    assert!(busy < 3, "TableWriteThrottlesAlarm rings: {put_off:?}");
    let per_thousand = cost.dollars() / count(people) * 1000.0;
    assert!(per_thousand <= 0.35, "USD {per_thousand} for each thousand people");
    let created = twins.cognito.tally()["AdminCreateUser"];
    println!("accounts in {accounts_in:?}, licences in {licences_in:?}, mails in {mailed_in:?}, {lambda:?}");
    println!("{:?}, {} requests to SES, {:?}", twins.cognito.tally(), twins.ses.requests(), table.tally());
    let (accounts_in, licences_in) = (accounts_in.unwrap(), licences_in.unwrap());
    let people = u32::try_from(people).unwrap();
    let goal = 4 * MINUTE * people / 10_000;
    let dispatched_in = watched.dispatched_in.get().unwrap();
    assert!(dispatched_in <= MINUTE, "dispatched in {dispatched_in:?}, beside the other workers");
    assert!(accounts_in <= goal, "accounts in {accounts_in:?}");
    assert!(licences_in <= goal, "licences in {licences_in:?}");
    assert!(mailed_in <= Duration::from_secs(1) * people / 14 * 11 / 10, "mails in {mailed_in:?}");
    assert!(created.requests <= u64::from(people) * 11 / 10, "{created:?}");
    assert!(twins.ses.mails().values().all(|mails| *mails == 1), "nobody is mailed twice");
    assert_eq!(lambda.dead_letters(), 0);
}

const CANARY: &str = "success@simulator.amazonses.com";

/// One request in twenty to Cognito, and one to SES, has a mishap: no connection, a connection that breaks, an answer
/// that is lost, or one that says nothing about the effect. So has one in two hundred of the store to the table, whose
/// client has tried each three times by then. SES's events tell which mails it took.
#[tokio::test(start_paused = true)]
async fn a_list_is_drained_whatever_breaks_and_nobody_is_lost_or_mailed_twice() {
    let (app, table, twins) = App::start_limited(SesLimits::default()).await;
    let app = app.with_canaries(CANARY);
    // A mishap costs a quarter of an hour, in which nothing else happens. `make limits` has all ten thousand.
    let people = if drained() < PEOPLE { drained() / 4 } else { drained() };
    read(&app, people).await;
    twins.cognito.break_one_in(20);
    twins.ses.break_one_in(20);
    table.break_one_in(200);
    let lambda = Lambda::new(&app);
    // A mail without an answer is sent once more after a quarter of an hour, if it has no event until then.
    let end = Instant::now() + 40 * MINUTE;
    lambda.run_until(41 * MINUTE, || Instant::now() >= end).await;
    println!("{lambda:?}, {:?}, {} requests to SES", twins.cognito.tally(), twins.ses.requests());
    let users = twins.cognito.users();
    assert_eq!((users.all, users.licensed), (people, people / 2));
    let mails = twins.ses.mails();
    let twice: Vec<_> = mails.iter().filter(|(to, mails)| *to != CANARY && **mails > 1).collect();
    assert!(twice.is_empty(), "mailed twice: {twice:?}");
    // A mail with two mishaps is not sent a third time. Its officer and the operators are told.
    let mailed = mails.keys().filter(|to| to.starts_with("crowd-")).count();
    let undecided = people - mailed;
    let mut progress = app.store.batch_progress(batch(&app).await.id).await.unwrap();
    assert_eq!(progress.remove(&Progress::Mailing).unwrap_or(0), undecided as u64);
    assert_eq!(progress, BTreeMap::from([(Progress::AccountCreated, mailed as u64)]));
    assert!(undecided * 100 <= people, "{undecided} mails are undecided");
    assert_eq!(lambda.dead_letters(), 0);
}

/// Three officers change all rows of their lists at once, which is more than the table takes in the 29 seconds that the
/// gateway waits.
#[tokio::test(start_paused = true)]
async fn a_change_of_ten_thousand_rows_is_answered_in_time_and_goes_on_where_it_stopped() {
    let (app, table, _) = App::start_limited(SesLimits::default()).await;
    let changed = join_all(["ada", "ben", "cat"].map(|name| change_all(&app, name))).await;
    println!("requests and the longest: {changed:?}; {:?}", table.tally());
    assert!(changed.iter().any(|(requests, _)| *requests > 1), "no request had to stop");
    assert!(changed.iter().all(|(_, longest)| *longest < Duration::from_secs(25)));
}

/// Changes all rows of a new list. Returns how many requests that took, and the longest of them.
async fn change_all(app: &App, name: &str) -> (u32, Duration) {
    let officer = app.officer(name);
    let made = officer.post("/api/batches", json!({"fileName": "list.xlsx"})).await.expect(201).body;
    let id = made["batchId"].as_str().unwrap();
    let people: Vec<_> = (0..PEOPLE).map(|n| vendor_form(&format!("{name}-{n}"))).collect();
    assert!(matches!(app.parse(app.upload(&format!("uploads/{id}"), workbook(&people))).await, Disposition::Done));
    set_all(&officer, id, json!({"organisation": "Another Agency"}), PEOPLE as u64).await
}

/// A list in which everybody has the same username, as "none" is one, is corrected by clearing it: each row is compared
/// with the others again.
#[tokio::test(start_paused = true)]
async fn a_username_that_everybody_has_is_cleared_in_requests_that_are_answered_in_time() {
    const PEOPLE: usize = 1_500;
    let (app, table, _) = App::start_limited(SesLimits::default()).await;
    let officer = app.officer("ada");
    let made = officer.post("/api/batches", json!({"fileName": "list.xlsx"})).await.expect(201).body;
    let id = made["batchId"].as_str().unwrap();
    let named = |n| Form { username: "none".to_owned(), ..vendor_form(&format!("crowd-{n}")) };
    let people: Vec<_> = (0..PEOPLE).map(named).collect();
    assert!(matches!(app.parse(app.upload(&format!("uploads/{id}"), workbook(&people))).await, Disposition::Done));
    let (requests, longest) = set_all(&officer, id, json!({"username": ""}), PEOPLE as u64).await;
    println!("{requests} requests, the longest {longest:?}; {:?}", table.tally());
    assert!(requests > 1, "no request had to stop");
    assert!(longest < Duration::from_secs(25));
    let counts = officer.get(&format!("/api/batches/{id}")).await.expect(200).body["counts"].clone();
    assert_eq!(counts["needsFixing"], PEOPLE, "each needs a username of its own: {counts}");
}

/// Sets a text in all rows of a list. Returns how many requests that took, and the longest of them.
async fn set_all(officer: &Person<'_>, id: &str, set: Value, rows: u64) -> (u32, Duration) {
    let (mut changed, mut next, mut requests, mut longest) = (0, json!(null), 0, Duration::ZERO);
    loop {
        let body = json!({"rows": {"upTo": next}, "set": set});
        let began = Instant::now();
        let answer = officer.json("PATCH", &format!("/api/batches/{id}/rows"), &[], body).await.expect(200).body;
        longest = longest.max(began.elapsed());
        changed += answer["changed"].as_u64().unwrap();
        requests += 1;
        next = answer["next"].clone();
        if next.is_null() {
            assert_eq!(changed, rows);
            return (requests, longest);
        }
        assert!(requests < 30, "it never ends");
    }
}

/// All that match are revoked: the request stores all parts within the time of the gateway, and the workers finish.
/// `make limits` has as many invites as a list can have.
#[tokio::test(start_paused = true)]
async fn an_action_for_all_of_a_long_list_is_stored_in_time_and_finishes_behind_its_queue() {
    let (app, table, twins) = App::start_limited(SesLimits::default()).await;
    let invites = if drained() < PEOPLE { 12_000 } else { 100_000 };
    let (entropy, unlimited) = (testing::seeded(7), app.table.store());
    for number in 0..invites {
        let form = vendor_form(&format!("crowd-{number}"));
        let invite = account_invite(&officer("ada"), &form, app.clock.now(), &entropy);
        assert_eq!(unlimited.create_invite(&invite, None).await.unwrap(), CreateOutcome::Created);
    }
    let began = Instant::now();
    let all = json!({"action": "revoke", "filter": {"q": "crowd-"}});
    let action = app.officer("ada").post("/api/invites/actions", all).await.expect(202).body;
    let answered_in = began.elapsed();
    assert_eq!(action["counts"]["total"], invites);
    let id = BulkActionId::parse(action["id"].as_str().unwrap()).unwrap();
    let lambda = Lambda::new(&app);
    let is_done = Cell::new(false);
    let watch = async {
        loop {
            sleep(Duration::from_secs(10)).await;
            let found = app.table.store().get::<BulkAction>(&id).await.unwrap().unwrap();
            is_done.set(found.state == BulkActionState::Done);
        }
    };
    tokio::select! {
        () = lambda.run_until(60 * MINUTE, || is_done.get()) => {}
        () = watch => {}
    }
    println!("{invites} invites: answered in {answered_in:?}, done after {:?}; {:?}", began.elapsed(), table.tally());
    assert!(answered_in < Duration::from_secs(29), "the gateway gives up before {answered_in:?}");
    let done = app.table.store().get::<BulkAction>(&id).await.unwrap().unwrap();
    // The workers of accounts are at it meanwhile. Who has an account by then keeps it.
    let accounts = u32::try_from(twins.cognito.users().all).unwrap();
    let kept = BTreeMap::from([("state-conflict".to_owned(), accounts)]);
    assert_eq!(done.skipped, if accounts == 0 { BTreeMap::new() } else { kept });
    assert_eq!((done.done + accounts) as usize, invites);
    assert_eq!(lambda.dead_letters(), 0);
}

/// People who are invited by email one by one, accept, and get an account.
#[tokio::test(start_paused = true)]
async fn a_thousand_invites_by_email_cost_seventy_cents_at_most() {
    const PEOPLE: usize = 90;
    let (logged, _logs) = Logged::from_now(None);
    let (app, table, twins) = App::start_limited(SesLimits::default()).await;
    let ada = app.officer("ada");
    let lambda = Lambda::new(&app);
    let asked = Cell::new(Ledger::default());
    let people: Vec<String> = (0..PEOPLE).map(|n| format!("crowd-{n}@sample-board.gov.sg")).collect();
    let has = |address: &String, mails: usize| twins.ses.mails().get(address).is_some_and(|sent| *sent == mails);
    let invitee = async |address: &String| {
        let invite = json!({"kind": "email", "email": address, "reason": "Joins the project"});
        let began = Instant::now();
        ada.post("/api/invites", invite).await.expect(202);
        asked.set(asked.get() + Ledger::of_requests(1, began.elapsed(), 128));
        while !has(address, 1) {
            sleep(Duration::from_secs(1)).await;
        }
        // People read a mail later than SES answers that it took it.
        sleep(MINUTE).await;
        let token = twins.ses.token_of(address);
        let ask = async |path: &str, body: Value| {
            let began = Instant::now();
            let answer = app.anyone().json("POST", &format!("/api/invitations/{path}"), &[], body).await;
            assert!(answer.status.is_success(), "{}", answer.body);
            asked.set(asked.get() + Ledger::of_requests(1, began.elapsed(), 128));
        };
        ask("view", json!({"token": token})).await;
        ask("mailbox-code", json!({"token": token})).await;
        // The page looks how far the code is, and the mail is read a minute later.
        while !has(address, 2) {
            sleep(Duration::from_secs(1)).await;
        }
        for _ in 0..4 {
            ask("view", json!({"token": token})).await;
            sleep(MINUTE / 4).await;
        }
        let form = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "countryCode": "65",
            "contactNumber": "91234567", "organisation": "Sample Board", "mailboxCode": twins.ses.code_of(address)});
        ask("accept", form).await;
    };
    let everyone = join_all(people.iter().map(invitee));
    let is_done = || people.iter().all(|address| has(address, 3));
    tokio::join!(lambda.run_until(60 * MINUTE, is_done), everyone);
    // The portal's document, script and style for each invitee, and the officer's list every now and then.
    let pages = Ledger::of_requests(4 * PEOPLE, Duration::from_millis(4 * 20 * PEOPLE as u64), 128);
    let bytes = Ledger { log_bytes: count(logged.text().len()), ..Ledger::default() };
    let mails = Ledger { mails: count(3 * PEOPLE), ..Ledger::default() };
    let cost = lambda.cost() + asked.get() + pages + Ledger::of_table(table.tally()) + bytes + mails;
    println!("{cost}");
    let per_thousand = cost.dollars() / count(PEOPLE) * 1000.0;
    assert!(per_thousand <= 0.70, "USD {per_thousand} for each thousand people");
}

/// The account's quota is used up in the middle of a list. It counts the mails of three hours here, to be quick.
#[tokio::test(start_paused = true)]
async fn mails_beyond_the_quota_wait_together_and_go_out_when_there_is_room() {
    let window = 180 * MINUTE;
    let (app, _, twins) = App::start_limited(SesLimits { quota: 100, window, ..SesLimits::default() }).await;
    read(&app, 150).await;
    let lambda = Lambda::new(&app);
    let mut closed = None;
    let is_done = || {
        let mailed = twins.ses.mails().len();
        if mailed == 100 {
            closed.get_or_insert_with(|| (Instant::now(), twins.ses.requests()));
        }
        mailed == 150
    };
    lambda.run_until(window + 60 * MINUTE, is_done).await;
    let (closed_at, before) = closed.unwrap();
    let (waited, asked) = (closed_at.elapsed(), twins.ses.requests() - before);
    println!("the rest was mailed after {waited:?} with {asked} requests");
    assert!(waited <= window + 20 * MINUTE, "{waited:?}");
    // Each quarter of an hour, those that are sent before the pause is known everywhere try it again.
    let quarters = usize::try_from(waited.as_secs().div_ceil(15 * 60)).unwrap();
    assert!(asked <= quarters * 50, "{asked} requests in {quarters} quarters of an hour");
    assert!(twins.ses.mails().values().all(|mails| *mails == 1), "nobody is mailed twice");
    assert_eq!(lambda.dead_letters(), 0);
}
