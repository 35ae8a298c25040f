//! An invite is given to a colleague of its officer.

use thiserror::Error;

use super::{
    Invite,
    history::{Act, Actor, Event, HistoryEntry},
};
use crate::Officer;

/// Why an invite is not given to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HandoverRefusal {
    #[error("they have it already")]
    Already,
    /// It was made for another agency, whose people nobody else sees.
    #[error("it is another agency's")]
    OtherAgency,
}

impl Invite {
    /// Gives the invite, whatever its state, to a colleague of its officer. Nothing else of it changes: its links work,
    /// and its steps go on. The history says who had it.
    ///
    /// # Errors
    ///
    /// [`HandoverRefusal`] when they have it, or are of another agency than the officer was who had it.
    pub fn hand_over(self, to: &Officer, by: Actor, act: &Act) -> Result<Self, HandoverRefusal> {
        if self.officer.id == to.id {
            return Err(HandoverRefusal::Already);
        }
        if !self.officer.is_colleague_of(to) {
            return Err(HandoverRefusal::OtherAgency);
        }
        let from = self.officer.email.clone();
        let mut next = Self { officer: to.clone(), ..self.apply(Event::HandedOver, by, act) };
        if let Some(entry) = next.history.last_mut() {
            entry.from = Some(from);
        }
        Ok(next)
    }
}

impl HistoryEntry {
    /// Whether it says something about the person, and not only about whose invite it is.
    pub(super) fn is_about_the_person(&self) -> bool {
        self.event != Event::HandedOver
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        EmailAddress, OfficerId,
        invite::samples::{DAY, act, at, by_email, created, invited},
        licence::SeedState,
    };

    fn officer(id: &str, email: &str) -> Officer {
        Officer { id: OfficerId::parse(id).unwrap(), email: EmailAddress::parse(email).unwrap() }
    }

    fn colleague() -> Officer {
        officer("bo", &format!("bo@{}", by_email().officer.email.domain()))
    }

    #[test]
    fn a_colleague_gets_the_invite_as_it_is_and_the_history_says_from_whom() {
        for (invite, by) in [
            (by_email(), Actor::Officer),
            (invited(), Actor::Operator),
            (created(SeedState::NotRequired), Actor::Officer),
            (by_email().revoke(&act(2)).unwrap(), Actor::Operator),
        ] {
            let given = invite.clone().hand_over(&colleague(), by, &act(DAY)).unwrap();
            let entry = given.history.last().unwrap();
            assert_eq!(
                (entry.event, entry.by, &entry.from),
                (Event::HandedOver, by, &Some(invite.officer.email.clone()))
            );
            assert_eq!(given.updated_at, at(DAY));
            assert_eq!(given.over_since(), invite.over_since(), "its person is kept no longer for that");
            let mut history = given.history.clone();
            history.pop();
            assert_eq!(
                Invite { officer: invite.officer.clone(), updated_at: invite.updated_at, history, ..given },
                invite
            );
        }
    }

    #[test]
    fn nobody_gets_their_own_invite_or_that_of_another_agency() {
        let act = act(DAY);
        let refused = |to: &Officer| by_email().hand_over(to, Actor::Officer, &act).unwrap_err();
        assert_eq!(refused(&by_email().officer), HandoverRefusal::Already);
        let domain = by_email().officer.email.domain();
        for elsewhere in ["bo@sample-board.gov.sg".to_owned(), format!("bo@unit.{domain}"), format!("bo@x{domain}")] {
            assert_eq!(refused(&officer("bo", &elsewhere)), HandoverRefusal::OtherAgency, "{elsewhere}");
        }
        let upper = officer("bo", &format!("bo@{}", domain.to_uppercase()));
        assert!(by_email().hand_over(&upper, Actor::Officer, &act).is_ok(), "in any case");
    }

    #[test]
    fn each_handover_of_an_operator_is_in_the_history() {
        let home = by_email().officer;
        let there = by_email().hand_over(&colleague(), Actor::Operator, &act(DAY)).unwrap();
        let back = there.hand_over(&home, Actor::Operator, &act(DAY + 1)).unwrap();
        let events = back.history.iter().filter(|entry| entry.event == Event::HandedOver).count();
        assert_eq!((events, back.officer), (2, home));
    }
}
