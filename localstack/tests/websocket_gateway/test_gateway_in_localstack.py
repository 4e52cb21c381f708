"""The gateway in front of functions that CloudFormation deployed."""

import asyncio
import json
import time
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import pytest
from functions_stack import FunctionsStack
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.integration
STACK_NAME = "fanout-local"
DEADLINE_S = 30
CODE = """
    import json, boto3
    VERSION = %s
    def handle(event, context):
        request = event["requestContext"]
        kind = request["eventType"]
        print(kind, request["connectionId"], request.get("disconnectStatusCode"))
        if kind == "CONNECT":
            return {"statusCode": 403 if "deny" in event.get("queryStringParameters", {}) else 200}
        if kind == "MESSAGE" and request["routeKey"] == "$default":
            endpoint = f"http://{request['domainName']}/{request['stage']}"
            clients = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
            answer = json.dumps({"version": VERSION, "said": event["body"], "you": request["connectionId"]})
            clients.post_to_connection(ConnectionId=request["connectionId"], Data=answer)
        return {"statusCode": 200, "body": json.dumps({"route": request.get("routeKey")})}
"""


def template(version: int, *extra_routes: str) -> dict[str, Any]:
    """A WebSocket API with one function, in the shape that osls writes."""
    target = {"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]}
    uri = ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", {"Fn::GetAtt": ["Socket", "Arn"]}]
    api = {"ApiId": {"Ref": "Api"}}
    routes = {
        f"Route{number}": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {**api, "RouteKey": key, "AuthorizationType": "NONE", "Target": target},
        }
        for number, key in enumerate(["$connect", "$disconnect", "$default", *extra_routes])
    }
    responses = {
        f"Response{number}": {
            "Type": "AWS::ApiGatewayV2::RouteResponse",
            "Properties": {**api, "RouteId": {"Ref": f"Route{number}"}, "RouteResponseKey": "$default"},
        }
        for number in range(3, len(routes))
    }
    return {
        "Resources": {
            "Socket": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "index.handle",
                    "Role": "arn:aws:iam::000000000000:role/any",
                    "Timeout": 10,
                    "Code": {"ZipFile": dedent(CODE % version)},
                },
            },
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {
                    "Name": "sockets",
                    "ProtocolType": "WEBSOCKET",
                    "RouteSelectionExpression": "$request.body.action",
                },
            },
            "Integration": {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {
                    **api,
                    "IntegrationType": "AWS_PROXY",
                    "IntegrationUri": {"Fn::Join": ["", [*uri, "/invocations"]]},
                },
            },
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {**api, "StageName": "local"}},
            **routes,
            **responses,
        }
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a client meets at the gateway."""

    url: str

    async def refused_with(self, query: str = "") -> tuple[int, str]:
        """Status and body of the refusal; 101 when the client is let in."""
        try:
            client = await connect(self.url + query)
        except InvalidStatus as refusal:
            return refusal.response.status_code, bytes(refusal.response.body).decode()
        await client.close()
        return 101, ""

    async def until_status(self, status: int) -> None:
        """Come again until the gateway has noticed what changed."""
        async with asyncio.timeout(DEADLINE_S):
            while (await self.refused_with())[0] != status:
                await asyncio.sleep(0.1)

    async def until_answered(self, message: str, answer: object) -> None:
        """Ask again until the answer is this one."""
        async with asyncio.timeout(DEADLINE_S), connect(self.url) as client:
            found = None
            while found != answer:
                await client.send(message)
                found = json.loads(await client.recv())


@pytest.fixture
def visit(functions_stack: FunctionsStack) -> Visit:
    """A client of the gateway that runs beside LocalStack."""
    return Visit(url=f"{functions_stack.endpoints.websocket}/local")


def test_deployed_functions_serve_clients(functions_stack: FunctionsStack, visit: Visit) -> None:
    """From nothing deployed, over a first deploy and a second, to the stack's end: clients get what is deployed."""
    stacks = functions_stack.client("cloudformation")

    async def served() -> str:
        await visit.until_status(101)
        async with connect(visit.url) as client:
            await client.send("hello שלום")
            answer = json.loads(await client.recv())
            assert (answer["version"], answer["said"]) == (1, "hello שלום")
            await client.send('{"action": "ask"}')
            assert json.loads(await client.recv())["said"] == '{"action": "ask"}'
        status, body = await visit.refused_with("?deny=1")
        assert (status, json.loads(body)["message"]) == (403, "Forbidden")
        return str(answer["you"])

    status, body = asyncio.run(visit.refused_with())
    assert status == 503
    assert f"Stack {STACK_NAME} is not deployed." in body
    stacks.create_stack(StackName=STACK_NAME, TemplateBody=json.dumps(template(1)))
    try:
        left = asyncio.run(served())
        _wait_for_log(functions_stack, f"DISCONNECT {left} 1000")
        stacks.update_stack(StackName=STACK_NAME, TemplateBody=json.dumps(template(2, "ask")))
        asyncio.run(visit.until_answered('{"action": "ask"}', {"route": "ask"}))
    finally:
        stacks.delete_stack(StackName=STACK_NAME)
    asyncio.run(visit.until_status(503))


def _wait_for_log(stack: FunctionsStack, text: str) -> None:
    """Wait until a function has logged it."""
    logs = stack.client("logs")
    deadline = time.monotonic() + DEADLINE_S
    while True:
        for group in logs.describe_log_groups()["logGroups"]:
            events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
            if any(event["message"].strip() == text for event in events):
                return
        assert time.monotonic() < deadline, f"{text} was not logged"
        time.sleep(0.05)
