//! Plans and writes changes of rows, over the version of their batch that was read.

use std::collections::BTreeSet;

use domain::{
    DomainRules, Field, Keys, Timestamp,
    batch::{Batch, RawRow, Row, RowRules, RowState},
    invite::{Invite, InviteState},
};
use looks::Looks;
use store::{
    Store, StoreError, Stored, Written,
    rows::{KeyedRow, ROWS_PER_CHANGE},
};
use web::{Problem, Slug, count_rows};

use crate::{
    Deps,
    plan::{Plan, RowChange},
};

/// Changes rows of one batch, over the version of it that was read.
pub(crate) struct Editor<'a> {
    store: &'a Store,
    looks: &'a Looks,
    rules: RowRules<'a>,
    keys: &'a Keys,
    batch: &'a Stored<Batch>,
    now: Timestamp,
}

impl<'a> Editor<'a> {
    /// An editor of `batch` at this moment.
    pub(crate) fn new(deps: &'a Deps, rules: &'a DomainRules, keys: &'a Keys, batch: &'a Stored<Batch>) -> Self {
        Self {
            store: &deps.store,
            looks: &deps.looks,
            rules: batch.row_rules(rules),
            keys,
            batch,
            now: deps.clock.now(),
        }
    }

    /// The editor with a store that is patient for as long as its request may last.
    pub(crate) fn with(self, store: &'a Store) -> Self {
        Self { store, ..self }
    }

    /// Counts the change of one row as a request for many, if very many rows depend on it.
    pub(crate) async fn count(&self, plan: &Plan) -> Result<(), Problem> {
        if plan.rows() <= ROWS_PER_CHANGE {
            return Ok(());
        }
        count_rows(self.store, &self.batch.officer.id, plan.rows(), self.now).await
    }

    /// Sets the text of `row`. `None`: the race was lost.
    pub(crate) async fn change(&self, row: Row, raw: RawRow) -> Result<Option<(Row, Stored<Batch>)>, Problem> {
        let conflict = || Problem::new(Slug::StateConflict);
        let mut plan = Plan::default();
        let next = match row.invite() {
            None => row.clone().edited(raw, &self.rules),
            // The officer can fix a row whose invite failed, and submit it again.
            Some(id) => {
                let failed = self.store.get::<Invite>(&id).await?;
                // One that was handed over is the colleague's to fix.
                let own = failed.filter(|invite| invite.officer.id == self.batch.officer.id);
                plan.released = own.filter(|invite| matches!(invite.state, InviteState::Failed { .. }));
                plan.released.as_ref().and_then(|_| row.clone().reopened(raw, &self.rules))
            }
        };
        let mut placed = self.placed(vec![next.ok_or_else(conflict)?], &BTreeSet::new()).await?;
        let next = placed.pop().ok_or_else(conflict)?;
        let mut group = vec![(row.clone(), next.clone())];
        if !next.is_known_as(&row) {
            let resting = self.resting_on(std::slice::from_ref(&row)).await?;
            let (beside, free): (Vec<Row>, Vec<Row>) =
                resting.into_iter().partition(|other| other.beside(&next).is_some());
            plan.first = beside.into_iter().filter_map(|other| self.rested(other, &next)).collect();
            for change in self.freed(free, &BTreeSet::from([row.number])).await? {
                if change.1.state == RowState::Ready { group.push(change) } else { plan.first.push(change) }
            }
        }
        plan.then.push(group);
        self.count(&plan).await?;
        Ok(self.write(plan, &mut BTreeSet::new()).await?.map(|batch| (next, batch)))
    }

    /// Sets some fields of `rows`. These fields do not identify a person, so a row that depends on another still does.
    pub(crate) async fn set(&self, rows: &[Row], fields: &[(Field, String)]) -> Result<Plan, StoreError> {
        let change = |row: &Row| {
            let mut raw = row.raw.clone();
            fields.iter().for_each(|(field, text)| raw.set(*field, text.clone()));
            let next = row.clone().edited(raw, &self.rules)?;
            let state = match (&row.state, next.state) {
                (RowState::Duplicate { .. } | RowState::Contradiction { .. }, RowState::Ready) => row.state.clone(),
                (_, state) => state,
            };
            Some((row.clone(), Row { state, ..next }))
        };
        let changes: Vec<RowChange> = rows.iter().filter_map(change).collect();
        // A row that needed fixing was never compared with the other rows.
        let is_fixed = |(before, after): &RowChange| before.state != RowState::Ready && after.state == RowState::Ready;
        let (fixed, mut changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_fixed);
        let (before, after): (Vec<Row>, Vec<Row>) = fixed.into_iter().unzip();
        changes.extend(before.into_iter().zip(self.placed(after, &BTreeSet::new()).await?));
        Ok(Plan { then: changes.into_iter().map(|change| vec![change]).collect(), ..Plan::default() })
    }

    /// Removes `rows`. The rows that depend on them become ready, or depend on one of those.
    pub(crate) async fn remove(&self, rows: &[Row]) -> Result<Plan, StoreError> {
        let leaving: BTreeSet<u32> = rows.iter().map(|row| row.number).collect();
        let mut resting = self.resting_on(rows).await?;
        resting.retain(|row| !leaving.contains(&row.number));
        let freed = self.freed(resting, &leaving).await?;
        let (takers, first): (Vec<RowChange>, Vec<RowChange>) =
            freed.into_iter().partition(|(_, after)| after.state == RowState::Ready);
        let mut groups: Vec<Vec<RowChange>> = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(removed) = row.clone().removed() else { continue };
            let takes = |(before, _): &&RowChange| before.state.rests_on() == Some(row.number);
            groups.push(std::iter::once((row.clone(), removed)).chain(takers.iter().filter(takes).cloned()).collect());
        }
        // A row is removed before the row that it depends on.
        groups.sort_by_key(|group| {
            group.first().map(|(row, _)| (row.state.rests_on().is_none(), std::cmp::Reverse(row.number)))
        });
        Ok(Plan { first, then: groups, ..Plan::default() })
    }

    /// The rows that depend on one of `rows`.
    async fn resting_on(&self, rows: &[Row]) -> Result<Vec<Row>, StoreError> {
        let keyed: Vec<KeyedRow> = rows.iter().map(|row| KeyedRow::new(row.clone(), self.keys)).collect();
        let mut resting = self.store.rows_of_people(self.batch, &keyed).await?;
        let is_one = |number| rows.iter().any(|row| row.number == number);
        resting.retain(|row| row.state.rests_on().is_some_and(is_one));
        Ok(resting)
    }

    /// The change of a row that depends on another one, which is `next` now. `None`: it does not change.
    fn rested(&self, row: Row, next: &Row) -> Option<RowChange> {
        let state = row.beside(next).filter(|state| *state != row.state)?;
        let after = row.clone().edited(row.raw.clone(), &self.rules)?;
        // Its own faults come first. It is compared again once they are fixed.
        let state = if after.state == RowState::Ready { state } else { after.state.clone() };
        Some((row, Row { state, ..after }))
    }

    /// The changes of rows that depend on `leaving` ones: the first row of each person is free, and the others depend
    /// on it.
    async fn freed(&self, rows: Vec<Row>, leaving: &BTreeSet<u32>) -> Result<Vec<RowChange>, StoreError> {
        let next = |row: &Row| row.clone().edited(row.raw.clone(), &self.rules);
        let (rows, next): (Vec<Row>, Vec<Row>) =
            rows.into_iter().filter_map(|row| Some((row.clone(), next(&row)?))).unzip();
        Ok(rows.into_iter().zip(self.placed(next, leaving).await?).collect())
    }

    /// Rows with new text. A row is marked if its person has another row, which depends on none, an earlier one of
    /// these rows, an invite or an account. Rows that are `leaving` do not count.
    async fn placed(&self, rows: Vec<Row>, leaving: &BTreeSet<u32>) -> Result<Vec<Row>, StoreError> {
        let mut keyed: Vec<KeyedRow> = rows.into_iter().map(|row| KeyedRow::new(row, self.keys)).collect();
        let moved: BTreeSet<u32> = keyed.iter().map(|keyed| keyed.row.number).collect();
        let mut others = self.store.rows_of_people(self.batch, &keyed).await?;
        others.retain(|row| {
            !moved.contains(&row.number) && !leaving.contains(&row.number) && row.state.rests_on().is_none()
        });
        for KeyedRow { row, .. } in &mut keyed {
            match others.iter().find_map(|other| row.beside(other)) {
                Some(state) if row.state == RowState::Ready => row.state = state,
                _ => others.push(row.clone()),
            }
        }
        self.looks.mark_known(self.store, &mut keyed, &self.batch.officer, self.now).await?;
        Ok(keyed.into_iter().map(|keyed| keyed.row).collect())
    }

    /// Writes rows and counts together, as many as fit into one transaction each time, and adds the numbers of the rows
    /// to `written`. Returns the batch after that. `None`: a race was lost.
    pub(crate) async fn write(
        &self,
        plan: Plan,
        written: &mut BTreeSet<u32>,
    ) -> Result<Option<Stored<Batch>>, Problem> {
        let mut batch = self.batch.clone();
        let released = plan.released.clone();
        let transactions = plan.transactions();
        for (place, some) in transactions.iter().enumerate() {
            let mut next = batch.to_value();
            for (before, after) in some {
                next = next
                    .row_changed(&before.state, &after.state, self.now)
                    .map_err(|_| Problem::new(Slug::StateConflict))?;
            }
            let keyed = |(before, after): &RowChange| (before.version, KeyedRow::new(after.clone(), self.keys));
            let rows: Vec<(u64, KeyedRow)> = some.iter().map(keyed).collect();
            // The row that the invite belonged to is in the last group.
            let released = released.as_ref().filter(|_| place + 1 == transactions.len());
            let released = released.map(|invite| invite.becomes(invite.to_value().without_row(self.now)));
            match self.store.replace_rows(&rows, batch.becomes(next), released).await? {
                Written::Done(next) => batch = next,
                Written::LostRace => return Ok(None),
            }
            written.extend(some.iter().map(|(row, _)| row.number));
        }
        Ok(Some(batch))
    }
}
