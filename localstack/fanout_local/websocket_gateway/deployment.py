"""The WebSocket API in a CloudFormation template, as osls writes it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

API = "AWS::ApiGatewayV2::Api"
ROUTE = "AWS::ApiGatewayV2::Route"
ROUTE_RESPONSE = "AWS::ApiGatewayV2::RouteResponse"
INTEGRATION = "AWS::ApiGatewayV2::Integration"
STAGE = "AWS::ApiGatewayV2::Stage"
FUNCTION = "AWS::Lambda::Function"

CONNECT = "$connect"
DISCONNECT = "$disconnect"
DEFAULT = "$default"
SELECTION_START = "$request.body."


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route and the function behind it; `answers` when the function's body goes back to the client."""

    key: str
    function_name: str
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployed WebSocket API. `selection` is the path into a message's JSON that names its route."""

    api_id: str
    stage: str
    selection: tuple[str, ...]
    routes: Mapping[str, Route]

    def route_of(self, text: str) -> Route | None:
        """The route of a client's message: the one it names, else $default, else none."""
        key = self._named(text)
        named = self.routes.get(key) if key is not None and not key.startswith("$") else None
        return named or self.routes.get(DEFAULT)

    def _named(self, text: str) -> str | None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        for name in self.selection:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDeployed:
    """Why there is nothing to connect to."""

    reason: str


class UnsupportedApiError(Exception):
    """The template asks for something that this gateway does not do."""


def read_deployment(
    template: Mapping[str, Any], physical_ids: Mapping[str, str], *, stack_id: str, stage: str
) -> Deployment | NotDeployed:
    """Read the API of stage `stage`; `physical_ids` by logical id, of the resources that exist by now.

    Raises UnsupportedApiError.
    """
    resources: Mapping[str, Any] = template.get("Resources", {})
    api = next((name for name, resource in resources.items() if resource["Type"] == API), None)
    if api is None:
        return NotDeployed(reason="The stack has no WebSocket API.")
    stages = [name for name, resource in resources.items() if resource["Type"] == STAGE]
    if not any(resources[name]["Properties"].get("StageName") == stage and name in physical_ids for name in stages):
        return NotDeployed(reason=f"Stage {stage} of the WebSocket API is not deployed yet.")
    answering = {
        name
        for resource in resources.values()
        if resource["Type"] == ROUTE_RESPONSE
        for name in _references(resource["Properties"].get("RouteId"))
    }
    routes = [
        _route(name, resource["Properties"], resources, physical_ids, answers=name in answering)
        for name, resource in resources.items()
        if resource["Type"] == ROUTE
    ]
    return Deployment(
        api_id=sha256(f"{stack_id} {api}".encode()).hexdigest()[:10],
        stage=stage,
        selection=_selection(resources[api]["Properties"].get("RouteSelectionExpression", "")),
        routes={route.key: route for route in routes},
    )


def _route(
    name: str,
    properties: Mapping[str, Any],
    resources: Mapping[str, Any],
    physical_ids: Mapping[str, str],
    *,
    answers: bool,
) -> Route:
    authorization = properties.get("AuthorizationType", "NONE")
    if authorization != "NONE":
        raise UnsupportedApiError(f"{name} asks for authorization {authorization}; only NONE is done here.")
    integration = _first(properties.get("Target"), INTEGRATION, resources)
    uri = resources[integration]["Properties"].get("IntegrationUri") if integration else None
    function = _first(uri, FUNCTION, resources)
    if function is None:
        raise UnsupportedApiError(f"{name} has no Lambda function of this stack behind it.")
    if function not in physical_ids:
        raise UnsupportedApiError(f"{name}: its function {function} was not deployed.")
    return Route(key=properties["RouteKey"], function_name=physical_ids[function], answers=answers)


def _selection(expression: str) -> tuple[str, ...]:
    plain = expression.replace("${", "$").removesuffix("}")
    if not plain.startswith(SELECTION_START):
        raise UnsupportedApiError(f"Route selection expression {expression!r}: only $request.body.NAME is done here.")
    return tuple(plain.removeprefix(SELECTION_START).split("."))


def _first(value: object, type_: str, resources: Mapping[str, Any]) -> str | None:
    """The first resource of a type that a property refers to."""
    return next((name for name in _references(value) if resources.get(name, {}).get("Type") == type_), None)


def _references(value: object) -> Iterator[str]:
    """Logical ids that a property refers to by Ref or Fn::GetAtt, however deep."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(path)}:
            yield path.partition(".")[0]
        case dict():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)
