package zmq4_test

// The generated code must be what the proto gives.

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"babelmq/zmq4/internal/testenv"
)

func TestGeneratedCodeIsFresh(t *testing.T) {
	if err := testenv.PythonCommand("-c", "import grpc_tools").Run(); err != nil {
		t.Skip("no protoc: the Python package grpcio-tools is not installed")
	}
	directory := t.TempDir()
	generate := exec.Command("./generate.sh", directory)
	generate.Env = append(os.Environ(), "BABELMQ_PYTHON="+testenv.Python())
	if output, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	want, err := os.ReadFile(filepath.Join(directory, "babelmqv1", "gateway.pb.go"))
	must(t, err)
	got, err := os.ReadFile(filepath.Join("internal", "babelmqv1", "gateway.pb.go"))
	must(t, err)
	if !bytes.Equal(withoutVersions(got), withoutVersions(want)) {
		t.Error("internal/babelmqv1 is stale: run ./generate.sh")
	}
}

// withoutVersions removes the comment lines, where the generators name their versions.
func withoutVersions(source []byte) []byte {
	var rest [][]byte
	for _, line := range bytes.Split(source, []byte("\n")) {
		if !bytes.HasPrefix(line, []byte("//")) {
			rest = append(rest, line)
		}
	}
	return bytes.Join(rest, []byte("\n"))
}
