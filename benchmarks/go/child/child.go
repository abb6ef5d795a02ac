// Package child is how a measured process talks to the runner: settings in, JSON lines out.
// benchmarks/README.md describes the lines.
package child

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
)

// Settings are what the runner tells a role. Sizes in bytes.
type Settings struct {
	Implementation string
	Endpoint       string
	Gateway        string
	Size           int
	Count          int
	Warmup         int
}

var input = bufio.NewReader(os.Stdin)

// Main runs the role that the first argument names with the settings in the second.
func Main(roles map[string]func(Settings)) {
	if len(os.Args) != 3 || roles[os.Args[1]] == nil {
		log.Fatalf("usage: %s ROLE SETTINGS", os.Args[0])
	}
	var settings Settings
	Must(json.Unmarshal([]byte(os.Args[2]), &settings))
	roles[os.Args[1]](settings)
}

// Ready says that the next role may start, and what it should know.
func Ready(facts map[string]any) { say("ready", facts) }

// WaitForGo blocks until the runner says that every role is ready.
func WaitForGo() {
	_, err := input.ReadString('\n')
	Must(err)
}

// WaitForEnd stays until the runner ends this process, so that no side closes under the other.
func WaitForEnd() { _, _ = io.Copy(io.Discard, input) }

// Result hands the measured figures to the runner.
func Result(figures map[string]float64) { say("result", figures) }

// Must ends the process when a step failed.
func Must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func say(key string, value any) {
	line, err := json.Marshal(map[string]any{key: value})
	Must(err)
	fmt.Println(string(line))
}
