"""A client of a time-stamp authority elsewhere: asks through the guarded client and believes nothing unchecked."""

from datetime import timedelta
from secrets import randbits
from typing import Final

from ops.platform import der
from ops.platform.fetch import Fetcher, FetchError, FetchResult
from signer.errors import TsaAnswerError, TsaRejectedError, TsaUnreachableError
from signer.tsa.request import FailureInfo, message_imprint, write_request
from signer.tsa.token import TimestampToken, read_token, verify_token
from validator.asn1 import der as reader

MAXIMUM_ANSWER: Final = 256 * 1024
TOLERANCE: Final = timedelta(minutes=10)


class TimestampClient:
    """Asks one authority (`signer.model.Timestamper`). `policy` is asked for when given."""

    def __init__(self, url: str, fetcher: Fetcher, *, policy: str | None = None) -> None:
        self.url = url
        self._fetcher = fetcher
        self._policy = policy

    def stamp(self, imprint: bytes, digest: str) -> bytes:
        """A checked token over a digest value.

        TsaUnreachableError when there is no answer, TsaRejectedError when the authority refuses, TsaAnswerError when
        the answer is not a token for exactly this request.
        """
        wanted = message_imprint(digest, imprint)
        nonce = randbits(63) | 1 << 63
        request = write_request(wanted, nonce=nonce, policy=self._policy)
        answer = self._ask(request)
        token = read_token(read_response(answer.body))
        self._check(token, wanted, der.integer(nonce))
        verify_token(token)
        if abs(token.gen_time - answer.fetched_at) > TOLERANCE:
            raise TsaAnswerError("The time-stamp's time is far from this machine's: one of the two clocks is wrong.")
        return token.encoded

    def _ask(self, request: bytes) -> FetchResult:
        try:
            result = self._fetcher.post(
                self.url,
                request,
                content_type="application/timestamp-query",
                accept="application/timestamp-reply",
                max_bytes=MAXIMUM_ANSWER,
            )
        except FetchError as error:
            raise TsaUnreachableError(f"The time-stamp authority gave no answer: {error.sentence}") from error
        if result.content_type != "application/timestamp-reply":
            raise TsaAnswerError("The time-stamp authority answered with something else.")
        return result

    def _check(self, token: TimestampToken, wanted: bytes, nonce: bytes) -> None:
        if token.imprint != wanted and not _same_imprint(token.imprint, wanted):
            raise TsaAnswerError("The time-stamp is for something else than was asked.")
        if token.nonce != nonce:
            raise TsaAnswerError("The time-stamp does not carry the nonce that was sent; it may be an old one.")
        if self._policy is not None and token.policy != der.oid(self._policy):
            raise TsaAnswerError("The time-stamp was made under another policy than was asked for.")


def _same_imprint(found: bytes, wanted: bytes) -> bool:
    """Equal but for NULL parameters of the digest algorithm, which some authorities add (RFC 5754 2)."""
    return _imprint_parts(found) == _imprint_parts(wanted)


def _imprint_parts(encoded: bytes) -> tuple[bytes, bytes]:
    try:
        algorithm, value = reader.children(encoded, reader.single(encoded, reader.SEQUENCE))
        return reader.children(encoded, algorithm)[0].whole(encoded), value.contents(encoded)
    except (reader.DerError, ValueError, IndexError) as error:
        raise TsaAnswerError("The time-stamp's message imprint is malformed.") from error


def read_response(encoded: bytes) -> bytes:
    """The token inside a TimeStampResp; TsaRejectedError with the authority's words when it refused."""
    try:
        fields = reader.children(encoded, reader.single(encoded, reader.SEQUENCE), limit=2)
        status = reader.children(encoded, fields[0], limit=3)
        number = reader.integer(encoded, status[0])
        if number in (0, 1) and len(fields) == 2:
            return fields[1].whole(encoded)
        raise TsaRejectedError(f"The time-stamp authority refuses: {_words(encoded, status[1:])}.")
    except (reader.DerError, IndexError) as error:
        raise TsaAnswerError("The time-stamp authority's answer cannot be read.") from error


def _words(encoded: bytes, parts: list[reader.Element]) -> str:
    words: list[str] = []
    for part in parts:
        if part.tag == reader.SEQUENCE:
            texts = (text.contents(encoded).decode("utf-8", "replace") for text in reader.children(encoded, part))
            words.extend(text[:200] for text in texts)
        elif part.tag == reader.BIT_STRING:
            words.extend(_failures(part.contents(encoded)))
    return "; ".join(words) or "no reason is given"


def _failures(contents: bytes) -> list[str]:
    bits = contents[1:]
    named = [bit for bit in FailureInfo if bit // 8 < len(bits) and bits[bit // 8] & 0x80 >> bit % 8]
    return [bit.name.lower().replace("_", " ") for bit in named]
