"""Protobuf code generated from proto/babelmq/v1 (`make proto`); not edited by hand."""
