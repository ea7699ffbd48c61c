"""Tools: let a model call Python functions.

::

    def weather(city: str, days: int = 1) -> str:
        "Return the weather forecast."
        ...

    run = run_tools(messages=[...], tools=[weather], provider="openai", model="gpt-4o-mini")
    print(run.text)
"""

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
