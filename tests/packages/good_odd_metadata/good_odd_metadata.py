"""Good: its entry_points.txt has a byte order mark, carriage returns, comments and spaces."""

url = "https://good_odd_metadata.example"
model = ["good_odd_metadata-1"]
supports_stream = True
needs_auth = False
params = "g4f_lite.providers.good_odd_metadata supports: (model: str, messages: list, stream: bool)"


def _create_completion(model: str, messages: list, stream: bool, **kwargs):
    yield from ("Hello ", "from good_odd_metadata")
