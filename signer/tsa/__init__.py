"""Time-stamping (RFC 3161, RFC 5816, EN 319 421, EN 319 422): an authority, its HTTP face, and a client."""
