/* See walk.h. */
#include "walk.h"

#include <string.h>

enum { INTEGER = 0x02, BIT_STRING = 0x03, UTC_TIME = 0x17, SEQUENCE = 0x30, VERSION = 0xA0, HELD_EXTENSIONS = 0xA3 };
enum { UTC_TIME_OCTETS = 15, VALIDITY_OCTETS = 2 + 2 * UTC_TIME_OCTETS, LONGEST_SERIAL = 0x7F };

bool read_element(struct octets in, size_t start, size_t limit, struct element *found)
{
    if (limit > in.size || start > limit || limit - start < 2)
        return false;
    uint8_t tag = in.data[start], first = in.data[start + 1];
    if ((tag & 0x1F) == 0x1F)
        return false;
    size_t value = start + 2, length = first;
    if (first >= 0x80) {
        size_t count = first & 0x7F;
        if (count == 0 || count > 4 || count > limit - value)
            return false;
        length = 0;
        for (size_t i = 0; i < count; i++)
            length = length << 8 | in.data[value + i];
        value += count;
        /* X.690 10.1: the fewest octets that hold the length. */
        if (length < 0x80 || length >> (8 * (count - 1)) == 0)
            return false;
    }
    if (length > limit - value)
        return false;
    *found = (struct element){.tag = tag, .start = start, .value = value, .end = value + length};
    return true;
}

static bool expect(struct octets in, size_t start, size_t limit, uint8_t tag, struct element *found)
{
    return read_element(in, start, limit, found) && found->tag == tag;
}

/* The serial number, in the fewest octets (X.690 8.3.2). */
static bool minimal(struct octets in, const struct element *serial)
{
    size_t octets = serial->end - serial->value;
    if (octets == 0 || octets > LONGEST_SERIAL)
        return false;
    if (octets == 1)
        return true;
    uint8_t first = in.data[serial->value], second = in.data[serial->value + 1];
    return !(first == 0x00 && second < 0x80) && !(first == 0xFF && second >= 0x80);
}

static bool is_version_3(struct octets in, size_t at, size_t limit)
{
    static const uint8_t version_3[] = {VERSION, 3, INTEGER, 1, 2};
    return limit - at >= sizeof version_3 && memcmp(in.data + at, version_3, sizeof version_3) == 0;
}

/* Validity as two UTCTimes; what they say is for the caller to read. */
static bool in_utc_times(struct octets in, const struct element *validity)
{
    struct element before, after;
    return validity->end - validity->start == VALIDITY_OCTETS
        && expect(in, validity->value, validity->end, UTC_TIME, &before)
        && before.end - before.start == UTC_TIME_OCTETS
        && expect(in, before.end, validity->end, UTC_TIME, &after)
        && after.end == validity->end;
}

static bool walk_tbs(struct octets in, const struct element *tbs, size_t parts[PARTS])
{
    struct element serial, inner, issuer, validity, subject, spki, holder, extensions;
    size_t limit = tbs->end;
    if (!is_version_3(in, tbs->value, limit) || !expect(in, tbs->value + 5, limit, INTEGER, &serial)
        || !minimal(in, &serial) || !expect(in, serial.end, limit, SEQUENCE, &inner)
        || !expect(in, inner.end, limit, SEQUENCE, &issuer) || !expect(in, issuer.end, limit, SEQUENCE, &validity)
        || !in_utc_times(in, &validity) || !expect(in, validity.end, limit, SEQUENCE, &subject)
        || !expect(in, subject.end, limit, SEQUENCE, &spki) || !expect(in, spki.end, limit, HELD_EXTENSIONS, &holder)
        || holder.end != limit || !read_element(in, holder.value, limit, &extensions) || extensions.end != limit)
        return false;
    parts[INNER] = inner.start;
    parts[ISSUER] = issuer.start;
    parts[VALIDITY] = validity.start;
    parts[SUBJECT] = subject.start;
    parts[SPKI] = spki.start;
    parts[HOLDER] = holder.start;
    parts[EXTENSIONS] = extensions.start;
    parts[CONTENT] = extensions.value;
    return true;
}

bool walk_certificate(struct octets in, size_t parts[PARTS])
{
    struct element outer, tbs, algorithm, signature;
    /* The form in Python begins where both lengths have two octets; so does this one, that both say the same. */
    if (!expect(in, 0, in.size, SEQUENCE, &outer) || outer.end != in.size || outer.value != 4
        || !expect(in, outer.value, in.size, SEQUENCE, &tbs) || tbs.value != 8 || !walk_tbs(in, &tbs, parts)
        || !expect(in, tbs.end, in.size, SEQUENCE, &algorithm)
        || !expect(in, algorithm.end, in.size, BIT_STRING, &signature) || signature.end != in.size
        || signature.value == signature.end || in.data[signature.value] != 0)
        return false;
    parts[TBS_END] = tbs.end;
    parts[SIGNATURE] = signature.start;
    parts[VALUE] = signature.value;
    return true;
}
