/* Streebog (GOST R 34.11-2012; RFC 6986). Words are little-endian rows of the standard's vectors. */
#include "hashing.h"

#include <string.h>

/* For each octet of a row, what its value adds to l(row) after the substitution (RFC 6986 6.2 and 6.4). */
static uint64_t table[8][256];
static uint64_t constants[12][8];

static uint64_t big_endian(const uint8_t *octets)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | octets[i];
    return word;
}

void streebog_prepare(const uint8_t pi[STREEBOG_PI], const uint8_t a[STREEBOG_A], const uint8_t c[STREEBOG_C])
{
    for (int position = 0; position < 8; position++)
        for (int value = 0; value < 256; value++) {
            uint64_t word = 0;
            for (int bit = 0; bit < 8; bit++)
                if (pi[value] >> bit & 1)
                    word ^= big_endian(a + 8 * (63 - 8 * position - bit));
            table[position][value] = word;
        }
    for (int round = 0; round < 12; round++)
        for (int row = 0; row < 8; row++)
            constants[round][row] = big_endian(c + 64 * round + 8 * (7 - row));
}

/* One row of L(P(S(in))): P brings octet `column` of each row there. Written out, since a compiler that keeps the loop
 * is three times slower. */
static inline uint64_t row_of(const uint64_t in[8], unsigned column)
{
    unsigned by = 8 * column;
    return table[0][in[0] >> by & 0xFF] ^ table[1][in[1] >> by & 0xFF] ^ table[2][in[2] >> by & 0xFF] ^
           table[3][in[3] >> by & 0xFF] ^ table[4][in[4] >> by & 0xFF] ^ table[5][in[5] >> by & 0xFF] ^
           table[6][in[6] >> by & 0xFF] ^ table[7][in[7] >> by & 0xFF];
}

/* out = L(P(S(left ^ right))). */
static inline void lps(uint64_t out[8], const uint64_t left[8], const uint64_t right[8])
{
    uint64_t in[8];
    for (int row = 0; row < 8; row++)
        in[row] = left[row] ^ right[row];
    out[0] = row_of(in, 0);
    out[1] = row_of(in, 1);
    out[2] = row_of(in, 2);
    out[3] = row_of(in, 3);
    out[4] = row_of(in, 4);
    out[5] = row_of(in, 5);
    out[6] = row_of(in, 6);
    out[7] = row_of(in, 7);
}

/* chain = g_N(chain, block) of RFC 6986 7. */
static void compress(uint64_t chain[8], uint64_t bits, const uint64_t block[8])
{
    const uint64_t count[8] = {bits};
    uint64_t key[8], state[8];
    lps(key, chain, count);
    memcpy(state, block, sizeof state);
    for (int round = 0; round < 12; round++) {
        lps(state, state, key);
        lps(key, key, constants[round]);
    }
    for (int row = 0; row < 8; row++)
        chain[row] ^= state[row] ^ key[row] ^ block[row];
}

static void load_block(uint64_t block[8], const uint8_t *octets)
{
    for (int row = 0; row < 8; row++)
        block[row] = load64(octets + 8 * row);
}

static void absorb(union hash_state *state, const uint8_t *blocks, size_t count)
{
    struct streebog_state *own = &state->streebog;
    uint64_t block[8];
    for (; count > 0; count--, blocks += 64) {
        load_block(block, blocks);
        compress(own->chain, own->bits, block);
        own->bits += 512;
        add_words(own->sum, block, 8);
    }
}

/* Stage 3 of RFC 6986 8: the padded rest, then the length, then the sum. */
static void finish(struct streebog_state *own, const uint8_t *rest, size_t rest_length)
{
    uint8_t padded[64] = {0};
    uint64_t block[8];
    memcpy(padded, rest, rest_length);
    padded[rest_length] = 1;
    load_block(block, padded);
    compress(own->chain, own->bits, block);
    const uint64_t length[8] = {own->bits + 8 * rest_length};
    add_words(own->sum, block, 8);
    compress(own->chain, 0, length);
    compress(own->chain, 0, own->sum);
}

static void start_256(union hash_state *state)
{
    for (int row = 0; row < 8; row++)
        state->streebog.chain[row] = UINT64_C(0x0101010101010101);
}

static void start_512(union hash_state *state)
{
    (void)state; /* all zero */
}

/* The digest is the most significant part of the chain value: its last octets. */
static void finish_256(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length, uint8_t *digest)
{
    (void)length;
    finish(&state->streebog, rest, rest_length);
    for (int row = 0; row < 4; row++)
        store64(digest + 8 * row, state->streebog.chain[4 + row]);
}

static void finish_512(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length, uint8_t *digest)
{
    (void)length;
    finish(&state->streebog, rest, rest_length);
    for (int row = 0; row < 8; row++)
        store64(digest + 8 * row, state->streebog.chain[row]);
}

const struct construction streebog_256 = {"Streebog-256", 32, 64, start_256, absorb, finish_256};
const struct construction streebog_512 = {"Streebog-512", 64, 64, start_512, absorb, finish_512};
