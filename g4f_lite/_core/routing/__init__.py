"""Resolution of the names in a call to providers, models and the steps of a route."""
