"""The WebSocket API as it is read from a template."""

from typing import Any

import pytest

from fanout_local.websocket_gateway.deployment import Deployment, NotDeployed, UnsupportedApiError, read_deployment

PHYSICAL_IDS = {"SocketLambdaFunction": "service-local-socket", "WebsocketsDeploymentStage": "unknown"}


def template(**routes: dict[str, Any]) -> dict[str, Any]:
    """A template in the shape that osls writes; routes by logical id, laid over a $connect-less API."""
    uri = {
        "Fn::Join": [
            "",
            [
                "arn:",
                {"Ref": "AWS::Partition"},
                ":apigateway:",
                {"Ref": "AWS::Region"},
                ":lambda:path/2015-03-31/functions/",
                {"Fn::GetAtt": ["SocketLambdaFunction", "Arn"]},
                "/invocations",
            ],
        ]
    }
    return {
        "Resources": {
            "SocketLambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {}},
            "WebsocketsApi": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"RouteSelectionExpression": "$request.body.action", "ProtocolType": "WEBSOCKET"},
            },
            "SocketWebsocketsIntegration": {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {"IntegrationType": "AWS_PROXY", "IntegrationUri": uri},
            },
            "WebsocketsDeploymentStage": {
                "Type": "AWS::ApiGatewayV2::Stage",
                "Properties": {"ApiId": {"Ref": "WebsocketsApi"}, "StageName": "local"},
            },
            **routes,
        }
    }


def route(key: str, **properties: object) -> dict[str, Any]:
    """A route's resource."""
    target = {"Fn::Join": ["/", ["integrations", {"Ref": "SocketWebsocketsIntegration"}]]}
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": key, "Target": target, **properties}}


def read(resources: dict[str, Any]) -> Deployment:
    """Read a template that is wholly deployed."""
    found = read_deployment(resources, PHYSICAL_IDS, stack_id="arn:stack/1", stage="local")
    assert isinstance(found, Deployment)
    return found


def test_route_leads_to_the_physical_function() -> None:
    """A route names the function as Lambda knows it."""
    found = read(template(A=route("$connect", AuthorizationType="NONE")))
    assert found.routes["$connect"].function_name == "service-local-socket"
    assert not found.routes["$connect"].answers


def test_route_response_makes_a_route_answer() -> None:
    """Only a route with a route response sends the function's body back."""
    response = {"Type": "AWS::ApiGatewayV2::RouteResponse", "Properties": {"RouteId": {"Ref": "A"}}}
    found = read(template(A=route("ask"), B=route("tell"), C=response))
    assert found.routes["ask"].answers
    assert not found.routes["tell"].answers


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"action": "join", "room": 1}', "join"),
        ('{"action": "leave"}', "$default"),
        ('{"action": 7}', "$default"),
        ('{"action": "$connect"}', "$default"),
        ('{"action": {"a": 1}}', "$default"),
        ("{}", "$default"),
        ("[]", "$default"),
        ('"join"', "$default"),
        ("not JSON", "$default"),
        ("[" * 100_000, "$default"),
        ("", "$default"),
    ],
)
def test_message_is_routed_by_its_action(text: str, key: str) -> None:
    """A message goes to the route that it names; everything else goes to $default."""
    found = read(template(A=route("join"), B=route("$default"), C=route("$connect")))
    selected = found.route_of(text)
    assert selected is not None
    assert selected.key == key


def test_message_without_any_route() -> None:
    """Without $default, a message that names no route has none."""
    assert read(template(A=route("join"))).route_of("hello") is None


def test_selection_may_lie_deep() -> None:
    """The expression may name a path."""
    resources = template(A=route("join"))
    resources["Resources"]["WebsocketsApi"]["Properties"]["RouteSelectionExpression"] = "${request.body.meta.kind}"
    selected = read(resources).route_of('{"meta": {"kind": "join"}}')
    assert selected is not None


def test_no_api_in_the_stack() -> None:
    """A stack without a WebSocket API has nothing to connect to."""
    found = read_deployment({"Resources": {}}, {}, stack_id="s", stage="local")
    assert isinstance(found, NotDeployed)


def test_stage_not_there_yet() -> None:
    """The API counts once its stage is deployed, and only for that stage."""
    resources = template(A=route("$connect"))
    waiting = read_deployment(resources, {"SocketLambdaFunction": "f"}, stack_id="s", stage="local")
    other = read_deployment(resources, PHYSICAL_IDS, stack_id="s", stage="prod")
    assert isinstance(waiting, NotDeployed)
    assert isinstance(other, NotDeployed)


@pytest.mark.parametrize(
    "resource",
    [
        route("$connect", AuthorizationType="CUSTOM"),
        {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "$connect"}},
    ],
)
def test_what_is_not_done_here_is_said(resource: dict[str, Any]) -> None:
    """An authorizer, or a route without a function, is refused by name instead of being passed over."""
    with pytest.raises(UnsupportedApiError, match="TheRoute"):
        read(template(TheRoute=resource))


def test_api_id_looks_like_one_and_stays() -> None:
    """The id that events carry is the same each time the stack is read."""
    first, second = (read(template(A=route("$connect"))).api_id for _ in range(2))
    assert first == second
    assert len(first) == 10
