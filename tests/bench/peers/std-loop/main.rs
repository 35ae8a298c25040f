//! The least that a Lambda function can be: a loop over the Runtime API with nothing but the standard library.
//!
//! It is the bound that the start and the overhead of our functions are held against.

use std::{
    env,
    error::Error,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

const ANSWER: &str = "{}";

fn main() -> Result<(), Box<dyn Error>> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut sender = TcpStream::connect(&api)?;
    sender.set_nodelay(true)?;
    let mut receiver = BufReader::new(sender.try_clone()?);
    let mut body = Vec::new();
    loop {
        let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {api}\r\n\r\n");
        sender.write_all(next.as_bytes())?;
        let id = read_response(&mut receiver, &mut body)?;
        let answer = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: {api}\r\nContent-Length: \
                {}\r\n\r\n{ANSWER}",
            ANSWER.len()
        );
        sender.write_all(answer.as_bytes())?;
        read_response(&mut receiver, &mut body)?;
    }
}

/// Reads one response into `body`; returns the id of the invocation that it hands out.
fn read_response(receiver: &mut impl BufRead, body: &mut Vec<u8>) -> Result<String, Box<dyn Error>> {
    let (mut id, mut length) = (String::new(), 0);
    let mut line = String::new();
    loop {
        line.clear();
        if receiver.read_line(&mut line)? == 0 {
            return Err("the Runtime API is gone".into());
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line == "\r\n" {
                break;
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse()?;
        } else if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
            id = value.to_owned();
        }
    }
    body.resize(length, 0);
    receiver.read_exact(body)?;
    Ok(id)
}
