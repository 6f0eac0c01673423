"""Gathering: parse, collect, fetch. All input and output of the validator stands here; what comes out is Evidence."""

from validator.gather.intake import GatherRequest, gather
from validator.gather.source import Source, read_source
from validator.gather.trust import AnchorInput

__all__ = ["AnchorInput", "GatherRequest", "Source", "gather", "read_source"]
