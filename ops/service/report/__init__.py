"""Seals the validator's reports with the service's own seal: what joins validator and signer."""
