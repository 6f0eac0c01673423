"""Revocation status at a time: CRLs and OCSP responses read, checked and added up. Pure.

What the standards leave open, as it is decided here: evidence that breaks the profile makes nothing good, and undoes no
revocation that its authentic issuer stated; a CRL without authority key identifier is used, one whose identifier means
another key than the one that signed is not; a responder without id-pkix-ocsp-nocheck has to have a status of its own,
one with it is trusted until it is known to be revoked; a revocation stands however its source has aged, and is not
undone by being left out later; at nextUpdate itself a source is due.
"""
