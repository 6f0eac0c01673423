"""Makes signatures, seals and time-stamps: credentials under sole control, AdES creation, the time-stamp authority."""
