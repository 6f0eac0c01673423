"""Which policies at the top of an unfinished path can still lead to the end entity.

The sets are worked out from below, as generously as RFC 5280 6.1.3 (d) and 6.1.4 (b) ever allow: mapping and anyPolicy
are inhibited by the question alone, not by what stands above. So an empty set proves that no continuation gives a
valid policy. They steer the search only; a path found is validated in full.
"""

from dataclasses import dataclass

from validator.path.certificate import Certificate
from validator.path.extension_values import ANY_POLICY
from validator.path.types import PathSettings


@dataclass(frozen=True, slots=True)
class PolicyReach:
    """Policies in the words of the issuer of the top certificate; `everything` when it asserts anyPolicy down to the
    end entity. `no_any` and `no_mapping` are initial-any-policy-inhibit and initial-policy-mapping-inhibit."""

    policies: frozenset[str]
    everything: bool = False
    no_any: bool = False
    no_mapping: bool = False

    @property
    def empty(self) -> bool:
        """No policy can be valid for the path, whatever stands above."""
        return not self.policies and not self.everything

    def covers(self, other: "PolicyReach") -> bool:
        """Everything that `other` can lead to, this can."""
        return self.everything or (not other.everything and other.policies <= self.policies)

    @classmethod
    def of(cls, leaf: Certificate, settings: PathSettings) -> "PolicyReach":
        """The policies of an end entity."""
        own = frozenset(information.policy for information in leaf.details.policies or ())
        no_any, no_mapping = settings.inhibit_any_policy, settings.inhibit_policy_mapping
        return cls(own - {ANY_POLICY}, ANY_POLICY in own and not no_any, no_any, no_mapping)

    def above(self, authority: Certificate) -> "PolicyReach":
        """The reach with `authority` on top."""
        details = authority.details
        own = {information.policy for information in details.policies or ()}
        targets: dict[str, set[str]] = {}
        for issuer_policy, subject_policy in details.policy_mappings:
            targets.setdefault(issuer_policy, set()).add(subject_policy)
        if self.no_mapping:
            # 6.1.4 (b) (2): what is mapped is no longer valid.
            own -= targets.keys()
            targets = {}
        if ANY_POLICY in own and (authority.self_issued or not self.no_any):
            mapped = {policy for policy, expected in targets.items() if self._meets(expected)}
            return PolicyReach(self.policies | mapped, self.everything, self.no_any, self.no_mapping)
        met = (policy for policy in own - {ANY_POLICY} if self._meets(targets.get(policy, {policy})))
        return PolicyReach(frozenset(met), False, self.no_any, self.no_mapping)

    def _meets(self, expected: set[str]) -> bool:
        return self.everything or not self.policies.isdisjoint(expected)
