//! The mails about a handover: to the officer who had the invites, and to the colleague who has them now.

use serde::{Deserialize, Serialize};

use super::{BulkAction, BulkActionState, Verb};
use crate::{
    EmailAddress, Timestamp,
    invite::{MAIL_ANSWER_WAIT, WAKE_AFTER},
    mail::{Mail, MailConflict, MailKind, MailState},
};

/// The two sides of a handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The officer who had the invites.
    Giver,
    /// The colleague who has them now.
    Taker,
}

/// The mails about a handover. There are none before it is done, and none if no invite was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverMails {
    pub(super) giver: Mail,
    pub(super) taker: Mail,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Giver, Self::Taker];

    /// The kind of the mail to this side, which says in an event of SES whose mail it is about.
    #[must_use]
    pub fn mail_kind(self) -> MailKind {
        match self {
            Self::Giver => MailKind::HandedOver,
            Self::Taker => MailKind::TakenOver,
        }
    }

    /// The side that is sent mails of this kind. `None`: neither.
    #[must_use]
    pub fn of_mail(kind: MailKind) -> Option<Self> {
        Self::BOTH.into_iter().find(|side| side.mail_kind() == kind)
    }
}

impl HandoverMails {
    pub(super) fn due() -> Self {
        let due = |side: Side| Mail::due(side.mail_kind(), 1);
        Self { giver: due(Side::Giver), taker: due(Side::Taker) }
    }

    fn of(&self, side: Side) -> &Mail {
        match side {
            Side::Giver => &self.giver,
            Side::Taker => &self.taker,
        }
    }

    /// When something has to be done about one of them that was last changed at `updated_at`.
    fn next_due(&self, updated_at: Timestamp) -> Option<Timestamp> {
        let due = |mail: &Mail| match mail.state {
            MailState::Due { .. } => Some(updated_at + WAKE_AFTER),
            MailState::Claimed { at, .. } => Some(at + MAIL_ANSWER_WAIT),
            _ => None,
        };
        [&self.giver, &self.taker].into_iter().filter_map(due).min()
    }
}

impl BulkAction {
    /// The address that a side of the handover is mailed at. `None`: this is no handover.
    #[must_use]
    pub fn address_of(&self, side: Side) -> Option<&EmailAddress> {
        let Verb::HandOver { to, .. } = &self.verb else { return None };
        Some(match side {
            Side::Giver => &self.officer.email,
            Side::Taker => &to.email,
        })
    }

    /// The mail to a side of the handover. `None`: there is none.
    #[must_use]
    pub fn mail_to(&self, side: Side) -> Option<&Mail> {
        self.mails.as_ref().map(|mails| mails.of(side))
    }

    /// The side whose mail is due.
    #[must_use]
    pub fn mail_is_due(&self) -> Option<Side> {
        let is_due = |side: &Side| matches!(self.mail_to(*side)?.state, MailState::Due { .. }).then_some(());
        Side::BOTH.into_iter().find(|side| is_due(side).is_some())
    }

    /// Applies a transition to the mail to a side.
    ///
    /// # Errors
    ///
    /// The transition's own, and `None` where there is no such mail.
    pub fn map_mail(
        self,
        side: Side,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, Option<MailConflict>> {
        let mut mails = self.mails.clone().ok_or(None)?;
        let mail = match side {
            Side::Giver => &mut mails.giver,
            Side::Taker => &mut mails.taker,
        };
        *mail = transition(mail.clone())?;
        Ok(Self { mails: Some(mails), postponed_until: None, ..self })
    }

    /// When the sweeper wakes a worker for it. `None`: nothing is left to do.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match (self.state, self.postponed_until) {
            (BulkActionState::Running { .. }, _) => Some(self.updated_at + WAKE_AFTER),
            (BulkActionState::Done, Some(until)) => Some(until),
            (BulkActionState::Done, None) => self.mails.as_ref().and_then(|mails| mails.next_due(self.updated_at)),
        }
    }

    /// Has the sweeper check its mails at `until`, whatever their states. Any change before that cancels this.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }
}
