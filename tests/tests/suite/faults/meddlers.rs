//! Other actors in the middle of a handler, before any call that the handler makes: another officer who invites the
//! same people, a second tab of the same officer, and the product itself.
//!
//! The result depends on who was faster; the invariants do not. The people of a scenario may get another result than
//! they wanted, and stop; see [`World::play`]. Only a writer who changes nothing may make no difference at all, to the
//! result or to the time until it is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
};

use domain::{
    batch::{Batch, BatchState, Row, RowState},
    invite::Invite,
};
use futures::FutureExt as _;
use serde_json::{Value, json};
use testing::people::{email, keys, officer_form, vendor_form};
use tests::person::Person;

use super::{
    Run, TIMERS,
    canaries::telling,
    check_each,
    scenarios::{ALL, Scenario},
    undisturbed,
    world::{Mishap, World},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meddler {
    /// Another officer invites two of the people, one by mail and one with an account.
    OtherOfficer,
    /// Another officer submits a list of the same people.
    OtherList,
    /// A second tab adds a row whose person is in the list already.
    AddsDouble,
    /// A second tab removes the first row.
    Removes,
    /// A second tab gives the second row the address of the first one.
    MakesDouble,
    /// A second tab sets a field of every row.
    SetsMany,
    /// A second tab submits what is ready.
    Submits,
    /// A second tab resets the list.
    Resets,
    /// A second tab revokes every invite.
    Revokes,
    /// A second tab resends every invite.
    Resends,
    /// An operator has a person erased.
    Erases,
    /// Another part of the product writes every invite, and changes nothing that the handler decides by.
    Rewrites,
}

impl Meddler {
    pub(super) const ALL: [Self; 12] = [
        Self::OtherOfficer,
        Self::OtherList,
        Self::AddsDouble,
        Self::Removes,
        Self::MakesDouble,
        Self::SetsMany,
        Self::Submits,
        Self::Resets,
        Self::Revokes,
        Self::Resends,
        Self::Erases,
        Self::Rewrites,
    ];

    /// The meddlers that change a list.
    const TABS: [Self; 6] =
        [Self::AddsDouble, Self::Removes, Self::MakesDouble, Self::SetsMany, Self::Submits, Self::Resets];
}

impl World {
    /// Lets a meddler act. It stops when the product is in trouble and does not answer. A broken invariant always fails
    /// the run.
    pub(super) async fn meddle(&self, meddler: Meddler) {
        let acts = AssertUnwindSafe(self.act(meddler));
        let was_meddling = self.is_meddling.replace(true);
        let gave_up = acts.catch_unwind().await.is_err();
        self.is_meddling.set(was_meddling);
        if let Some(wrong) = self.wrong().filter(|_| gave_up) {
            panic!("{wrong}");
        }
        assert!(!gave_up || self.is_in_trouble(), "{meddler:?} is never answered");
    }

    async fn act(&self, meddler: Meddler) {
        match meddler {
            Meddler::OtherOfficer => self.invite_as_another_officer().await,
            Meddler::OtherList => self.list_as_another_officer().await,
            Meddler::Revokes => self.act_on_all("revoke").await,
            Meddler::Resends => self.act_on_all("resend").await,
            Meddler::Erases => {
                let person = keys().address(&email("thaddeus@sample-board.gov.sg"));
                self.app.store.request_forgetting(&person).await.unwrap();
            }
            Meddler::Rewrites => {
                for invite in self.invites().await {
                    let Some(read) = self.app.store.get::<Invite>(&invite.id).await.unwrap() else { continue };
                    assert!(self.app.store.write(read.becomes(read.to_value())).await.unwrap().is_done());
                }
            }
            tab => {
                if let Some(batch) = self.batches().await.into_iter().find(|batch| batch.state != BatchState::Reset) {
                    self.change_list(tab, &batch).await;
                }
            }
        }
    }

    async fn invite_as_another_officer(&self) {
        let mut account = serde_json::to_value(telling(vendor_form("yolandra"))).unwrap();
        account["kind"] = json!("account");
        let mail = json!({"kind": "email", "email": "thaddeus@sample-board.gov.sg", "reason": "Joins", "seed": "no"});
        for body in [account, mail] {
            self.ask("submit-invites", &self.bo(), "POST", "/api/invites", body).await;
        }
    }

    async fn list_as_another_officer(&self) {
        let rows = json!({"rows": [telling(vendor_form("yolandra")), telling(officer_form("thaddeus"))]});
        let made = self.ask("manage-batches", &self.bo(), "POST", "/api/batches", rows).await;
        if let Some(id) = made.body["batchId"].as_str() {
            let path = format!("/api/batches/{id}/submit");
            self.ask("manage-batches", &self.bo(), "POST", &path, json!({"only": "ready"})).await;
        }
    }

    async fn act_on_all(&self, action: &str) {
        let ids: Vec<String> = self.invites().await.iter().map(|invite| invite.id.to_string()).collect();
        if !ids.is_empty() {
            let body = json!({"action": action, "ids": ids});
            self.ask("submit-invites", &self.second_tab(), "POST", "/api/invites/actions", body).await;
        }
    }

    async fn change_list(&self, tab: Meddler, batch: &Batch) {
        let path = format!("/api/batches/{}", batch.id);
        let rows = self.app.store.list_rows(batch, 0, 100, None).await.unwrap().rows;
        let Some(first) = rows.first() else { return };
        let ask = async |method: &str, path: String, headers: &[(&str, &str)], body: Value| {
            self.ask_over("manage-batches", &self.second_tab(), method, &path, headers, body).await
        };
        match tab {
            Meddler::AddsDouble => {
                let rows = json!({"rows": [first.raw.form]});
                ask("POST", format!("{path}/rows"), &[], rows).await;
            }
            Meddler::Removes => {
                ask("DELETE", format!("{path}/rows/{}", first.number), &[], Value::Null).await;
            }
            Meddler::MakesDouble => {
                let shown = ask("GET", format!("{path}/rows"), &[], Value::Null).await;
                let second = shown.body["items"][1].clone();
                if let (Some(tag), Some(number)) = (second["etag"].as_str(), second["number"].as_u64()) {
                    let change = json!({"email": first.raw.form.email, "username": first.raw.form.username});
                    ask("PATCH", format!("{path}/rows/{number}"), &[("if-match", tag)], change).await;
                }
            }
            Meddler::SetsMany => {
                let change = json!({"rows": {}, "set": {"department": "Frobnication", "organisation": "Board"}});
                ask("PATCH", format!("{path}/rows"), &[], change).await;
            }
            Meddler::Submits => {
                ask("POST", format!("{path}/submit"), &[], json!({"only": "ready"})).await;
            }
            _ => {
                ask("DELETE", path, &[], Value::Null).await;
            }
        }
    }

    fn bo(&self) -> Person<'_> {
        self.others.officer("bo")
    }

    /// The officer of the scenario, in a second tab.
    fn second_tab(&self) -> Person<'_> {
        self.others.officer("ada")
    }

    /// Checks that a list can be submitted as it is shown: no person is ready twice, and no row depends on a row that
    /// is not the same person.
    pub(super) async fn inspect_list(&self, batch: &Batch) -> Result<(), String> {
        if batch.state != BatchState::Draft {
            return Ok(());
        }
        let rows = self.app.store.list_rows(batch, 0, 1000, None).await.unwrap().rows;
        for row in &rows {
            let shown = || format!("row {} is {:?}", row.number, row.state);
            if let Some(number) = row.state.rests_on() {
                let first = rows.iter().find(|other| other.number == number);
                let is_in_the_way = |first: &Row| {
                    first.state != RowState::Removed && first.state.rests_on().is_none() && row.beside(first).is_some()
                };
                if !first.is_some_and(is_in_the_way) {
                    return Err(format!("{}, and that row is {:?}", shown(), first.map(|row| &row.state)));
                }
            }
            let is_double = |other: &&Row| {
                other.number != row.number && other.state == RowState::Ready && row.beside(other).is_some()
            };
            if let Some(other) = rows.iter().find(is_double).filter(|_| row.state == RowState::Ready) {
                return Err(format!("{}, and so is row {} of the same person", shown(), other.number));
            }
        }
        Ok(())
    }
}

/// The calls of a scenario before which a meddler acts: those of the handlers that the scenario is about, without the
/// timers'. Of calls that follow the same call, the first and the last are enough.
fn places(scenario: Scenario, undisturbed: &Run) -> Vec<usize> {
    let mut known: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    let mut before = "";
    for (place, call) in undisturbed.calls.iter().enumerate() {
        if !TIMERS.contains(&call.function) && scenario.about.contains(&call.function) {
            known.entry((call.function, before, call.name)).or_insert((place, place)).1 = place;
        }
        before = call.name;
    }
    let places: BTreeSet<usize> = known.into_values().flat_map(|(first, last)| [first, last]).collect();
    places.into_iter().collect()
}

/// Lets each of `meddlers` act before each call of a scenario.
async fn check_meddlers(scenario: Scenario, meddlers: &[Meddler]) {
    let undisturbed = undisturbed(scenario).await;
    let places = places(scenario, &undisturbed);
    let at =
        |meddler: &Meddler| places.iter().map(|place| vec![Mishap::Meanwhile(*place, *meddler)]).collect::<Vec<_>>();
    let runs: Vec<Vec<Mishap>> = meddlers.iter().flat_map(at).collect();
    check_each(scenario, &undisturbed, &runs).await;
}

fn named(name: &str) -> Scenario {
    ALL.into_iter().find(|scenario| scenario.name == name).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_second_tab_changes_the_list_between_any_two_calls() {
    for name in ["list", "reset"] {
        check_meddlers(named(name), &Meddler::TABS).await;
    }
    check_meddlers(named("upload"), &[Meddler::Removes, Meddler::Submits, Meddler::Resets]).await;
}

#[tokio::test(start_paused = true)]
async fn another_officer_invites_the_same_people_between_any_two_calls() {
    for name in ["account", "invitation", "amend"] {
        check_meddlers(named(name), &[Meddler::OtherOfficer]).await;
    }
    for name in ["list", "upload", "drop"] {
        check_meddlers(named(name), &[Meddler::OtherList]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn invites_change_between_any_two_calls() {
    for name in ["invitation", "looks"] {
        check_meddlers(named(name), &[Meddler::Revokes, Meddler::Resends, Meddler::Erases]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_writer_who_changes_nothing_between_any_two_calls_makes_no_difference() {
    for scenario in ALL {
        check_meddlers(scenario, &[Meddler::Rewrites]).await;
    }
}
