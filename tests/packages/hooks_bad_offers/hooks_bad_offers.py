"""Broken: offers a provider that breaks the contract, and a name that is taken."""


def g4f_lite_register_providers(register):
    register(object(), name="offered-badly")
