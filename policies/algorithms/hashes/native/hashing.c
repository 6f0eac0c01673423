/* One computation over any of the algorithms: whole blocks go straight to the algorithm, the rest waits. */
#include "hashing.h"

#include <string.h>

static const struct construction *const constructions[] = {
    &streebog_256, &streebog_512, &gost94_cryptopro, &gost94_test, &belt_hash, &bash_256, &bash_384, &bash_512,
};

const struct construction *construction_named(const char *name)
{
    for (size_t i = 0; i < sizeof constructions / sizeof constructions[0]; i++)
        if (strcmp(constructions[i]->name, name) == 0)
            return constructions[i];
    return NULL;
}

void running_start(struct running *running, const struct construction *construction)
{
    memset(running, 0, sizeof *running);
    running->construction = construction;
    construction->start(&running->state);
}

void running_update(struct running *running, const uint8_t *data, size_t length)
{
    const struct construction *construction = running->construction;
    size_t block = construction->block_size;
    if (length == 0)
        return;
    running->length += length;
    if (running->rest_length > 0) {
        size_t missing = block - running->rest_length, part = length < missing ? length : missing;
        memcpy(running->rest + running->rest_length, data, part);
        running->rest_length += part;
        data += part;
        length -= part;
        if (running->rest_length < block)
            return;
        construction->absorb(&running->state, running->rest, 1);
        running->rest_length = 0;
    }
    size_t count = length / block;
    construction->absorb(&running->state, data, count);
    running->rest_length = length - count * block;
    memcpy(running->rest, data + count * block, running->rest_length);
}

void running_digest(const struct running *running, uint8_t *digest)
{
    union hash_state state = running->state;
    running->construction->finish(&state, running->rest, running->rest_length, running->length, digest);
}
