"""Good: an instance that raises when it is compared, hashed, shown or listed by truth."""


class Provider:
    url = "https://good-hostile-object.example"
    model = ["good_hostile_object-1"]
    supports_stream = True
    needs_auth = False
    params = "g4f_lite.providers.good_hostile_object supports: (model: str, messages: list, stream: bool)"
    __hash__ = None

    def _no(self, *args):
        raise RuntimeError("do not touch")

    __eq__ = __ne__ = __repr__ = __str__ = __bool__ = __len__ = __iter__ = _no

    def _create_completion(self, model: str, messages: list, stream: bool, **kwargs):
        yield from ("Hello ", "from good_hostile_object")


provider = Provider()
