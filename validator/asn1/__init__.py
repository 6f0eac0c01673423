"""A strict, bounded reader of DER for hostile input; nothing here knows what a certificate is."""
