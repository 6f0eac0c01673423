"""Arithmetic of validity, once: both ends are inclusive and counted in whole seconds (RFC 5280 4.1.2.5)."""

from datetime import UTC, datetime, timedelta

from ca.errors import ValidityError

SECOND = timedelta(seconds=1)
FURTHEST_START = timedelta(days=30)


def whole_second(moment: datetime) -> datetime:
    """The moment in UTC without its fraction: X.509 times have none."""
    return moment.astimezone(UTC).replace(microsecond=0)


def last_moment(not_before: datetime, period: timedelta) -> datetime:
    """notAfter of a validity that lasts exactly `period`: one second less, because the last second belongs to it."""
    return not_before + period - SECOND


def length(not_before: datetime, not_after: datetime) -> timedelta:
    """How long a validity lasts, both ends included."""
    return not_after - not_before + SECOND


def settle(
    now: datetime,
    *,
    asked: tuple[datetime | None, datetime | None],
    period: timedelta,
    longest: timedelta,
    backdate: timedelta,
    earliest: datetime,
    issuer: tuple[datetime | None, datetime | None],
) -> tuple[datetime, datetime]:
    """(notBefore, notAfter) of a new certificate, both aware UTC without fractions.

    `asked` are the dates the request names, or None. Without them the validity begins `backdate` before now and lasts
    `period`. `earliest` bounds backdating. `issuer` is the validity of the issuer's own certificate, (None, None) while
    it signs itself: a defaulted date is cut to it, so that every moment of the certificate is one of its issuer's too
    (the shell model, RFC 5280 6.1.3 a 2), and an asked date beyond it is refused. Raises ValidityError.
    """
    issuer_begin, issuer_end = issuer
    not_before = whole_second(asked[0] or now - backdate)
    if issuer_begin is not None and asked[0] is None:
        not_before = max(not_before, issuer_begin)
    not_after = whole_second(asked[1]) if asked[1] else last_moment(not_before, period)
    if issuer_end is not None and asked[1] is None:
        not_after = min(not_after, issuer_end)
    if not_before < whole_second(earliest):
        raise ValidityError(f"The validity may not begin before {earliest:%Y-%m-%d %H:%M:%S} UTC.")
    if issuer_begin is not None and not_before < issuer_begin:
        raise ValidityError(
            f"The validity may not begin before the issuer's own, {issuer_begin:%Y-%m-%d %H:%M:%S} UTC."
        )
    if issuer_end is not None and not_after > issuer_end:
        raise ValidityError(f"The validity may not end after the issuer's own, {issuer_end:%Y-%m-%d %H:%M:%S} UTC.")
    if not_before > now + FURTHEST_START:
        raise ValidityError(f"The validity may not begin more than {FURTHEST_START.days} days ahead.")
    if not_after <= not_before or not_after < now:
        raise ValidityError("The validity would end before it begins or be over already.")
    if length(not_before, not_after) > longest:
        raise ValidityError(f"The validity is longer than the {longest.days} days that the profile allows.")
    return not_before, not_after
