//! The contract of mail, over SES and MiniStack's list of the mails that it took. moto keeps no text of a mail, so
//! `infra/local/contracts.py` leaves this test out there.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};
use testing::{
    contract::{
        self,
        outbox::{Mailboxes, Received},
    },
    people::email,
};

use domain::EmailAddress;
use mail::{Mailer, Sender, Ses};
use serde_json::Value;

use super::{aws, endpoint, fresh_name};

struct Taken;

impl Mailboxes for Taken {
    async fn mails_to(&self, to: &EmailAddress) -> Vec<Received> {
        let answer: Value = serde_json::from_str(&get("/_ministack/ses/messages")).unwrap();
        let mails = answer["messages"].as_object().unwrap().values().flat_map(|mails| mails.as_array().unwrap());
        let is_theirs = |mail: &&Value| mail["To"].as_array().unwrap().iter().any(|one| one == to.as_str());
        let text = |mail: &Value, name: &str| mail[name].as_str().unwrap().to_owned();
        let received = mails.filter(is_theirs).map(|mail| Received {
            message_id: text(mail, "MessageId"),
            subject: text(mail, "Subject"),
            text: text(mail, "BodyText"),
        });
        received.collect()
    }
}

/// Reads from the emulator itself, which no client of AWS can do.
fn get(path: &str) -> String {
    let host = endpoint().trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&host).unwrap();
    write!(connection, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn ses_keeps_the_contract() {
    let (client, configuration_set) = (aws().ses(), fresh_name());
    let sender =
        Sender { address: email("noreply@contract.example.com"), configuration_set: configuration_set.clone() };
    client.create_email_identity().email_identity("contract.example.com").send().await.unwrap();
    client.create_configuration_set().configuration_set_name(&configuration_set).send().await.unwrap();
    contract::outbox::all(&Mailer::new(Ses::new(&client, &sender)), &Taken).await;
    client.delete_configuration_set().configuration_set_name(configuration_set).send().await.unwrap();
    client.delete_email_identity().email_identity("contract.example.com").send().await.unwrap();
}
