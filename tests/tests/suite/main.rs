//! Everything that runs in one process, over the backends in memory.

mod contract;
mod workers;
