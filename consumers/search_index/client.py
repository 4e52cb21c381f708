"""The OpenSearch client, and how it says who it is."""

import json
import logging
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth, Urllib3HttpConnection

from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError

AUTHS = ("none", "sigv4", "basic")
DEFAULT_PORTS = {"http": 80, "https": 443}
SERVICE = "es"
"""OpenSearch Service's name in signatures. OpenSearch Serverless (`aoss`) has no stored scripts, so it does not do."""
TIMEOUT_S = 10.0
"""For calls that name none of their own."""
SECRET_REMEMBERED_S = 300.0
"""After a rotation the old password may be sent for so long; what it is refused for is parked, not lost."""

type Auth = Urllib3AWSV4SignerAuth | "SecretAuth" | None


def open_search(endpoint: str, auth: Auth = None, *, timeout_s: float = TIMEOUT_S) -> OpenSearch:
    """Return a client that tries nothing twice, keeps its connections open, and checks certificates.

    Args:
        endpoint: http(s)://host:port.
        auth: of `search_auth`.
        timeout_s: for calls that name none of their own.

    """
    parts = urlsplit(endpoint)
    logging.getLogger("opensearch").setLevel(logging.ERROR)  # it logs bodies, and warns of what becomes an outcome
    return OpenSearch(
        hosts=[{"host": parts.hostname, "port": parts.port or DEFAULT_PORTS[parts.scheme]}],
        url_prefix=parts.path,
        use_ssl=parts.scheme == "https",
        http_auth=auth,
        connection_class=Urllib3HttpConnection,
        timeout=timeout_s,
        max_retries=0,
        retry_on_timeout=False,
    )


def search_auth(auth: str, environment: Environment, aws: AwsClients) -> Auth:
    """Return what signs requests: one of `AUTHS`. `basic` takes FANOUT_SEARCH_SECRET, a name in Secrets Manager.

    Raises:
        ConfigurationError: "sigv4" without credentials or region, "basic" without a secret.

    """
    if auth == "sigv4":
        return _signer(aws)
    if auth == "basic":
        return SecretAuth(environment.text("FANOUT_SEARCH_SECRET"), aws.secret)
    return None


class SecretAuth:
    """Name and password out of a secret ``{"username": ..., "password": ...}``, read when first used."""

    def __init__(self, secret: str, read: Callable[[str], str]) -> None:
        """Take the secret's name and what reads it."""
        self._secret = secret
        self._read = read
        self._header = ""
        self._read_at_s: float | None = None

    def __call__(self, *_request: object) -> Mapping[str, str]:
        """Return the header that OpenSearch's client adds to a request.

        Raises:
            ConfigurationError: the secret is not of the form above; says nothing of what it holds.

        """
        now_s = time.monotonic()
        if self._read_at_s is None or now_s - self._read_at_s > SECRET_REMEMBERED_S:
            try:
                content = json.loads(self._read(self._secret))
                pair = f"{content['username']}:{content['password']}"
            except (ValueError, KeyError, TypeError):
                raise ConfigurationError(
                    f"the secret {self._secret!r} is not JSON with username and password: store it in that form"
                ) from None
            self._header = f"Basic {b64encode(pair.encode()).decode()}"
            self._read_at_s = now_s
        return {"authorization": self._header}


def _signer(aws: AwsClients) -> Urllib3AWSV4SignerAuth:
    credentials, region = aws.signing()
    if credentials is None or region is None:
        raise ConfigurationError(
            "FANOUT_SEARCH_AUTH is 'sigv4', but there are no AWS credentials or no region: set AWS_REGION and give the "
            "function a role, or set FANOUT_SEARCH_AUTH to 'none'"
        )
    return Urllib3AWSV4SignerAuth(credentials, region, SERVICE)
