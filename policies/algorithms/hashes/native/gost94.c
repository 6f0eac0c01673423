/* GOST R 34.11-94 (RFC 5831) with two substitutions (RFC 4357 11.2). Words are little-endian. */
#include "hashing.h"

#include <string.h>

/* For each octet of a word: the substituted four-bit pairs, rotated by 11 (GOST 28147-89 2). */
typedef uint32_t substitution[4][256];
static substitution cryptopro_table, test_table;

static void prepare(substitution table, const uint8_t rows[GOST94_ROWS])
{
    for (int position = 0; position < 4; position++)
        for (int value = 0; value < 256; value++) {
            const uint8_t *low = rows + 32 * position, *high = low + 16;
            uint32_t pair = (uint32_t)high[value >> 4] << 4 | low[value & 15];
            table[position][value] = rotate32(pair << 8 * position, 11);
        }
}

void gost94_prepare(const uint8_t cryptopro[GOST94_ROWS], const uint8_t test[GOST94_ROWS])
{
    prepare(cryptopro_table, cryptopro);
    prepare(test_table, test);
}

/* key = P(chain ^ block) of GOST R 34.11-94 7.1: the octets transposed as a matrix of 4 by 8. */
static void transpose(uint32_t key[8], const uint64_t chain[4], const uint64_t block[4])
{
    uint64_t row[4];
    for (int i = 0; i < 4; i++)
        row[i] = chain[i] ^ block[i];
    for (int word = 0; word < 8; word++) {
        uint32_t octets = 0;
        for (int i = 0; i < 4; i++)
            octets |= (uint32_t)(row[i] >> 8 * word & 0xFF) << 8 * i;
        key[word] = octets;
    }
}

/* A of GOST R 34.11-94 7.1: one step by 64 bits. */
static void shift(uint64_t number[4])
{
    uint64_t first = number[0] ^ number[1];
    number[0] = number[1];
    number[1] = number[2];
    number[2] = number[3];
    number[3] = first;
}

static void make_keys(uint32_t keys[4][8], const uint64_t chain[4], const uint64_t block[4])
{
    static const uint64_t c3[4] = {
        UINT64_C(0xff00ff00ff00ff00), UINT64_C(0x00ff00ff00ff00ff),
        UINT64_C(0xff0000ff00ffff00), UINT64_C(0xff00ffff000000ff),
    };
    uint64_t u[4], v[4];
    memcpy(u, chain, sizeof u);
    memcpy(v, block, sizeof v);
    transpose(keys[0], u, v);
    for (int key = 1; key < 4; key++) {
        shift(u);
        if (key == 2)
            for (int i = 0; i < 4; i++)
                u[i] ^= c3[i];
        shift(v);
        shift(v);
        transpose(keys[key], u, v);
    }
}

static inline uint32_t substituted(const substitution table, uint32_t word)
{
    return table[0][word & 0xFF] ^ table[1][word >> 8 & 0xFF] ^ table[2][word >> 16 & 0xFF] ^ table[3][word >> 24];
}

/* The four parts of the chain value, each under its key, side by side so that their latencies overlap. */
static void encrypt(const substitution table, uint64_t out[4], const uint64_t in[4], const uint32_t keys[4][8])
{
    uint32_t right[4], left[4];
    for (int part = 0; part < 4; part++) {
        right[part] = (uint32_t)in[part];
        left[part] = (uint32_t)(in[part] >> 32);
    }
    for (int round = 0; round < 32; round += 2) {
        /* Keys 1 to 8 three times, then 8 to 1 (GOST 28147-89 2). */
        int first = round < 24 ? round % 8 : 31 - round, second = round < 24 ? first + 1 : first - 1;
        for (int part = 0; part < 4; part++) {
            left[part] ^= substituted(table, right[part] + keys[part][first]);
            right[part] ^= substituted(table, left[part] + keys[part][second]);
        }
    }
    for (int part = 0; part < 4; part++)
        out[part] = (uint64_t)right[part] << 32 | left[part];
}

/* psi of GOST R 34.11-94 7.3, one step: a shift register of sixteen words of 16 bits. */
static inline void mix_once(uint64_t y[4])
{
    uint64_t next = y[0] ^ y[0] >> 16 ^ y[0] >> 32 ^ y[0] >> 48 ^ y[3] ^ y[3] >> 48;
    y[0] = y[0] >> 16 | y[1] << 48;
    y[1] = y[1] >> 16 | y[2] << 48;
    y[2] = y[2] >> 16 | y[3] << 48;
    y[3] = y[3] >> 16 | next << 48;
}

/* Four steps at once: the newest word enters each step, so the four are a running sum within 64 bits. */
static inline void mix_four(uint64_t y[4])
{
    uint64_t next = y[0] ^ (y[0] >> 16 | y[1] << 48) ^ (y[0] >> 32 | y[1] << 32) ^ (y[0] >> 48 | y[1] << 16) ^ y[3];
    next ^= y[3] >> 48;
    next ^= next << 16;
    next ^= next << 32;
    y[0] = y[1];
    y[1] = y[2];
    y[2] = y[3];
    y[3] = next;
}

/* chain = psi^61(chain ^ psi(block ^ psi^12(encrypted))). */
static void step(const substitution table, uint64_t chain[4], const uint64_t block[4])
{
    uint32_t keys[4][8];
    uint64_t y[4];
    make_keys(keys, chain, block);
    encrypt(table, y, chain, (const uint32_t(*)[8])keys);
    for (int i = 0; i < 3; i++)
        mix_four(y);
    for (int i = 0; i < 4; i++)
        y[i] ^= block[i];
    mix_once(y);
    for (int i = 0; i < 4; i++)
        y[i] ^= chain[i];
    mix_once(y);
    for (int i = 0; i < 15; i++)
        mix_four(y);
    memcpy(chain, y, sizeof y);
}

static void absorb(const substitution table, struct gost94_state *own, const uint8_t *blocks, size_t count)
{
    for (; count > 0; count--, blocks += 32) {
        uint64_t block[4];
        for (int i = 0; i < 4; i++)
            block[i] = load64(blocks + 8 * i);
        step(table, own->chain, block);
        add_words(own->sum, block, 4);
    }
}

/* The rest filled with zeros, where there is one; then the length in bits, then the sum. */
static void finish(const substitution table, struct gost94_state *own, const uint8_t *rest, size_t rest_length,
                   uint64_t length, uint8_t *digest)
{
    const uint64_t bits[4] = {length << 3, length >> 61};
    if (rest_length > 0) {
        uint8_t padded[32] = {0};
        memcpy(padded, rest, rest_length);
        absorb(table, own, padded, 1);
    }
    step(table, own->chain, bits);
    step(table, own->chain, own->sum);
    for (int i = 0; i < 4; i++)
        store64(digest + 8 * i, own->chain[i]);
}

static void start(union hash_state *state)
{
    (void)state; /* all zero */
}

static void absorb_cryptopro(union hash_state *state, const uint8_t *blocks, size_t count)
{
    absorb((const uint32_t(*)[256])cryptopro_table, &state->gost94, blocks, count);
}

static void absorb_test(union hash_state *state, const uint8_t *blocks, size_t count)
{
    absorb((const uint32_t(*)[256])test_table, &state->gost94, blocks, count);
}

static void finish_cryptopro(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length,
                             uint8_t *digest)
{
    finish((const uint32_t(*)[256])cryptopro_table, &state->gost94, rest, rest_length, length, digest);
}

static void finish_test(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length, uint8_t *digest)
{
    finish((const uint32_t(*)[256])test_table, &state->gost94, rest, rest_length, length, digest);
}

const struct construction gost94_cryptopro = {"GOST94-CryptoPro", 32, 32, start, absorb_cryptopro, finish_cryptopro};
const struct construction gost94_test = {"GOST94-Test", 32, 32, start, absorb_test, finish_test};
