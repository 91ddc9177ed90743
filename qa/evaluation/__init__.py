"""How good are the answers? Measured on questions whose answers are known."""
