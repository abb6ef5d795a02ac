// Package testenv finds what the tests need from the rest of the project.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
)

// root of the repository, seen from the tests of this module.
var root = filepath.Join("..", "..")

// Python is the interpreter that has the packages of the project: the one that is named, the
// one that `make setup` has made, or the one in PATH.
func Python() string {
	if path := os.Getenv("BABELMQ_PYTHON"); path != "" {
		return path
	}
	if made, err := filepath.Abs(filepath.Join(root, ".venv", "bin", "python")); err == nil {
		if _, err := os.Stat(made); err == nil {
			return made
		}
	}
	return "python3"
}

// PythonCommand runs Python at the root of the repository, where its packages are.
func PythonCommand(args ...string) *exec.Cmd {
	command := exec.Command(Python(), args...)
	command.Dir = root
	command.Stderr = os.Stderr
	return command
}
