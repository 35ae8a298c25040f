//! What happens around the product in the middle of a run: time, outages, an operator.
//!
//! After an upheaval people may get another result than they wanted, and stop. Three things must still be true: every
//! [invariant](super::invariants) holds, everything comes to rest after the trouble, and nothing is left over.

use std::time::Duration;

use domain::invite::InviteState;
use queue::{QueueName, Wake};
use testing::{
    people::{email, keys},
    probe::Fault,
};

use super::{
    Run, check_each,
    scenarios::{ALL, Scenario},
    undisturbed,
    world::{Manner, Mishap, World},
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upheaval {
    /// A day passes, so that daily things may be done again.
    Day,
    /// The time is just before midnight in Singapore.
    Midnight,
    /// More time passes than an invitation is open.
    Expiry,
    /// More time passes than people's data is kept.
    Retention,
    /// Mails are stopped for longer than an invitation is open.
    Stop,
    /// SES does not answer for six hours.
    MailOutage,
    /// The directory does not answer for six hours.
    DirectoryOutage,
    /// An operator has two people erased.
    Erasure,
    /// Every message that is on its way becomes a dead letter.
    GivenUp,
}

impl Upheaval {
    pub(super) const ALL: [Self; 9] = [
        Self::Day,
        Self::Midnight,
        Self::Expiry,
        Self::Retention,
        Self::Stop,
        Self::MailOutage,
        Self::DirectoryOutage,
        Self::Erasure,
        Self::GivenUp,
    ];
}

/// How often an operator has to resume what needs attention, at most, until nothing does any more.
const LOOKS: usize = 4;

impl World {
    /// Plays a scenario to its end, and then ends all trouble. After another actor or an upheaval, its people may stop.
    /// A broken invariant always fails the run.
    pub(super) async fn play(&self, scenario: Scenario) {
        if self.manner == Manner::Calm {
            return (scenario.script)(self).await;
        }
        let script = std::panic::AssertUnwindSafe((scenario.script)(self));
        let gave_up = futures::FutureExt::catch_unwind(script).await.is_err();
        if let Some(wrong) = self.wrong().filter(|_| gave_up) {
            panic!("{wrong}");
        }
        Box::pin(self.end_trouble()).await;
    }

    pub(super) async fn begin_trouble(&self, upheaval: Upheaval) {
        match upheaval {
            Upheaval::Day => self.jump(DAY),
            Upheaval::Midnight => {
                let now = self.app.clock.now();
                self.jump(now.next_singapore_day().since(now) - Duration::from_secs(1));
            }
            Upheaval::Expiry => self.jump(31 * DAY),
            Upheaval::Retention => self.jump(100 * DAY),
            Upheaval::Stop => {
                self.app.store.stop_mail().await.unwrap();
                self.troubles.borrow_mut().push(upheaval);
            }
            Upheaval::MailOutage => {
                self.app.probe.begin_outage("ses.", Fault::Throttled, 6 * HOUR);
                self.troubles.borrow_mut().push(upheaval);
            }
            Upheaval::DirectoryOutage => {
                self.app.probe.begin_outage("directory.", Fault::LostBefore, 6 * HOUR);
                self.troubles.borrow_mut().push(upheaval);
            }
            Upheaval::Erasure => {
                for person in ["thaddeus@sample-board.gov.sg", "yolandra@vendor.example.com"] {
                    self.app.store.request_forgetting(&keys().address(&email(person))).await.unwrap();
                }
            }
            Upheaval::GivenUp => self.give_up_messages(),
        }
    }

    /// Whether there is an outage or a stop now.
    pub(super) fn is_in_trouble(&self) -> bool {
        !self.troubles.borrow().is_empty()
    }

    /// Ends all trouble, has an operator resume what needs attention, and waits until everything is at rest.
    pub(super) async fn end_trouble(&self) {
        let troubles = self.troubles.borrow().clone();
        if troubles.contains(&Upheaval::Stop) {
            self.jump(40 * DAY);
            self.settle().await;
            self.app.store.start_mail().await.unwrap();
        }
        if !troubles.is_empty() {
            self.jump(6 * HOUR);
            self.troubles.borrow_mut().clear();
        }
        self.settle().await;
        for _ in 0..LOOKS {
            let invites = self.invites().await;
            let waiting = invites.iter().filter(|invite| matches!(invite.state, InviteState::NeedsAttention { .. }));
            let waiting: Vec<_> = waiting.map(|invite| invite.id).collect();
            if waiting.is_empty() {
                break;
            }
            for id in waiting {
                self.post(QueueName::Provision, Wake::Resume { id });
            }
            self.settle().await;
        }
        for batch in self.batches().await {
            if let Err(wrong) = self.inspect_list(&batch).await {
                self.found(&wrong);
            }
        }
    }

    /// Lets much time pass in one step.
    fn jump(&self, time: Duration) {
        self.jumped.set(self.jumped.get() + time);
        self.pass(time);
    }
}

/// How many handlers of a scenario have an upheaval after them, for each kind of upheaval.
const TIMES: usize = 3;

/// Some handlers of a scenario, spread over all of it.
fn times(undisturbed: &Run) -> Vec<usize> {
    let step = undisturbed.runs.div_ceil(TIMES).max(1);
    (1..=undisturbed.runs).step_by(step).collect()
}

async fn check_upheaval(upheaval: Upheaval) {
    for scenario in ALL {
        let undisturbed = undisturbed(scenario).await;
        let runs: Vec<_> = times(&undisturbed).into_iter().map(|run| vec![Mishap::After(run, upheaval)]).collect();
        check_each(scenario, &undisturbed, &runs).await;
    }
}

macro_rules! each_upheaval {
    ($($name:ident: $upheaval:ident,)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            check_upheaval(Upheaval::$upheaval).await;
        }
    )*};
}

each_upheaval! {
    a_day_passes_in_the_middle: Day,
    midnight_comes_in_the_middle: Midnight,
    an_invitation_expires_in_the_middle: Expiry,
    all_periods_end_in_the_middle: Retention,
    mails_are_stopped_for_longer_than_an_invitation_lives: Stop,
    mails_cannot_be_sent_for_hours: MailOutage,
    the_directory_is_out_for_hours: DirectoryOutage,
    an_operator_erases_people_in_the_middle: Erasure,
    the_workers_give_up_in_the_middle: GivenUp,
}
