import pytest
from tests.smtp_server import PIPELINING, authority


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(params=["250 aqui", PIPELINING], ids=["step by step", "pipelined"])
def greets(request):
    """What the server says to EHLO."""
    return request.param
