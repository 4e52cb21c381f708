"""The OpenSearch client."""

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth, Urllib3HttpConnection

from stream_processor.errors import ConfigurationError

if TYPE_CHECKING:
    from boto3.session import Session

AUTHS = ("none", "sigv4")
DEFAULT_PORTS = {"http": 80, "https": 443}
SERVICE = "es"
"""OpenSearch Service's name in signatures. OpenSearch Serverless (`aoss`) has no stored scripts, so it does not do."""
TIMEOUT_S = 10.0
"""For calls that name none of their own."""


def open_search(endpoint: str, auth: str, session: "Session") -> OpenSearch:
    """Return a client that tries nothing twice, keeps its connection open, and checks certificates.

    Args:
        endpoint: http(s)://host:port.
        auth: "none", or "sigv4": requests are signed with the session's credentials.
        session: only used for "sigv4".

    Raises:
        ConfigurationError: "sigv4" without credentials or region.

    """
    parts = urlsplit(endpoint)
    logging.getLogger("opensearch").setLevel(logging.ERROR)  # it logs bodies, and warns of what becomes an outcome
    return OpenSearch(
        hosts=[{"host": parts.hostname, "port": parts.port or DEFAULT_PORTS[parts.scheme]}],
        url_prefix=parts.path,
        use_ssl=parts.scheme == "https",
        http_auth=_signer(session) if auth == "sigv4" else None,
        connection_class=Urllib3HttpConnection,
        timeout=TIMEOUT_S,
        max_retries=0,
        retry_on_timeout=False,
    )


def _signer(session: "Session") -> Urllib3AWSV4SignerAuth:
    credentials = session.get_credentials()
    if credentials is None or session.region_name is None:
        raise ConfigurationError(
            "FANOUT_SEARCH_AUTH is 'sigv4', but there are no AWS credentials or no region: set AWS_REGION and give the "
            "function a role, or set FANOUT_SEARCH_AUTH to 'none'"
        )
    return Urllib3AWSV4SignerAuth(credentials, session.region_name, SERVICE)
