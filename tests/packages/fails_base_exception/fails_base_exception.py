"""Broken: its import raises what is no Exception."""


class Fatal(BaseException):
    pass


raise Fatal("not even an Exception")
