"""The provider contract, run on `yqcloud`: every part of it, on real sockets."""

from g4f_lite.testing import ProviderContract, RawTextWire


class TestYqcloud(ProviderContract):
    provider = "yqcloud"
    wire = RawTextWire(option="base_url")


class TestYqcloudByEnvironment(ProviderContract):
    provider = "yqcloud"
    wire = RawTextWire(option=None, variable="G4F_LITE_YQCLOUD_URL")
