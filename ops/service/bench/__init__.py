"""Speed and memory as ratios to a peer or to the raw cryptographic limit taken in the same run."""
