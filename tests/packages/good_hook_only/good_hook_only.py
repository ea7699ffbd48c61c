"""Good: has hooks and no provider."""

SEEN = []


def g4f_lite_before_request(request):
    SEEN.append(request.provider)
