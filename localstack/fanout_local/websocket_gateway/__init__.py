"""What API Gateway does for WebSocket APIs, for the functions deployed to LocalStack.

Facts: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
"""
