"""Path building and validation, revocation, judgement of signed documents, reports."""
