//! The contract of every mail transport.

use domain::{BatchId, EmailAddress, mail::MailKind};
use mail::{Letter, Mailer, OutgoingMail, SendOutcome, Subject, Tags};

use crate::people::{beginning, email};

/// A mail as its recipient gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The id that the sender got.
    pub message_id: String,
    pub subject: String,
    pub text: String,
}

pub trait Mailboxes {
    /// The mails to an address, oldest first.
    fn mails_to(&self, to: &EmailAddress) -> impl Future<Output = Vec<Received>>;
}

/// Runs the whole contract.
///
/// # Panics
///
/// When the transport breaks the contract.
pub async fn all(mailer: &Mailer, mailboxes: &impl Mailboxes) {
    let to = email("Contract.O'Tan+1@sample-board.gov.sg");
    let id = BatchId::generate(beginning(), &crate::seeded(1));
    let mail = || OutgoingMail {
        to: to.clone(),
        letter: Letter {
            subject: "You are invited — 請",
            html: "<p>Words &amp; “quotes” for José 李</p>".to_owned(),
            text: "Words & “quotes” for José 李\r\n.\r\n{{braces}}".to_owned(),
        },
        tags: Tags {
            subject: Subject::Batch(id),
            kind: MailKind::BatchReport,
            generation: 1,
            attempt: 1,
            mailbox: None,
        },
    };
    assert_eq!(mailboxes.mails_to(&to).await, []);
    let mut ids = Vec::new();
    // The transport cannot know that the second mail is a copy of the first; only the sender can.
    for count in 1..=2 {
        let SendOutcome::Sent { message_id } = mailer.send(mail()).await else { panic!("not sent") };
        ids.push(message_id);
        let received = mailboxes.mails_to(&to).await;
        assert_eq!(received.iter().map(|mail| mail.message_id.clone()).collect::<Vec<_>>(), ids);
        assert_eq!(received.len(), count);
        let written = mail().letter;
        assert!(received.iter().all(|mail| mail.subject == written.subject && mail.text == written.text));
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(mailboxes.mails_to(&email("contract-other@sample-board.gov.sg")).await, [], "nobody else has it");
}
