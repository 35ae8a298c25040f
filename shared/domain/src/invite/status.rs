//! What people and batches see of an invite's state: two columns of the status page, and the progress in a batch.

use serde::{Deserialize, Serialize};

use super::{
    Invite,
    state::{Failure, InviteState},
};
use crate::licence::SeedState;

/// The state of the TechPass account as the status page shows it.
///
/// Lists store its name in kebab case; earlier releases stored the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TechpassStatus {
    /// The service has work ahead on it.
    #[serde(alias = "Queued")]
    Queued,
    /// The invitation was sent, and the invitee has not accepted.
    #[serde(alias = "Invited")]
    Invited,
    /// The account exists and its holder has not signed in.
    #[serde(alias = "Not Onboarded")]
    NotOnboarded,
    /// The holder has signed in.
    #[serde(alias = "Onboarded")]
    Onboarded,
    #[serde(alias = "Disabled")]
    Disabled,
    #[serde(alias = "User Not Found")]
    UserNotFound,
    /// There is no account; the officer sees why.
    #[serde(alias = "Failed")]
    Failed,
    #[serde(alias = "Expired")]
    Expired,
    /// It is revoked, and its account is being deleted.
    Revoking,
    #[serde(alias = "Revoked")]
    Revoked,
    /// Work on it is paused until an operator resumes it.
    #[serde(alias = "Needs attention")]
    NeedsAttention,
}

/// The state of the SEED licence as the status page shows it. Stored like [`TechpassStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeedStatus {
    /// It was not asked for.
    #[serde(alias = "Not Required")]
    NotRequired,
    /// The domain may not have it.
    #[serde(alias = "Ineligible")]
    Ineligible,
    #[serde(alias = "Licence pending")]
    Pending,
    #[serde(alias = "License Assigned")]
    LicenceAssigned,
    /// It is assigned, and a device is enrolled.
    #[serde(alias = "Fully Onboarded")]
    FullyOnboarded,
    /// The licence system refuses it.
    #[serde(alias = "Licence error")]
    LicenceError,
    /// It is withdrawn with the disabled account.
    #[serde(alias = "Licence withdrawn")]
    LicenceWithdrawn,
    /// The account is deleted, and its licence with it.
    #[serde(alias = "-")]
    NoAccount,
}

/// The progress of an invite within its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Progress {
    Queued,
    Invited,
    Accepted,
    Provisioning,
    AccountCreated,
    /// The account is created, and a mail is due.
    Mailing,
    Onboarded,
    Disabled,
    AccountGone,
    Failed,
    Expired,
    /// It is revoked, and its account is being deleted.
    Revoking,
    Revoked,
    NeedsAttention,
    /// The invite was erased with its person's data.
    Deleted,
}

impl TechpassStatus {
    /// Every status, in the order in which an invite passes them.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Invited,
        Self::NotOnboarded,
        Self::Onboarded,
        Self::Disabled,
        Self::UserNotFound,
        Self::Failed,
        Self::Expired,
        Self::Revoking,
        Self::Revoked,
        Self::NeedsAttention,
    ];

    /// The status's name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Invited => "invited",
            Self::NotOnboarded => "not-onboarded",
            Self::Onboarded => "onboarded",
            Self::Disabled => "disabled",
            Self::UserNotFound => "user-not-found",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Revoking => "revoking",
            Self::Revoked => "revoked",
            Self::NeedsAttention => "needs-attention",
        }
    }

    /// The words of the status page: TechBiz's words, and ours for states that TechBiz has no word for.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Invited => "Invited",
            Self::NotOnboarded => "Not Onboarded",
            Self::Onboarded => "Onboarded",
            Self::Disabled => "Disabled",
            Self::UserNotFound => "User Not Found",
            Self::Failed => "Failed",
            Self::Expired => "Expired",
            Self::Revoking => "Being revoked",
            Self::Revoked => "Revoked",
            Self::NeedsAttention => "Needs attention",
        }
    }
}

impl SeedStatus {
    /// Every status that lists can be filtered by.
    pub const FILTERS: [Self; 7] = [
        Self::NotRequired,
        Self::Ineligible,
        Self::Pending,
        Self::LicenceAssigned,
        Self::FullyOnboarded,
        Self::LicenceError,
        Self::LicenceWithdrawn,
    ];

    /// The status's name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotRequired => "not-required",
            Self::Ineligible => "ineligible",
            Self::Pending => "pending",
            Self::LicenceAssigned => "licence-assigned",
            Self::FullyOnboarded => "fully-onboarded",
            Self::LicenceError => "licence-error",
            Self::LicenceWithdrawn => "licence-withdrawn",
            Self::NoAccount => "no-account",
        }
    }

    /// The words of the status page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotRequired => "Not Required",
            Self::Ineligible => "Ineligible",
            Self::Pending => "Licence pending",
            Self::LicenceAssigned => "License Assigned",
            Self::FullyOnboarded => "Fully Onboarded",
            Self::LicenceError => "Licence error",
            Self::LicenceWithdrawn => "Licence withdrawn",
            Self::NoAccount => "-",
        }
    }
}

impl From<SeedState> for SeedStatus {
    fn from(state: SeedState) -> Self {
        match state {
            SeedState::NotRequired => Self::NotRequired,
            SeedState::Ineligible => Self::Ineligible,
            SeedState::Pending => Self::Pending,
            SeedState::LicenceAssigned => Self::LicenceAssigned,
            SeedState::FullyOnboarded => Self::FullyOnboarded,
            SeedState::LicenceError { .. } => Self::LicenceError,
            SeedState::Withdrawing | SeedState::Withdrawn => Self::LicenceWithdrawn,
        }
    }
}

impl Progress {
    /// The progress values with work ahead for the service.
    pub const OPEN: [Self; 5] = [Self::Queued, Self::Accepted, Self::Provisioning, Self::Mailing, Self::Revoking];

    const ALL: [Self; 15] = [
        Self::Queued,
        Self::Invited,
        Self::Accepted,
        Self::Provisioning,
        Self::AccountCreated,
        Self::Mailing,
        Self::Onboarded,
        Self::Disabled,
        Self::AccountGone,
        Self::Failed,
        Self::Expired,
        Self::Revoking,
        Self::Revoked,
        Self::NeedsAttention,
        Self::Deleted,
    ];

    /// The name in the API, which is also stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Invited => "INVITED",
            Self::Accepted => "ACCEPTED",
            Self::Provisioning => "PROVISIONING",
            Self::AccountCreated => "ACCOUNT_CREATED",
            Self::Mailing => "MAILING",
            Self::Onboarded => "ONBOARDED",
            Self::Disabled => "DISABLED",
            Self::AccountGone => "ACCOUNT_GONE",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Revoking => "REVOKING",
            Self::Revoked => "REVOKED",
            Self::NeedsAttention => "NEEDS_ATTENTION",
            Self::Deleted => "DELETED",
        }
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.name() == name)
    }

    /// Whether the service has work ahead.
    #[must_use]
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

impl Invite {
    /// The TechPass column of the status page.
    #[must_use]
    pub fn techpass_status(&self) -> TechpassStatus {
        match self.state {
            InviteState::Queued | InviteState::Accepted | InviteState::Provisioning { .. } => TechpassStatus::Queued,
            InviteState::Invited { .. } => TechpassStatus::Invited,
            InviteState::AccountCreated { .. } => TechpassStatus::NotOnboarded,
            InviteState::Onboarded { .. } => TechpassStatus::Onboarded,
            InviteState::Disabled { .. } => TechpassStatus::Disabled,
            InviteState::AccountGone => TechpassStatus::UserNotFound,
            InviteState::Failed { .. } => TechpassStatus::Failed,
            InviteState::Expired => TechpassStatus::Expired,
            InviteState::Revoking { .. } => TechpassStatus::Revoking,
            InviteState::Revoked => TechpassStatus::Revoked,
            InviteState::NeedsAttention { .. } => TechpassStatus::NeedsAttention,
        }
    }

    /// The SEED column of the status page. As in TechBiz's page, a deleted account has no licence.
    #[must_use]
    pub fn seed_status(&self) -> SeedStatus {
        if self.state == InviteState::AccountGone { SeedStatus::NoAccount } else { self.seed.into() }
    }

    /// What the licence's state means for the officer, where the label does not say enough. `None` for a deleted
    /// account.
    #[must_use]
    pub fn seed_detail(&self) -> Option<&'static str> {
        if self.state == InviteState::AccountGone { None } else { self.seed.detail() }
    }

    /// The progress of the invite within its batch.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match (&self.state, &self.mail) {
            (InviteState::AccountCreated { .. }, Some(mail)) if mail.is_open() || self.awaits_account_check() => {
                Progress::Mailing
            }
            (state, _) => state.progress(),
        }
    }

    /// Why there is no account. `None`: it has not failed.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        match self.state {
            InviteState::Failed { failure } => Some(failure),
            _ => None,
        }
    }

    /// The state's name in the API.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        self.state.progress().name()
    }
}

impl InviteState {
    fn progress(&self) -> Progress {
        match self {
            Self::Queued => Progress::Queued,
            Self::Invited { .. } => Progress::Invited,
            Self::Accepted => Progress::Accepted,
            Self::Provisioning { .. } => Progress::Provisioning,
            Self::AccountCreated { .. } => Progress::AccountCreated,
            Self::Onboarded { .. } => Progress::Onboarded,
            Self::Disabled { .. } => Progress::Disabled,
            Self::AccountGone => Progress::AccountGone,
            Self::Failed { .. } => Progress::Failed,
            Self::Expired => Progress::Expired,
            Self::Revoking { .. } => Progress::Revoking,
            Self::Revoked => Progress::Revoked,
            Self::NeedsAttention { .. } => Progress::NeedsAttention,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        invite::{
            samples::{DAY, account, at, created, for_account},
            state::Failure,
        },
        licence::LicenceFault,
    };

    fn stored<T: Serialize>(value: T) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_stored_is_the_name_and_a_label_of_earlier_releases_is_read() {
        for status in TechpassStatus::ALL {
            assert_eq!(stored(status), status.name());
            // Earlier releases did not know this status, and stored no label of it.
            if status != TechpassStatus::Revoking {
                assert_eq!(serde_json::from_value::<TechpassStatus>(status.label().into()).unwrap(), status);
            }
        }
        for status in SeedStatus::FILTERS.into_iter().chain([SeedStatus::NoAccount]) {
            assert_eq!(stored(status), status.name());
            assert_eq!(serde_json::from_value::<SeedStatus>(status.label().into()).unwrap(), status);
        }
        for progress in Progress::ALL {
            assert_eq!(stored(progress), progress.name());
            assert_eq!(Progress::parse(progress.name()), Some(progress));
        }
    }

    #[test]
    fn each_state_has_its_name_and_its_words() {
        for (state, name, words) in [
            (InviteState::Queued, "QUEUED", "Queued"),
            (InviteState::Invited { expires_at: at(DAY) }, "INVITED", "Invited"),
            (InviteState::Accepted, "ACCEPTED", "Queued"),
            (InviteState::Provisioning { lease_until: at(60), attempt: 1 }, "PROVISIONING", "Queued"),
            (InviteState::AccountCreated { account: account() }, "ACCOUNT_CREATED", "Not Onboarded"),
            (InviteState::Onboarded { account: account() }, "ONBOARDED", "Onboarded"),
            (InviteState::Disabled { account: account() }, "DISABLED", "Disabled"),
            (InviteState::AccountGone, "ACCOUNT_GONE", "User Not Found"),
            (InviteState::Failed { failure: Failure::UsernameTaken }, "FAILED", "Failed"),
            (InviteState::Expired, "EXPIRED", "Expired"),
            (
                InviteState::Revoking { account: account(), lease_until: at(60), attempt: 1 },
                "REVOKING",
                "Being revoked",
            ),
            (InviteState::Revoked, "REVOKED", "Revoked"),
            (InviteState::NeedsAttention { stood: None }, "NEEDS_ATTENTION", "Needs attention"),
        ] {
            let invite = Invite { state, ..for_account() };
            let shown = (invite.state_name(), invite.progress().name(), invite.techpass_status().label());
            assert_eq!(shown, (name, name, words));
        }
    }

    #[test]
    fn an_account_is_being_mailed_about_until_its_mail_is_sent() {
        let due = created(SeedState::NotRequired);
        let claimed = due.clone().claim_mail(at(3)).unwrap();
        let sent = claimed.clone().mail_accepted("m-1".into(), at(4)).unwrap();
        let resent = Invite { mail: sent.mail.clone().map(crate::mail::Mail::replaced), ..sent.clone() };
        assert!(resent.awaits_account_check());
        for (invite, progress) in [
            (due, Progress::Mailing),
            (claimed, Progress::Mailing),
            (sent, Progress::AccountCreated),
            (resent, Progress::Mailing),
        ] {
            assert_eq!((invite.progress(), invite.state_name()), (progress, "ACCOUNT_CREATED"));
        }
    }

    #[test]
    fn the_service_has_work_ahead_until_an_account_is_mailed_about_or_deleted() {
        let open: Vec<&str> =
            Progress::ALL.into_iter().filter(|progress| progress.is_open()).map(Progress::name).collect();
        assert_eq!(open, ["QUEUED", "ACCEPTED", "PROVISIONING", "MAILING", "REVOKING"]);
        assert_eq!(Progress::parse("queued"), None);
    }

    #[test]
    fn the_seed_column_shows_the_licence_of_an_account_that_is_not_deleted() {
        for (seed, status) in [
            (SeedState::NotRequired, SeedStatus::NotRequired),
            (SeedState::Ineligible, SeedStatus::Ineligible),
            (SeedState::Pending, SeedStatus::Pending),
            (SeedState::LicenceAssigned, SeedStatus::LicenceAssigned),
            (SeedState::FullyOnboarded, SeedStatus::FullyOnboarded),
            (SeedState::refused(LicenceFault::NoneLeft, at(0)), SeedStatus::LicenceError),
            (SeedState::Withdrawing, SeedStatus::LicenceWithdrawn),
            (SeedState::Withdrawn, SeedStatus::LicenceWithdrawn),
        ] {
            let invite = Invite { seed, ..for_account() };
            assert_eq!((invite.seed_status(), invite.seed_detail()), (status, seed.detail()));
            let gone = Invite { state: InviteState::AccountGone, ..invite };
            assert_eq!((gone.seed_status(), gone.seed_detail()), (SeedStatus::NoAccount, None));
        }
    }
}
