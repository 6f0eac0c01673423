"""What the validator does for the other parts: one file in, Evidence, Verdict and recognition out."""

from dataclasses import dataclass, field
from datetime import datetime

from ops.platform.clock import Clock, SystemClock
from ops.platform.fetch import Fetcher
from validator.evidence import Evidence, TrustMode
from validator.gather import AnchorInput, GatherRequest, Source, gather
from validator.judge import Verdict, judge
from validator.policy_files import policy_named
from validator.recognise import Recognition, RecognitionContext, recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """One file and everything that its validation depends on. `at` None means the clock's time; `forums` are the
    jurisdictions in which recognition is asked; `policy` the name of a judgement policy, or the path of a policy file
    (it ends in `.toml`); `fetch` None means offline."""

    document: Source
    detached: tuple[Source, ...] = ()
    anchors: tuple[AnchorInput, ...] = ()
    certificates: tuple[Source, ...] = ()
    crls: tuple[Source, ...] = ()
    ocsps: tuple[Source, ...] = ()
    trust_lists: tuple[Source, ...] = ()
    mode: TrustMode = TrustMode.GIVEN
    at: datetime | None = None
    forums: tuple[str, ...] = ()
    policy: str = "default"
    context: RecognitionContext = field(default_factory=RecognitionContext)
    fetch: Fetcher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult:
    """The three stages' results; `recognitions` holds every signature for every forum, forums in the order asked;
    `notices` what every report about it has to say above everything else."""

    evidence: Evidence
    verdict: Verdict
    recognitions: tuple[Recognition, ...]
    notices: tuple[str, ...] = ()


def validate(request: ValidationRequest, clock: Clock | None = None) -> ValidationResult:
    """Gather, judge, recognise.

    Raises TrustMaterialError, PolicyUnknownError, PolicyRefusedError or UnknownJurisdictionError for what stands beside
    the file; never for what the file holds.
    """
    # A policy that is refused has to be told before anything is opened.
    policy_named(request.policy)
    evidence = gather(
        GatherRequest(
            document=request.document,
            detached=request.detached,
            anchors=request.anchors,
            certificates=request.certificates,
            crls=request.crls,
            ocsps=request.ocsps,
            trust_lists=request.trust_lists,
            mode=request.mode,
            fetch=request.fetch,
        )
    )
    at = request.at or (clock or SystemClock()).now()
    return rejudge(evidence, request.policy, at, request.forums, request.context)


def rejudge(
    evidence: Evidence,
    policy: str,
    at: datetime,
    forums: tuple[str, ...] = (),
    context: RecognitionContext | None = None,
) -> ValidationResult:
    """Judge stored Evidence again: no file is opened and nothing is fetched."""
    verdict = judge(evidence, policy_named(policy), at)
    recognitions = tuple(item for forum in forums for item in recognise(verdict, forum, context))
    return ValidationResult(evidence=evidence, verdict=verdict, recognitions=recognitions)
