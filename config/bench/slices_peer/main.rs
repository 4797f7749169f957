// SPDX-License-Identifier: AGPL-3.0-or-later
// The ids of all transactions of one block or several, by bitcoin_slices and sha2: ROUNDS FILE.
use bitcoin_slices::{bsl, Visit, Visitor};
use std::ops::ControlFlow;
use std::time::Instant;

#[derive(Default)]
struct Ids {
    n: u64,
    mixed: u8,
}

impl Visitor for Ids {
    fn visit_transaction(&mut self, tx: &bsl::Transaction) -> ControlFlow<()> {
        self.mixed ^= tx.txid_sha2()[0];
        self.n += 1;
        ControlFlow::Continue(())
    }
}

fn main() {
    let mut words = std::env::args().skip(1);
    let rounds: u32 = words.next().expect("rounds").parse().expect("a number");
    let raw = std::fs::read(words.next().expect("a file")).expect("readable");
    let begin = Instant::now();
    let mut ids = Ids::default();
    for _ in 0..rounds {
        let mut rest: &[u8] = &raw;
        while !rest.is_empty() {
            rest = bsl::Block::visit(rest, &mut ids).expect("a block").remaining();
        }
    }
    println!("{} {} {}", ids.n, begin.elapsed().as_nanos(), ids.mixed);
}
