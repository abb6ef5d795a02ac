"""Protobuf code, made from proto/babelmq/v1 by `python -m gateway.generate`, not edited by hand."""
