/* belt-hash (STB 34.101.31). Words are little-endian. */
#include "hashing.h"

#include <string.h>

/* The substitution H, rotated by 5, 13, 21 and 29: G_5, G_13 and G_21 of the standard take the octets of a word through
 * the same four tables, each beginning with another one. */
static uint32_t table[4][256];
static uint32_t initial[8];

void belt_prepare(const uint8_t h[BELT_H])
{
    for (int number = 0; number < 4; number++)
        for (int value = 0; value < 256; value++)
            table[number][value] = rotate32(h[value], 5 + 8 * (unsigned)number);
    for (int word = 0; word < 8; word++)
        initial[word] = load32(h + 4 * word);
}

static inline uint32_t g(int first, uint32_t word)
{
    return table[first][word & 0xFF] ^ table[(first + 1) & 3][word >> 8 & 0xFF] ^
           table[(first + 2) & 3][word >> 16 & 0xFF] ^ table[(first + 3) & 3][word >> 24];
}

enum { G5 = 0, G13 = 1, G21 = 2 };

/* belt-block (STB 34.101.31 6.1.3) over `count` blocks under as many keys, side by side so that their latencies
 * overlap. */
static inline void encrypt(size_t count, uint32_t out[][4], const uint32_t in[][4], const uint32_t keys[][8])
{
    uint32_t a[2], b[2], c[2], d[2];
    for (size_t i = 0; i < count; i++)
        a[i] = in[i][0], b[i] = in[i][1], c[i] = in[i][2], d[i] = in[i][3];
    for (uint32_t turn = 0; turn < 8; turn++) {
        /* Seven keys in each turn, taken from the eight in a circle: turn t begins at 7t, which is -t modulo 8. */
        for (size_t i = 0; i < count; i++) {
            const uint32_t *key = keys[i];
            uint32_t e, next_a, next_b;
            b[i] ^= g(G5, a[i] + key[-turn & 7]);
            c[i] ^= g(G21, d[i] + key[(1 - turn) & 7]);
            a[i] -= g(G13, b[i] + key[(2 - turn) & 7]);
            e = g(G21, b[i] + c[i] + key[(3 - turn) & 7]) ^ (turn + 1);
            b[i] += e;
            c[i] -= e;
            d[i] += g(G13, c[i] + key[(4 - turn) & 7]);
            b[i] ^= g(G21, a[i] + key[(5 - turn) & 7]);
            c[i] ^= g(G5, d[i] + key[(6 - turn) & 7]);
            next_a = b[i], next_b = d[i];
            b[i] = next_b, d[i] = c[i], c[i] = a[i], a[i] = next_a;
        }
    }
    for (size_t i = 0; i < count; i++)
        out[i][0] = b[i], out[i][1] = d[i], out[i][2] = a[i], out[i][3] = c[i];
}

/* mixed = sigma_1 and chain = sigma_2 of block ‖ chain (STB 34.101.31 6.9.2). */
static void compress(uint32_t mixed[4], uint32_t chain[8], const uint32_t block[8])
{
    uint32_t input[1][4], key[1][8], encrypted[1][4], inputs[2][4], keys[2][8], halves[2][4];
    memcpy(key[0], block, sizeof key[0]);
    for (int i = 0; i < 4; i++)
        input[0][i] = chain[i] ^ chain[4 + i];
    encrypt(1, encrypted, (const uint32_t(*)[4])input, (const uint32_t(*)[8])key);
    for (int i = 0; i < 4; i++) {
        mixed[i] = encrypted[0][i] ^ input[0][i];
        inputs[0][i] = block[i];
        inputs[1][i] = block[4 + i];
        keys[0][i] = mixed[i];
        keys[0][4 + i] = chain[4 + i];
        keys[1][i] = ~mixed[i];
        keys[1][4 + i] = chain[i];
    }
    encrypt(2, halves, (const uint32_t(*)[4])inputs, (const uint32_t(*)[8])keys);
    for (int i = 0; i < 4; i++) {
        chain[i] = halves[0][i] ^ block[i];
        chain[4 + i] = halves[1][i] ^ block[4 + i];
    }
}

static void start(union hash_state *state)
{
    memcpy(state->belt.chain, initial, sizeof initial);
}

static void absorb(union hash_state *state, const uint8_t *blocks, size_t count)
{
    struct belt_state *own = &state->belt;
    for (; count > 0; count--, blocks += 32) {
        uint32_t block[8], mixed[4];
        for (int i = 0; i < 8; i++)
            block[i] = load32(blocks + 4 * i);
        compress(mixed, own->chain, block);
        for (int i = 0; i < 4; i++)
            own->sum[i] ^= mixed[i];
    }
}

/* The rest filled with zeros, where there is one; then the length in bits and the sum. */
static void finish(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length, uint8_t *digest)
{
    struct belt_state *own = &state->belt;
    uint32_t mixed[4];
    if (rest_length > 0) {
        uint8_t padded[32] = {0};
        memcpy(padded, rest, rest_length);
        absorb(state, padded, 1);
    }
    const uint32_t last[8] = {
        (uint32_t)(length << 3), (uint32_t)(length >> 29), (uint32_t)(length >> 61), 0,
        own->sum[0], own->sum[1], own->sum[2], own->sum[3],
    };
    compress(mixed, own->chain, last);
    for (int i = 0; i < 8; i++)
        store32(digest + 4 * i, own->chain[i]);
}

const struct construction belt_hash = {"belt-hash", 32, 32, start, absorb, finish};
