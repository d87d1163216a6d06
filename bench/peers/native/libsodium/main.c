// SPDX-License-Identifier: Apache-2.0

// Operations a second on ristretto255, one thread: `sodium-rates SECONDS`.

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 256, BYTES = crypto_core_ristretto255_BYTES };

static const unsigned char TAG[] = "bench ristretto255_XMD:SHA-512_R255MAP_RO_";
static unsigned char elements[BATCH][BYTES], scalars[BATCH][32], scalar[32], out[BYTES];
static char messages[BATCH][32];

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

// RFC 9380, section 5.3.1, for 64 bytes: one block behind b_0.
static void hashed(unsigned char *element, const char *message) {
  static const unsigned char zero[128], length[3] = {0, 64, 0}, one[1] = {1};
  const unsigned char size[1] = {sizeof TAG - 1};
  unsigned char b0[64], uniform[64];
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, zero, sizeof zero);
  crypto_hash_sha512_update(&state, (const unsigned char *)message, strlen(message));
  crypto_hash_sha512_update(&state, length, sizeof length);
  crypto_hash_sha512_update(&state, TAG, sizeof TAG - 1);
  crypto_hash_sha512_update(&state, size, 1);
  crypto_hash_sha512_final(&state, b0);
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, b0, sizeof b0);
  crypto_hash_sha512_update(&state, one, 1);
  crypto_hash_sha512_update(&state, TAG, sizeof TAG - 1);
  crypto_hash_sha512_update(&state, size, 1);
  crypto_hash_sha512_final(&state, uniform);
  crypto_core_ristretto255_from_hash(element, uniform);
}

static void multiply(int i) {
  if (crypto_scalarmult_ristretto255(out, scalar, elements[i]) != 0) exit(1);
}

static void hash_and_multiply(int i) {
  unsigned char element[BYTES];
  hashed(element, messages[i]);
  if (crypto_scalarmult_ristretto255(out, scalar, element) != 0) exit(1);
}

static void multiply_base(int i) {
  if (crypto_scalarmult_ristretto255_base(out, scalars[i]) != 0) exit(1);
}

static double rate(double seconds, void (*run)(int)) {
  for (int i = 0; i < BATCH; i++) run(i);
  double started = now(), elapsed;
  long operations = 0;
  do {
    for (int i = 0; i < BATCH; i++) run(i);
    operations += BATCH;
    elapsed = now() - started;
  } while (elapsed < seconds);
  return operations / elapsed;
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 1;
  if (sodium_init() < 0) return 1;
  crypto_core_ristretto255_scalar_random(scalar);
  for (int i = 0; i < BATCH; i++) {
    snprintf(messages[i], sizeof messages[i], "tel:+1415555%04d", i);
    hashed(elements[i], messages[i]);
    crypto_core_ristretto255_scalar_random(scalars[i]);
  }
  printf("{\"multiply\":%f,", rate(seconds, multiply));
  printf("\"hash and multiply\":%f,", rate(seconds, hash_and_multiply));
  printf("\"multiply a fixed base\":%f}\n", rate(seconds, multiply_base));
  return 0;
}
