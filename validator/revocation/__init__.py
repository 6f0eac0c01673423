"""Revocation status at a time: CRLs and OCSP responses read, checked and added up. Pure."""
