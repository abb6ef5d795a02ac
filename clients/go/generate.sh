#!/bin/sh
# Generates internal/babelmqv1 from proto/babelmq/v1/gateway.proto, or another folder when
# one is given. Needs Python with grpcio-tools (BABELMQ_PYTHON, or python3); the generator
# for Go is the one that go.mod names. The import path is given here, so that the proto
# names no language.
set -eu
cd "$(dirname "$0")"
out=${1:-internal}
module=babelmq/zmq4/internal
mkdir -p "$out"
exec "${BABELMQ_PYTHON:-python3}" -m grpc_tools.protoc -I ../../proto \
    --plugin=protoc-gen-go="$(go tool -n protoc-gen-go)" \
    --go_out="$out" --go_opt=module=$module \
    --go_opt=Mbabelmq/v1/gateway.proto=$module/babelmqv1 \
    babelmq/v1/gateway.proto
