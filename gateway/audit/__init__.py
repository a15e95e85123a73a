"""The record of what left the building: rows, the ledger that keeps them, the secret that keys their digests."""
