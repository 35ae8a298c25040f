//! How an invitee shows that the invited mailbox is theirs: with a code that is mailed to it.
//!
//! A mail with a link may have been forwarded, and an address may have been mistyped. So the link alone accepts
//! nothing: the details of the account count together with the code.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Conflict, Invite, state::InviteState};
use crate::{
    CodeSeed, MailboxCode, Timestamp,
    keys::Token,
    mail::{Mail, MailConflict, MailKind, MailState},
};

/// How long a code can be typed after it was asked for. Some mail servers make a first mail wait for a quarter of an
/// hour.
pub const CODE_LIFE: Duration = Duration::from_secs(30 * 60);

/// How many wrong codes can be typed before another one has to be asked for.
pub const CODE_ATTEMPTS: u32 = 5;

/// How long after a code was asked for it, or the next, can be: after the first time, the second, and so on; after each
/// later one within [`CODE_MEMORY`] as after the last. With [`CODE_ATTEMPTS`] they leave somebody who has only the link
/// 25 guesses a day among a million codes.
const CODE_PAUSES: [Duration; 5] = [
    Duration::from_secs(60),
    Duration::from_secs(60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(24 * 3600),
];

/// How long after a code was asked for the pauses start again with the shortest.
const CODE_MEMORY: Duration = Duration::from_secs(24 * 3600);

/// The mails with a code that one link can have, far more than the pauses allow.
const CODE_MAILS: u32 = 1_000;

/// The code that an invitee asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxProof {
    /// The code follows from it and the token of the link.
    pub seed: CodeSeed,
    /// When it was last asked for. Its life and the pause before the next request count from here.
    pub asked_at: Timestamp,
    /// How many requests there were within [`CODE_MEMORY`] of each other, this one included.
    count: u32,
    /// How many wrong codes were typed for it.
    wrong: u32,
    /// The mail with it, which is sent once.
    pub mail: Mail,
}

/// The invitee has typed the code that was mailed to them. Only [`Invite::prove`] says so.
#[derive(Debug)]
pub struct Proven(());

/// Why a code does not show that the mailbox is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unproven {
    /// There is no code to type.
    #[error("no code was asked for")]
    NotAsked,
    #[error("the code has expired")]
    Expired,
    /// It was typed wrong [`CODE_ATTEMPTS`] times.
    #[error("the code was typed wrong too often")]
    UsedUp,
    /// It is another one. It can be typed this often after this time.
    #[error("it is another code")]
    Wrong { left: u32 },
}

impl MailboxProof {
    /// Until when the code can be typed.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.asked_at + CODE_LIFE
    }

    /// Whether the code can be typed at `now`: before its end, not at that moment.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now < self.valid_until() && self.wrong < CODE_ATTEMPTS
    }

    /// From when it, or the next, can be asked for.
    fn next_from(&self) -> Timestamp {
        let last = CODE_PAUSES.len() - 1;
        let place = usize::try_from(self.count.saturating_sub(1)).unwrap_or(last).min(last);
        self.asked_at + CODE_PAUSES[place]
    }
}

impl Invite {
    /// From when the invitee can ask for a code. `None`: the invitation cannot be accepted.
    #[must_use]
    pub fn code_from(&self, now: Timestamp) -> Option<Timestamp> {
        let from = self.mailbox_proof.as_ref().map_or(self.created_at, MailboxProof::next_from);
        self.can_be_accepted(now).then_some(from)
    }

    /// The invitee asks for a code, and its mail is due. One that can still be typed is mailed again, because the mail
    /// before may arrive after this one; otherwise it is the code of `seed`.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invitation can be accepted and the pause since the last code is over.
    pub fn ask_for_code(self, seed: CodeSeed, now: Timestamp) -> Result<Self, Conflict> {
        if self.code_from(now).is_none_or(|from| now < from) {
            return Err(self.conflict("sent a code"));
        }
        let last = self.mailbox_proof.as_ref();
        let counted = last.filter(|proof| now < proof.asked_at + CODE_MEMORY).map_or(0, |proof| proof.count);
        // No mail of another link has the same number, so no late report is taken for one of this mail.
        let before = last.map_or(self.generation().saturating_mul(CODE_MAILS), |proof| proof.mail.generation);
        let mail = Mail::due(MailKind::MailboxCode, before.saturating_add(1));
        let (seed, wrong) = match last.filter(|proof| proof.is_valid(now)) {
            Some(proof) => (proof.seed.clone(), proof.wrong),
            None => (seed, 0),
        };
        let proof = MailboxProof { seed, asked_at: now, count: counted.saturating_add(1), wrong, mail };
        Ok(Self { mailbox_proof: Some(proof), ..self.touched(now) })
    }

    /// The mail with the code. `None`: no code was asked for.
    #[must_use]
    pub fn code_mail(&self) -> Option<&Mail> {
        self.mailbox_proof.as_ref().map(|proof| &proof.mail)
    }

    /// Whether the mail with the code is due.
    #[must_use]
    pub fn code_mail_is_due(&self) -> bool {
        let is_awaited = matches!(self.state, InviteState::Invited { .. });
        is_awaited && self.code_mail().is_some_and(|mail| matches!(mail.state, MailState::Due { .. }))
    }

    /// Claims the mail with the code for one attempt.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is due and its code can still be typed.
    pub fn claim_code_mail(self, now: Timestamp) -> Result<Self, Conflict> {
        let is_in_time = self.mailbox_proof.as_ref().is_some_and(|proof| proof.is_valid(now));
        if !self.code_mail_is_due() || !is_in_time {
            return Err(self.conflict("mailed a code"));
        }
        self.map_code_mail(now, |mail| mail.claim(now))
    }

    /// Applies one of [`Mail`]'s transitions to the mail with the code.
    ///
    /// # Errors
    ///
    /// [`Conflict`] when there is no such mail, or the transition refuses.
    pub fn map_code_mail(
        self,
        now: Timestamp,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, Conflict> {
        let Some(proof) = self.mailbox_proof.clone() else { return Err(self.conflict("mailed a code")) };
        let proof = MailboxProof { mail: transition(proof.mail)?, ..proof };
        Ok(Self { mailbox_proof: Some(proof), ..self.touched(now) })
    }

    /// Ends the mail of a code that can no longer be typed: it is not sent, or nobody asks whether it was.
    ///
    /// # Errors
    ///
    /// [`Conflict`] while the code can be typed, and when its mail is over.
    pub fn code_mail_over(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.mailbox_proof.as_ref().is_none_or(|proof| now < proof.valid_until()) {
            return Err(self.conflict("sent no code"));
        }
        self.map_code_mail(now, |mail| match mail.state {
            MailState::Due { .. } => Ok(mail.replaced()),
            _ => mail.perhaps_sent(now),
        })
    }

    /// When something has to be done about the mail of a code because time has passed.
    pub(super) fn code_mail_ends(&self) -> Option<Timestamp> {
        let proof = self.mailbox_proof.as_ref().filter(|proof| proof.mail.is_open())?;
        Some(proof.valid_until())
    }

    /// Whether `typed` is the code that was mailed to the holder of the link with this token.
    ///
    /// # Errors
    ///
    /// [`Unproven`] with the reason. A wrong code has to be counted, with [`Invite::wrong_code`].
    pub fn prove(&self, token: &Token, typed: &MailboxCode, now: Timestamp) -> Result<Proven, Unproven> {
        let proof = self.mailbox_proof.as_ref().ok_or(Unproven::NotAsked)?;
        if proof.wrong >= CODE_ATTEMPTS {
            return Err(Unproven::UsedUp);
        }
        if !proof.is_valid(now) {
            return Err(Unproven::Expired);
        }
        if MailboxCode::of(token, &proof.seed) != *typed {
            return Err(Unproven::Wrong { left: CODE_ATTEMPTS - proof.wrong - 1 });
        }
        Ok(Proven(()))
    }

    /// Counts a wrong code.
    ///
    /// # Errors
    ///
    /// [`Conflict`] when no code was asked for.
    pub fn wrong_code(self, now: Timestamp) -> Result<Self, Conflict> {
        let Some(proof) = self.mailbox_proof.clone() else { return Err(self.conflict("sent a code")) };
        let proof = MailboxProof { wrong: proof.wrong.saturating_add(1), ..proof };
        Ok(Self { mailbox_proof: Some(proof), ..self.touched(now) })
    }
}

#[cfg(test)]
impl Proven {
    /// What [`Invite::prove`] says, for tests about something else.
    pub(super) const SAMPLE: Self = Self(());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Entropy, Keys,
        invite::samples::{DAY, act, at, by_email, for_account, form, invited, mailbox},
        mail::MailEvent,
    };

    fn seed(seed: u64) -> CodeSeed {
        CodeSeed::generate(&Entropy::seeded(seed))
    }

    fn token() -> Token {
        Keys::derive(b"test").token(invited().id, 1)
    }

    fn asked() -> Invite {
        invited().ask_for_code(seed(1), at(100)).unwrap()
    }

    fn code(n: u64) -> MailboxCode {
        MailboxCode::of(&token(), &seed(n))
    }

    const LIFE: u64 = 30 * 60;

    #[test]
    fn the_code_of_the_mail_proves_the_mailbox_until_it_expires() {
        assert_eq!(invited().prove(&token(), &code(1), at(100)).unwrap_err(), Unproven::NotAsked);
        assert!(asked().prove(&token(), &code(1), at(100)).is_ok());
        assert!(asked().prove(&token(), &code(1), at(100 + LIFE - 1)).is_ok());
        assert_eq!(asked().prove(&token(), &code(1), at(100 + LIFE)).unwrap_err(), Unproven::Expired);
        let later = Keys::derive(b"test").token(invited().id, 2);
        assert!(asked().prove(&later, &code(1), at(100)).is_err(), "it belongs to one link");
    }

    #[test]
    fn a_code_that_can_be_typed_is_mailed_again_and_another_one_after_that() {
        let again = asked().wrong_code(at(101)).unwrap().ask_for_code(seed(2), at(160)).unwrap();
        assert!(again.prove(&token(), &code(1), at(160 + LIFE - 1)).is_ok(), "for half an hour more");
        assert_eq!(again.prove(&token(), &code(2), at(161)).unwrap_err(), Unproven::Wrong { left: 3 }, "as before");
        let other = again.ask_for_code(seed(2), at(160 + LIFE)).unwrap();
        assert_eq!(other.prove(&token(), &code(1), at(161 + LIFE)).unwrap_err(), Unproven::Wrong { left: 4 });
        assert!(other.prove(&token(), &code(2), at(161 + LIFE)).is_ok());
    }

    #[test]
    fn wrong_codes_use_a_code_up() {
        let mut invite = asked();
        for left in (0..5).rev() {
            assert_eq!(invite.prove(&token(), &code(9), at(101)).unwrap_err(), Unproven::Wrong { left });
            invite = invite.wrong_code(at(101)).unwrap();
        }
        assert_eq!(invite.prove(&token(), &code(1), at(102)).unwrap_err(), Unproven::UsedUp, "the right one too");
        let again = invite.ask_for_code(seed(2), at(160)).unwrap();
        assert!(again.prove(&token(), &code(1), at(161)).is_err() && again.prove(&token(), &code(2), at(161)).is_ok());
        assert!(invited().wrong_code(at(101)).is_err());
    }

    #[test]
    fn codes_are_asked_for_with_growing_pauses_and_no_mail_of_one_is_another() {
        let mut invite = asked();
        let mut now = 100;
        for (place, pause) in [60, 60, 600, 3600, DAY, 60].into_iter().enumerate() {
            assert_eq!(invite.code_from(at(now)), Some(at(now + pause)), "{place}");
            assert!(invite.clone().ask_for_code(seed(2), at(now + pause - 1)).is_err(), "{place}");
            now += pause;
            invite = invite.ask_for_code(seed(2), at(now)).unwrap();
            let generation = 1_000 + u32::try_from(place).unwrap() + 2;
            assert_eq!(invite.code_mail().unwrap(), &Mail::due(MailKind::MailboxCode, generation));
        }
        let tomorrow = crate::invite::Act { at: at(now).next_singapore_day(), ..act(0) };
        let resent = invite.resend(&mailbox(), &tomorrow).unwrap().address_is_free(tomorrow.at).unwrap();
        let later = resent.claim_mail(tomorrow.at).unwrap().mail_accepted("m-2".into(), tomorrow.at).unwrap();
        let asked = later.ask_for_code(seed(3), tomorrow.at).unwrap();
        assert_eq!(asked.code_mail().unwrap().generation, 2_001, "nor is one of another link");
    }

    #[test]
    fn a_code_is_asked_for_while_the_invitation_can_be_accepted_and_is_forgotten_with_that() {
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        assert_eq!(invited().code_from(at(100)), Some(invited().created_at));
        for invite in [by_email(), for_account(), invited().revoke(&act(9)).unwrap()] {
            assert_eq!(invite.code_from(at(100)), None);
            assert!(invite.ask_for_code(seed(1), at(100)).is_err());
        }
        assert!(invited().ask_for_code(seed(1), expires_at).is_err());
        let accepted = asked().accept(form().profile().unwrap(), Proven::SAMPLE, at(101)).unwrap();
        let revoked = asked().revoke(&act(101)).unwrap();
        let tomorrow = crate::invite::Act { at: asked().resend_from(), ..act(0) };
        let resent = asked().resend(&mailbox(), &tomorrow).unwrap();
        let expired = asked().expire(expires_at).unwrap();
        for invite in [accepted, revoked, resent, expired] {
            assert_eq!(invite.mailbox_proof, None, "{}", invite.state_name());
        }
    }

    #[test]
    fn its_mail_is_claimed_once_and_is_over_with_the_code() {
        let invite = asked();
        assert!(invite.code_mail_is_due() && !invite.mail_is_due());
        assert_eq!(invite.next_due(), Some(at(100 + 120)), "somebody wakes its worker again");
        assert!(invite.clone().claim_code_mail(at(100 + LIFE)).is_err(), "too late to be typed");
        let claimed = invite.clone().claim_code_mail(at(101)).unwrap();
        assert!(!claimed.code_mail_is_due() && claimed.clone().claim_code_mail(at(102)).is_err());
        assert_eq!(claimed.next_due(), Some(at(100 + LIFE)));
        assert!(claimed.clone().code_mail_over(at(100 + LIFE - 1)).is_err());
        let unknown = claimed.clone().code_mail_over(at(100 + LIFE)).unwrap();
        assert_eq!(unknown.code_mail().unwrap().state_name(), "UNKNOWN");
        assert_eq!(
            invite.clone().code_mail_over(at(100 + LIFE)).unwrap().code_mail().unwrap().state_name(),
            "REPLACED"
        );
        assert!(unknown.code_mail_over(at(100 + LIFE)).is_err(), "once");
        let sent = claimed.map_code_mail(at(102), |mail| mail.accepted("m-9".into(), at(102))).unwrap();
        assert!(sent.clone().code_mail_over(at(100 + LIFE)).is_err());
        assert_ne!(sent.next_due(), Some(at(100 + LIFE)), "nothing of it is left to do");
        assert!(invite.needs_attention(at(101)).is_err(), "its invitee can ask again, so no operator is needed");
    }

    #[test]
    fn only_a_return_of_its_mail_says_something_of_the_invitation() {
        let sending = asked().claim_code_mail(at(101)).unwrap();
        let heard = |kind, generation| sending.clone().observe_mail(kind, generation, MailEvent::Bounced, "m", at(102));
        let delivered =
            sending.clone().observe_mail(MailKind::MailboxCode, 1_001, MailEvent::Delivered, "m", at(102)).unwrap();
        assert_eq!((&delivered.mail, &delivered.history), (&sending.mail, &sending.history));
        assert_eq!(heard(MailKind::MailboxCode, 1_002), None);
        let bounced = heard(MailKind::MailboxCode, 1_001).unwrap();
        assert_eq!(bounced.code_mail().unwrap().state_name(), "BOUNCED");
        assert_eq!(bounced.mail.as_ref().unwrap().state_name(), "BOUNCED", "its officer sees it, and can amend");
        assert_eq!(bounced.history.last().unwrap().event, crate::invite::Event::Bounced);
        assert!(bounced.can_be_accepted(at(103)), "the mail may have arrived all the same");
        let restored = sending.mails_perhaps_sent(at(103)).unwrap();
        assert_eq!(restored.code_mail().unwrap().state_name(), "UNKNOWN");
    }
}
