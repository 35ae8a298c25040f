//! As much of HTTP/1.1 as the clients of AWS need: requests with a length, on a connection that stays open.

use std::{
    io::{self, BufRead, BufReader, Read as _, Write as _},
    net::TcpStream,
};

/// Bytes of a body at most: more than any request of the service has.
const MAX_BODY: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// What the header `X-Amz-Target` names. Empty: the request has none.
    pub(super) target: String,
    pub(super) body: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// One connection of a client.
#[derive(Debug)]
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(1 << 16, stream)))
    }

    /// The next request. `None`: the client has closed the connection.
    pub(super) fn read(&mut self) -> io::Result<Option<Request>> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (mut target, mut length) = (String::new(), 0);
        loop {
            let mut header = String::new();
            if self.0.read_line(&mut header)? == 0 {
                return Ok(None);
            }
            let Some((name, value)) = header.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => value.trim().clone_into(&mut target),
                "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
                "transfer-encoding" => return Err(io::Error::other("a body without a length")),
                _ => {}
            }
        }
        if length > MAX_BODY {
            return Err(io::Error::other("a body that is too long"));
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Some(Request { method, path, target, body }))
    }

    pub(super) fn write(&mut self, answer: &Answer) -> io::Result<()> {
        let Answer { status, body } = answer;
        let kind = "application/x-amz-json-1.0";
        let head = format!("HTTP/1.1 {status} \r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
        self.0.get_mut().write_all(&[head.as_bytes(), body].concat())
    }
}
