"""Tools: let a model call Python functions."""

from g4f_lite.tools._api import (
    OnCall,
    ToolResult,
    ToolRun,
    arun_tools,
    run_tools,
    tool,
    tool_dictionaries,
)

__all__ = ["OnCall", "ToolResult", "ToolRun", "arun_tools", "run_tools", "tool", "tool_dictionaries"]

tool_dictionaries.__module__ = __name__
