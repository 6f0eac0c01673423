"""Imports the facts of "diagnostic data" files into Evidence, so that they can be judged without their octets."""

from validator.diagnostic.importer import import_diagnostic_data

__all__ = ["import_diagnostic_data"]
