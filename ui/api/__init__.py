"""How do other programs ask? REST, MCP and the client of Gradio."""
