"""Reads the form by which a document is handed in: few parts, known fields, every value checked before any work."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from ops.service.web.errors import FieldError, FormError, MediaTypeError, NoFileError
from policies.jurisdictions import JurisdictionKind, jurisdictions
from policies.reasons.words import LANGUAGES
from policies.times import utc_time
from policies.vocabulary import DocumentKind, PartyKind

MAX_FILES = 64
MAX_FIELDS = 24
MAX_FIELD_OCTETS = 4096
_LISTS = ("detached", "anchors", "certs", "crls", "ocsps")
_FIELDS = ("forum", "policy", "documentKind", "relyingParty", "at", "lang", "offline")
_YES = {"true": True, "1": True, "on": True, "false": False, "0": False, "": False}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent: in memory, or in an unnamed temporary file that ends with the request."""

    name: str
    size: int
    _file: BinaryIO = field(repr=False)

    def read(self) -> bytes:
        """All octets; may touch the disk, so not for the event loop."""
        self._file.seek(0)
        return self._file.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A checked form. `forum` is a jurisdiction's code or None for «not asked», `at` aware UTC or None for now."""

    file: Upload
    detached: tuple[Upload, ...] = ()
    anchors: tuple[Upload, ...] = ()
    certs: tuple[Upload, ...] = ()
    crls: tuple[Upload, ...] = ()
    ocsps: tuple[Upload, ...] = ()
    forum: str | None = None
    policy: str | None = None
    document_kind: str | None = None
    relying_party: str | None = None
    at: datetime | None = None
    lang: str = "en"
    offline: bool = False


def forums() -> tuple[str, ...]:
    """The codes of the jurisdictions whose law can be asked, sorted."""
    return tuple(sorted(code for code, item in jurisdictions().items() if item.kind is not JurisdictionKind.PROFILE))


def policy_names() -> tuple[str, ...]:
    """The names of the judgement policies that a document may be judged by here. That for another system's recorded
    facts is not among them: it weighs less what is established for documents."""
    from validator.judge.policy import RECORDED_POLICY, judgement_policies

    return tuple(name for name in judgement_policies() if name != RECORDED_POLICY)


@asynccontextmanager
async def opened_form(request: Request) -> AsyncIterator[FormData]:
    """The multipart form of a request; its temporary files end with the block, whatever happens.

    Raises MediaTypeError and FormError; TooLargeError passes from the body limit.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        raise MediaTypeError("The body is not multipart/form-data.")
    async with aclosing(request.stream()) as stream:
        parser = _Parser(request, stream)
        try:
            yield await parser.complete()
        finally:
            for upload in parser.opened:
                await upload.close()


class _Parser(MultiPartParser):
    """The framework's parser, which also says whether the form was whole, and forgets no file that it opened."""

    def __init__(self, request: Request, stream: AsyncGenerator[bytes, None]) -> None:
        limits = {"max_files": MAX_FILES, "max_fields": MAX_FIELDS, "max_part_size": MAX_FIELD_OCTETS}
        super().__init__(request.headers, stream, **limits)
        self.opened: list[UploadFile] = []
        self._ended = False

    async def complete(self) -> FormData:
        """The whole form. Raises FormError: a file whose end is missing must not be judged as if it were all."""
        try:
            form = await self.parse()
        except MultiPartException as error:
            raise FormError(f"The form cannot be read: {error.message.rstrip('.')}."[:300]) from error
        except (KeyError, ValueError, ClientDisconnect) as error:
            raise FormError("The form cannot be read.") from error
        if not self._ended:
            raise FormError("The form ends in the middle.")
        return form

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self.opened.append(self._current_part.file)

    def on_end(self) -> None:
        super().on_end()
        self._ended = True


def texts(form: FormData) -> dict[str, str]:
    """The text fields of a form, unchecked, to fill a form again that was refused."""
    return {name: value for name, value in form.items() if name in _FIELDS and isinstance(value, str)}


def submission(form: FormData) -> Submission:
    """Check a form. Raises NoFileError and FieldError."""
    given = texts(form)
    for name in form:
        if name not in _FIELDS and name not in _LISTS and name != "file":
            raise FieldError("form", "The form has a field that the interface does not know.")
    return Submission(
        file=_document(form),
        detached=_uploads(form, "detached"),
        anchors=_uploads(form, "anchors"),
        certs=_uploads(form, "certs"),
        crls=_uploads(form, "crls"),
        ocsps=_uploads(form, "ocsps"),
        forum=_chosen(given, "forum", forums(), upper=True),
        policy=_chosen(given, "policy", policy_names()),
        document_kind=_chosen(given, "documentKind", tuple(DocumentKind)),
        relying_party=_chosen(given, "relyingParty", tuple(PartyKind)),
        at=_moment(given),
        lang=_chosen(given, "lang", LANGUAGES) or "en",
        offline=_flag(given, "offline"),
    )


def chosen_forum(form: FormData) -> str | None:
    """The forum that a form chooses, None for «not asked». Raises FieldError."""
    return _chosen(texts(form), "forum", forums(), upper=True)


def _document(form: FormData) -> Upload:
    found = _uploads(form, "file")
    if not found:
        raise NoFileError("No file was sent.")
    if len(found) > 1:
        raise FieldError(
            "file", "More than one file was sent to be judged.", next_step="Send one file for each request."
        )
    return found[0]


def _uploads(form: FormData, name: str) -> tuple[Upload, ...]:
    found = []
    for item in form.getlist(name):
        if not isinstance(item, UploadFile):
            raise FieldError(
                name, f"The part «{name}» is a text and not a file.", next_step="Send it with a file name."
            )
        # A browser sends an empty part without a name for a file field in which nothing was chosen.
        if item.filename or item.size:
            found.append(Upload(item.filename or name, item.size or 0, item.file))
    return tuple(found)


def _chosen(given: Mapping[str, str], name: str, allowed: tuple[str, ...], *, upper: bool = False) -> str | None:
    text = given.get(name, "").strip()
    value = text.upper() if upper else text
    if not value:
        return None
    if value not in allowed:
        raise FieldError(
            name, f"The field «{name}» has an unknown value.", next_step=f"Use one of: {', '.join(allowed)}."
        )
    return value


def _moment(given: Mapping[str, str]) -> datetime | None:
    text = given.get("at", "").strip()
    if not text:
        return None
    try:
        # A form's date and time field has no zone; the page says that it is UTC.
        return utc_time(text)
    except ValueError as error:
        raise FieldError(
            "at", "The field «at» is not a date and time.", next_step="Write it like 2026-06-01T12:00:00Z."
        ) from error


def _flag(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "").strip().lower()
    if text not in _YES:
        raise FieldError(name, f"The field «{name}» is neither true nor false.")
    return _YES[text]
