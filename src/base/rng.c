/*
 * rng: random numbers from a seed: the ChaCha20 key stream (RFC 8439 2.3).
 *
 * Layout of the state: the seed is the key, its octets in little-endian order; the
 * 64-bit block number starts at 0 and fills word 12 (the RFC's block counter) and word
 * 13 (the first word of its nonce); words 14 and 15 are zero.  So the first 2^32 blocks
 * are the RFC's key stream for an all-zero nonce, which its Appendix A.1 has vectors
 * for.  A number is one word of the stream.
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/rng.h"

#define WORDS 16
#define DOUBLE_ROUNDS 10

static uint64_t take_u64(struct rng *rng);
static void refill(struct rng *rng);
static void double_round(uint32_t x[WORDS]);
static void quarter_round(uint32_t x[WORDS], unsigned a, unsigned b, unsigned c,
    unsigned d);
static uint32_t rotate(uint32_t word, unsigned bits);
static uint32_t load_le(const uint8_t *octets);

void
rng_seed(struct rng *rng, const uint8_t seed[RNG_SEED_LEN])
{
	*rng = (struct rng){.used = WORDS};
	for (unsigned i = 0; i < RNG_SEED_LEN / 4; i++)
		rng->key[i] = load_le(seed + 4 * i);
}

uint32_t
rng_u32(struct rng *rng)
{
	if (rng->used >= WORDS)
		refill(rng);
	return rng->pool[rng->used++];
}

uint16_t
rng_u16(struct rng *rng)
{
	return (uint16_t)(rng_u32(rng) & 0xffff);
}

uint64_t
rng_below(struct rng *rng, uint64_t limit)
{
	uint64_t excess, number;

	assert(limit >= 1);
	/* 2^64 mod limit: so many of the smallest numbers would make a bias. */
	excess = (UINT64_MAX - limit + 1) % limit;
	do
		number = take_u64(rng);
	while (number < excess);
	return number % limit;
}

static uint64_t
take_u64(struct rng *rng)
{
	uint64_t high = rng_u32(rng);

	return high << 32 | rng_u32(rng);
}

/* The block function, RFC 8439 2.3.1. */
static void
refill(struct rng *rng)
{
	uint32_t start[WORDS] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

	memcpy(start + 4, rng->key, sizeof(rng->key));
	start[12] = (uint32_t)(rng->block & UINT32_MAX);
	start[13] = (uint32_t)(rng->block >> 32);
	memcpy(rng->pool, start, sizeof(start));
	for (unsigned i = 0; i < DOUBLE_ROUNDS; i++)
		double_round(rng->pool);
	for (unsigned i = 0; i < WORDS; i++)
		rng->pool[i] += start[i];
	rng->block++;
	rng->used = 0;
}

static void
double_round(uint32_t x[WORDS])
{
	quarter_round(x, 0, 4, 8, 12);
	quarter_round(x, 1, 5, 9, 13);
	quarter_round(x, 2, 6, 10, 14);
	quarter_round(x, 3, 7, 11, 15);
	quarter_round(x, 0, 5, 10, 15);
	quarter_round(x, 1, 6, 11, 12);
	quarter_round(x, 2, 7, 8, 13);
	quarter_round(x, 3, 4, 9, 14);
}

/* RFC 8439 2.1 */
static void
quarter_round(uint32_t x[WORDS], unsigned a, unsigned b, unsigned c, unsigned d)
{
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 7);
}

static uint32_t
rotate(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static uint32_t
load_le(const uint8_t *octets)
{
	return (uint32_t)octets[0] | (uint32_t)octets[1] << 8 |
	    (uint32_t)octets[2] << 16 | (uint32_t)octets[3] << 24;
}
