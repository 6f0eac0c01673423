/* The national digests in C: what each algorithm gives, and one computation over any of them.
 *
 * Octets are in the order in which files hold them; numbers inside are little-endian words. The tables are built once
 * from the constants of the standards, which the caller hands in, and are only read afterwards. */
#ifndef TRUSTSPACE_HASHING_H
#define TRUSTSPACE_HASHING_H

#include <stddef.h>
#include <stdint.h>

enum { BLOCK_MAX = 128, DIGEST_MAX = 64 };

struct streebog_state {
    uint64_t chain[8], sum[8], bits;
};

struct gost94_state {
    uint64_t chain[4], sum[4];
};

struct belt_state {
    uint32_t chain[8], sum[4];
};

struct bash_state {
    uint64_t words[24];
};

union hash_state {
    struct streebog_state streebog;
    struct gost94_state gost94;
    struct belt_state belt;
    struct bash_state bash;
};

/* One algorithm. `absorb` takes `count` whole blocks; `finish` takes the octets that are left, fewer than a block, and
 * the length of the message in octets, and writes `digest_size` octets. */
struct construction {
    const char *name;
    size_t digest_size, block_size;
    void (*start)(union hash_state *state);
    void (*absorb)(union hash_state *state, const uint8_t *blocks, size_t count);
    void (*finish)(union hash_state *state, const uint8_t *rest, size_t rest_length, uint64_t length, uint8_t *digest);
};

extern const struct construction streebog_256, streebog_512, gost94_cryptopro, gost94_test, belt_hash, bash_256, bash_384,
    bash_512;

/* Lengths of the constants, in octets. */
enum { STREEBOG_PI = 256, STREEBOG_A = 512, STREEBOG_C = 768, GOST94_ROWS = 128, BELT_H = 256 };

void streebog_prepare(const uint8_t pi[STREEBOG_PI], const uint8_t a[STREEBOG_A], const uint8_t c[STREEBOG_C]);
void gost94_prepare(const uint8_t cryptopro[GOST94_ROWS], const uint8_t test[GOST94_ROWS]);
void belt_prepare(const uint8_t h[BELT_H]);

/* A computation: a value that may be copied. */
struct running {
    const struct construction *construction;
    union hash_state state;
    uint8_t rest[BLOCK_MAX];
    size_t rest_length;
    uint64_t length;
};

/* The algorithm with this catalogue name, NULL where there is none. */
const struct construction *construction_named(const char *name);
void running_start(struct running *running, const struct construction *construction);
void running_update(struct running *running, const uint8_t *data, size_t length);
/* Writes `construction->digest_size` octets; the computation itself is not changed. */
void running_digest(const struct running *running, uint8_t *digest);

static inline uint64_t load64(const uint8_t *octets)
{
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--)
        word = word << 8 | octets[i];
    return word;
}

static inline void store64(uint8_t *octets, uint64_t word)
{
    for (int i = 0; i < 8; i++, word >>= 8)
        octets[i] = (uint8_t)word;
}

static inline uint32_t load32(const uint8_t *octets)
{
    return (uint32_t)octets[0] | (uint32_t)octets[1] << 8 | (uint32_t)octets[2] << 16 | (uint32_t)octets[3] << 24;
}

static inline void store32(uint8_t *octets, uint32_t word)
{
    for (int i = 0; i < 4; i++, word >>= 8)
        octets[i] = (uint8_t)word;
}

static inline uint32_t rotate32(uint32_t word, unsigned by)
{
    return word << by | word >> (32 - by);
}

static inline uint64_t rotate64(uint64_t word, unsigned by)
{
    return word << by | word >> (64 - by);
}

/* sum = sum + addend modulo 2^(64 * count). */
static inline void add_words(uint64_t *sum, const uint64_t *addend, size_t count)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t with_carry = addend[i] + carry;
        carry = with_carry < carry;
        sum[i] += with_carry;
        carry += sum[i] < with_carry;
    }
}

#endif
