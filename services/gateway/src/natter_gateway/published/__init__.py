"""The Voice Agent API as it is published: a schema, a page for people and coding agents, all from the wire's types."""
