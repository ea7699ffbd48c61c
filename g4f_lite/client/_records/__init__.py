"""The records that the clients return, and the params that they take."""
