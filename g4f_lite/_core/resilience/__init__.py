"""Retry policy, circuit breaker, rate limiter."""
