/* Walks over DER (X.690) without an object of Python: offsets in, offsets out, and no octet outside the data is read. */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct octets {
    const uint8_t *data;
    size_t size;
};

struct element {
    uint8_t tag;
    size_t start; /* the identifier octet */
    size_t value; /* the first octet of the contents */
    size_t end;   /* behind the last octet of the contents */
};

/* The element that begins at `start` and ends at or before `limit`, which is not behind the data. False for what is not
 * DER with a low tag and at most four octets of length. */
bool read_element(struct octets in, size_t start, size_t limit, struct element *found);

/* Where the parts of a certificate of the usual shape are; see `Parts` in validator/path/frame.py. */
enum part { INNER, ISSUER, VALIDITY, SUBJECT, SPKI, HOLDER, EXTENSIONS, CONTENT, TBS_END, SIGNATURE, VALUE, PARTS };

/* False for every other shape and for what is not DER. */
bool walk_certificate(struct octets in, size_t parts[PARTS]);

#endif
