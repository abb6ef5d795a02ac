package zmq4_test

// The programs of README.md are built and run as they stand, except for their port.

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"babelmq/zmq4"
)

func TestReadmePrograms(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	must(t, err)
	programs := regexp.MustCompile("(?s)```go\n(package main.*?)```").FindAllSubmatch(readme, -1)
	names := []string{"server", "client", "curve", "plain"}
	equal(t, "programs in README.md", len(programs), len(names))
	port := freePort(t)
	directory := exampleModule(t)
	for i, name := range names {
		must(t, os.Mkdir(filepath.Join(directory, name), 0o755))
		source := strings.ReplaceAll(string(programs[i][1]), ":5555", ":"+port)
		must(t, os.WriteFile(filepath.Join(directory, name, "main.go"), []byte(source), 0o644))
	}
	build := exec.Command("go", "build", "-o", "bin/", "./...")
	build.Dir = directory
	must(t, os.Mkdir(filepath.Join(directory, "bin"), 0o755))
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}

	server := exec.Command(filepath.Join(directory, "bin", "server"))
	must(t, server.Start())
	defer func() { server.Process.Kill(); server.Wait() }()
	for _, run := range []struct{ name, says string }{
		{"client", "World\n"}, {"curve", "a secret\n"}, {"plain", "it is me\n"},
	} {
		program := exec.Command(filepath.Join(directory, "bin", run.name))
		output := inBackground(func() string { text, _ := program.CombinedOutput(); return string(text) })
		equal(t, run.name, await(t, run.name, output), run.says)
	}
}

// freePort returns a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	soc := newSocket(t, newContext(t), zmq4.REP)
	endpoint := bind(t, soc)
	must(t, soc.Close())
	return endpoint[strings.LastIndex(endpoint, ":")+1:]
}

// exampleModule makes a module that uses this one, with the same versions of everything.
func exampleModule(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	here, err := os.Getwd()
	must(t, err)
	sums, err := os.ReadFile("go.sum")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(directory, "go.sum"), sums, 0o644))
	own, err := os.ReadFile("go.mod")
	must(t, err)
	module := strings.Replace(string(own), "module babelmq/zmq4", "module example", 1)
	module = module[:strings.Index(module, "\ntool ")]
	module += "\nrequire babelmq/zmq4 v0.0.0\n\nreplace babelmq/zmq4 => " + here + "\n"
	must(t, os.WriteFile(filepath.Join(directory, "go.mod"), []byte(module), 0o644))
	return directory
}
