/* bash256, bash384 and bash512 (STB 34.101.77). Words are little-endian. */
#include "hashing.h"

#include <string.h>

enum { ROUNDS = 24 };
static const uint64_t first_constant = UINT64_C(0x3bf5080ac8ba94b1), feedback = UINT64_C(0xdc2be1997fe0d8ae);

/* bash-s (STB 34.101.77 6.2.2) over one column, then each word to the place that the permutation of 6.2 gives it. */
static inline void column(uint64_t to[24], const uint64_t from[24], int number, unsigned m1, unsigned n1, unsigned m2,
                          unsigned n2, int to0, int to1, int to2)
{
    uint64_t w0 = from[number], w1 = from[8 + number], w2 = from[16 + number], turned = rotate64(w0, m1), mixed;
    w0 ^= w1 ^ w2;
    mixed = w1 ^ rotate64(w0, n1);
    w1 = turned ^ mixed;
    w2 ^= rotate64(w2, m2) ^ rotate64(mixed, n2);
    to[to0] = w0 ^ (~w2 | w1);
    to[to1] = w1 ^ (w0 | w2);
    to[to2] = w2 ^ (w0 & w1);
}

static inline void round_of(uint64_t to[24], const uint64_t from[24], uint64_t constant)
{
    column(to, from, 0, 8, 53, 14, 1, 18, 7, 9);
    column(to, from, 1, 56, 51, 34, 7, 23, 2, 8);
    column(to, from, 2, 8, 37, 46, 49, 20, 1, 11);
    column(to, from, 3, 56, 3, 2, 23, 17, 4, 10);
    column(to, from, 4, 8, 21, 14, 33, 22, 3, 13);
    column(to, from, 5, 56, 19, 34, 39, 19, 6, 12);
    column(to, from, 6, 8, 5, 46, 17, 16, 5, 15);
    column(to, from, 7, 56, 35, 2, 55, 21, 0, 14);
    to[23] ^= constant;
}

static inline uint64_t next_constant(uint64_t constant)
{
    return constant >> 1 ^ (constant & 1 ? feedback : 0);
}

/* bash-f (STB 34.101.77 6.2). */
static void permute(uint64_t words[24])
{
    uint64_t other[24], constant = first_constant;
    for (int round = 0; round < ROUNDS; round += 2) {
        round_of(other, words, constant);
        constant = next_constant(constant);
        round_of(words, other, constant);
        constant = next_constant(constant);
    }
}

/* Each block takes the place of the first words of the state (STB 34.101.77 7.3). */
static void absorb(struct bash_state *own, size_t block_size, const uint8_t *blocks, size_t count)
{
    for (; count > 0; count--, blocks += block_size) {
        for (size_t i = 0; i < block_size / 8; i++)
            own->words[i] = load64(blocks + 8 * i);
        permute(own->words);
    }
}

static void finish(struct bash_state *own, size_t block_size, const uint8_t *rest, size_t rest_length, size_t digest_size,
                   uint8_t *digest)
{
    uint8_t padded[BLOCK_MAX] = {0};
    memcpy(padded, rest, rest_length);
    padded[rest_length] = 0x40;
    absorb(own, block_size, padded, 1);
    for (size_t i = 0; i < digest_size / 8; i++)
        store64(digest + 8 * i, own->words[i]);
}

/* The algorithm of security level l: digest of 2l bits, blocks of 1536 - 4l bits, the last word starts as l / 4. */
#define BASH(level)                                                                                                        \
    static void start_##level(union hash_state *state)                                                                     \
    {                                                                                                                      \
        state->bash.words[23] = level / 4;                                                                                 \
    }                                                                                                                      \
    static void absorb_##level(union hash_state *state, const uint8_t *blocks, size_t count)                               \
    {                                                                                                                      \
        absorb(&state->bash, 192 - level / 2, blocks, count);                                                              \
    }                                                                                                                      \
    static void finish_##level(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length,          \
                               uint8_t *digest)                                                                            \
    {                                                                                                                      \
        (void)length;                                                                                                      \
        finish(&state->bash, 192 - level / 2, rest, rest_length, level / 4, digest);                                       \
    }

BASH(128)
BASH(192)
BASH(256)

const struct construction bash_256 = {"bash256", 32, 128, start_128, absorb_128, finish_128};
const struct construction bash_384 = {"bash384", 48, 96, start_192, absorb_192, finish_192};
const struct construction bash_512 = {"bash512", 64, 64, start_256, absorb_256, finish_256};
