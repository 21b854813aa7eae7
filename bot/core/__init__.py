"""The pure core: standard library only; clock, zone and randomness are arguments."""
