//! Every scenario, and the handlers that it is about.

use futures::future::FutureExt as _;

use super::Scenario;

/// Together they cover every handler, route, message and job; see [`crate::faults::coverage`].
pub(in crate::faults) const ALL: [Scenario; 27] = [
    Scenario {
        name: "account",
        about: &["submit-invites", "provision-user", "send-mail", "track-mail", "query-status"],
        jobs: &[],
        script: |world| super::account(world).boxed_local(),
    },
    Scenario {
        name: "invitation",
        about: &["submit-invites", "provision-user", "send-mail", "accept-invitation"],
        jobs: &[],
        script: |world| super::invitation(world).boxed_local(),
    },
    Scenario {
        name: "first password",
        about: &["accept-invitation", "provision-user", "query-status"],
        jobs: &[],
        script: |world| super::first_password(world).boxed_local(),
    },
    Scenario {
        name: "list",
        about: &["manage-batches", "dispatch-batch"],
        jobs: &[],
        script: |world| super::list(world).boxed_local(),
    },
    Scenario {
        name: "upload",
        about: &["manage-batches", "parse-batch"],
        jobs: &[],
        script: |world| super::upload(world).boxed_local(),
    },
    Scenario {
        name: "drop",
        about: &["parse-batch", "dispatch-batch"],
        jobs: &[],
        script: |world| super::drop_workbook(world).boxed_local(),
    },
    Scenario {
        name: "no workbook",
        about: &["parse-batch", "dispatch-batch", "send-mail", "track-mail"],
        jobs: &[],
        script: |world| super::no_workbook(world).boxed_local(),
    },
    Scenario {
        name: "resend and revoke",
        about: &["submit-invites", "query-status"],
        jobs: &[],
        script: |world| super::resend_and_revoke(world).boxed_local(),
    },
    Scenario {
        name: "amend",
        about: &["submit-invites", "track-mail"],
        jobs: &[],
        script: |world| super::amend(world).boxed_local(),
    },
    Scenario {
        name: "expiry",
        about: &["sweep", "send-mail"],
        jobs: &["due"],
        script: |world| super::expiry(world).boxed_local(),
    },
    Scenario {
        name: "webhooks",
        about: &["watch-invites", "notify-agencies"],
        jobs: &[],
        script: |world| super::webhooks(world).boxed_local(),
    },
    Scenario {
        name: "licence",
        about: &["submit-invites", "provision-user", "track-devices"],
        jobs: &[],
        script: |world| super::licence(world).boxed_local(),
    },
    Scenario {
        name: "looks",
        about: &["query-status", "manage-batches"],
        jobs: &[],
        script: |world| super::looks(world).boxed_local(),
    },
    Scenario {
        name: "reset",
        about: &["manage-batches"],
        jobs: &[],
        script: |world| super::reset(world).boxed_local(),
    },
    Scenario {
        name: "revoke",
        about: &["submit-invites"],
        jobs: &[],
        script: |world| super::revoke(world).boxed_local(),
    },
    Scenario {
        name: "given up",
        about: &["sweep", "provision-user", "operate"],
        jobs: &["letters"],
        script: |world| super::given_up(world).boxed_local(),
    },
    Scenario {
        name: "forgotten",
        about: &["maintain", "operate"],
        jobs: &["forget"],
        script: |world| super::forgotten(world).boxed_local(),
    },
    Scenario {
        name: "left behind",
        about: &["sweep", "maintain"],
        jobs: &["totals", "locks", "account-audit", "licence-audit"],
        script: |world| super::left_behind(world).boxed_local(),
    },
    Scenario {
        name: "action",
        about: &["apply-actions"],
        jobs: &[],
        script: |world| super::action(world).boxed_local(),
    },
    Scenario {
        name: "unannounced",
        about: &["maintain"],
        jobs: &["uploads"],
        script: |world| super::unannounced(world).boxed_local(),
    },
    Scenario {
        name: "canary",
        about: &["sweep", "send-mail", "track-mail"],
        jobs: &["canary"],
        script: |world| super::canary(world).boxed_local(),
    },
    Scenario { name: "operator", about: &["operate"], jobs: &[], script: |world| super::operator(world).boxed_local() },
    Scenario {
        name: "questions",
        about: &["manage-batches", "parse-batch"],
        jobs: &[],
        script: |world| super::questions(world).boxed_local(),
    },
    Scenario {
        name: "addresses",
        about: &["manage-batches", "dispatch-batch", "provision-user", "send-mail"],
        jobs: &[],
        script: |world| super::addresses(world).boxed_local(),
    },
    Scenario {
        name: "revoke account",
        about: &["submit-invites", "provision-user"],
        jobs: &[],
        script: |world| super::revoke_account(world).boxed_local(),
    },
    Scenario {
        name: "new link",
        about: &["accept-invitation"],
        jobs: &[],
        script: |world| super::new_link(world).boxed_local(),
    },
    Scenario {
        name: "handover",
        about: &["submit-invites", "apply-actions", "send-mail", "track-mail", "operate"],
        jobs: &[],
        script: |world| super::handover(world).boxed_local(),
    },
];
