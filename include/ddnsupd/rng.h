/*
 * rng: random numbers from a seed, so that the core stays a function of its input.
 *
 * ChaCha20 key stream (RFC 8439 2.3) under a 256-bit seed: message ids and jitter cannot
 * be guessed from earlier ones.  The daemon seeds it from getrandom(2), tests from a
 * number that they print.
 */
#ifndef DDNSUPD_RNG_H
#define DDNSUPD_RNG_H

#include <stdint.h>

#define RNG_SEED_LEN 32

struct rng {
	uint32_t key[8];
	uint64_t block;
	uint32_t pool[16];
	unsigned used;
};

void rng_seed(struct rng *rng, const uint8_t seed[RNG_SEED_LEN]);

uint32_t rng_u32(struct rng *rng);
uint16_t rng_u16(struct rng *rng);

/* A number in 0 .. limit - 1, unbiased; limit >= 1. */
uint64_t rng_below(struct rng *rng, uint64_t limit);

#endif
