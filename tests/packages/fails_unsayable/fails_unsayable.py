"""Broken: its import raises an exception that raises when it is shown."""


class Unsayable(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


raise Unsayable
