"""Status mirror: revocation information of every known service, collected on schedule, with its age and history."""
