"""Broken: its import never comes to an end."""


def again():
    again()


again()
