"""Broken: a hook plugin with a misspelt hook beside a good one."""

SEEN = []


def g4f_lite_befor_request(request):
    pass


def g4f_lite_after_response(completion=None):
    SEEN.append(completion.text)
