//! The contract of each kind of backend. The same assertions run over the fakes and over an emulator of AWS, so that a
//! test over a fake says something about AWS.

pub mod directory;
pub mod objects;
pub mod outbox;
pub mod queues;
pub mod table;
