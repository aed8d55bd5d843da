"""`roll_dice` with FastMCP (Python): stateless, answers as JSON, a static token, uvloop, no access log."""

import json
import os
import secrets
from typing import Annotated

from fastmcp import FastMCP
from fastmcp.server.auth.providers.jwt import StaticTokenVerifier
from fastmcp.tools import ToolResult
from pydantic import Field

tokens = {os.environ["MCP_AUTH_TOKEN"]: {"client_id": "bench", "scopes": ["read"]}}
server = FastMCP("fastmcp-python", auth=StaticTokenVerifier(tokens))


@server.tool(
    title="Roll dice",
    output_schema={
        "type": "object",
        "properties": {"sides": {"type": "integer"}, "result": {"type": "integer"}},
        "required": ["sides", "result"],
    },
    annotations={"readOnlyHint": True, "openWorldHint": False},
)
async def roll_dice(
    sides: Annotated[int, Field(ge=2, le=1000, description="How many sides the die has")] = 6,
) -> ToolResult:
    """Rolls one fair die. Use it for games and random choices."""
    rolled = {"sides": sides, "result": 1 + secrets.randbelow(sides)}
    return ToolResult(content=json.dumps(rolled), structured_content=rolled)


server.run(
    transport="http",
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    stateless_http=True,
    json_response=True,
    log_level="warning",
    show_banner=False,
    uvicorn_config={"access_log": False, "loop": "uvloop"},
)
