// SPDX-License-Identifier: Apache-2.0

//! Operations a second on ristretto255, one thread: `dalek-rates single|batch SECONDS`. In a batch all encodings share an
//! inversion; the function for it doubles, so the scalar is halved beforehand.

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_TABLE;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use rand_core::OsRng;
use sha2::{Digest, Sha512};
use std::hint::black_box;
use std::time::Instant;

const BATCH: usize = 4096;
const TAG: &[u8] = b"bench ristretto255_XMD:SHA-512_R255MAP_RO_";

/// RFC 9380, section 5.3.1, for 64 bytes: one block behind b_0.
fn expand(message: &[u8]) -> [u8; 64] {
    let suffix = |hash: &mut Sha512| {
        hash.update(TAG);
        hash.update([TAG.len() as u8]);
    };
    let mut first = Sha512::new();
    first.update([0u8; 128]);
    first.update(message);
    first.update([0, 64, 0]);
    suffix(&mut first);
    let b0 = first.finalize();
    let mut second = Sha512::new();
    second.update(b0);
    second.update([1]);
    suffix(&mut second);
    second.finalize().into()
}

fn encode(points: &[RistrettoPoint], batch: bool) -> Vec<CompressedRistretto> {
    if batch {
        RistrettoPoint::double_and_compress_batch(points)
    } else {
        points.iter().map(RistrettoPoint::compress).collect()
    }
}

fn rate(seconds: f64, mut run: impl FnMut()) -> f64 {
    run();
    let started = Instant::now();
    let mut operations = 0;
    while started.elapsed().as_secs_f64() < seconds {
        run();
        operations += BATCH;
    }
    operations as f64 / started.elapsed().as_secs_f64()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let batch = arguments.next().as_deref() == Some("batch");
    let seconds: f64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let half = Scalar::from(2u64).invert();
    let drawn = Scalar::random(&mut OsRng);
    let scalar = if batch { drawn * half } else { drawn };
    let scalars: Vec<Scalar> = (0..BATCH).map(|_| Scalar::random(&mut OsRng)).collect();
    let messages: Vec<String> = (0..BATCH).map(|i| format!("tel:+1415555{i:04}")).collect();
    let hashed = |message: &String| RistrettoPoint::from_uniform_bytes(&expand(message.as_bytes()));
    let elements: Vec<CompressedRistretto> = messages.iter().map(|each| hashed(each).compress()).collect();

    let multiply = rate(seconds, || {
        let products: Vec<RistrettoPoint> =
            elements.iter().map(|each| each.decompress().unwrap() * scalar).collect();
        black_box(encode(&products, batch));
    });
    let hash_and_multiply = rate(seconds, || {
        let products: Vec<RistrettoPoint> = messages.iter().map(|each| hashed(each) * scalar).collect();
        black_box(encode(&products, batch));
    });
    let multiply_base = rate(seconds, || {
        let products: Vec<RistrettoPoint> =
            scalars.iter().map(|each| RISTRETTO_BASEPOINT_TABLE * each).collect();
        black_box(encode(&products, batch));
    });
    println!(
        "{{\"multiply\":{multiply},\"hash and multiply\":{hash_and_multiply},\"multiply a fixed base\":{multiply_base}}}"
    );
}
