package zmq4_test

// What the tests share: a real gateway, sockets that close themselves, and waiting for
// things instead of sleeping.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"babelmq/zmq4"
	"babelmq/zmq4/internal/testenv"
)

// patience is how long anything may take before a test fails.
const patience = 20 * time.Second

// blink is how long a test watches for something that must not happen.
const blink = 100 * time.Millisecond

func TestMain(m *testing.M) {
	gateway, err := startGateway()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot start a gateway:", err)
		os.Exit(1)
	}
	os.Setenv("BABELMQ_GATEWAY", gateway.address)
	code := m.Run()
	gateway.stop()
	os.Exit(code)
}

type gatewayProcess struct {
	command *exec.Cmd
	address string
}

func startGateway() (*gatewayProcess, error) {
	g := &gatewayProcess{command: testenv.PythonCommand("-m", "gateway", "--listen", "127.0.0.1:0")}
	output, err := g.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := g.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		g.kill()
		return nil, fmt.Errorf("it ended without a word: %w", err)
	}
	g.address = strings.TrimPrefix(strings.TrimSpace(line), "listening on ")
	go io.Copy(io.Discard, output)
	return g, nil
}

func (g *gatewayProcess) stop() {
	g.command.Process.Signal(syscall.SIGTERM)
	g.command.Wait()
}

func (g *gatewayProcess) kill() {
	g.command.Process.Kill()
	g.command.Wait()
}

// extraGateway starts a gateway that a test may stop or kill.
func extraGateway(t *testing.T) *gatewayProcess {
	t.Helper()
	gateway, err := startGateway()
	must(t, err)
	t.Cleanup(gateway.kill)
	return gateway
}

// newContext returns a context that is terminated when the test ends.
func newContext(t *testing.T, options ...zmq4.Option) *zmq4.Context {
	t.Helper()
	ctx, err := zmq4.NewContextWith(options...)
	must(t, err)
	t.Cleanup(func() { ctx.Term() })
	return ctx
}

// newSocket returns a socket that does not outlive the test and whose calls do not hang.
func newSocket(t *testing.T, ctx *zmq4.Context, typ zmq4.Type) *zmq4.Socket {
	t.Helper()
	soc, err := ctx.NewSocket(typ)
	must(t, err)
	must(t, soc.SetLinger(0))
	must(t, soc.SetRcvtimeo(patience))
	must(t, soc.SetSndtimeo(patience))
	t.Cleanup(func() { soc.Close() })
	return soc
}

// bind binds to a free port and returns the endpoint.
func bind(t *testing.T, soc *zmq4.Socket) string {
	t.Helper()
	must(t, soc.Bind("tcp://127.0.0.1:*"))
	endpoint, err := soc.GetLastEndpoint()
	must(t, err)
	return endpoint
}

// pair returns a bound and a connected socket of a new context.
func pair(t *testing.T, bound, connected zmq4.Type) (*zmq4.Socket, *zmq4.Socket) {
	t.Helper()
	ctx := newContext(t)
	first, second := newSocket(t, ctx, bound), newSocket(t, ctx, connected)
	must(t, second.Connect(bind(t, first)))
	return first, second
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustFail fails the test unless err has the number.
func mustFail(t *testing.T, want zmq4.Errno, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func send(t *testing.T, soc *zmq4.Socket, parts ...interface{}) {
	t.Helper()
	_, err := soc.SendMessage(parts...)
	must(t, err)
}

// expect receives a message and compares it.
func expect(t *testing.T, soc *zmq4.Socket, want ...string) {
	t.Helper()
	got, err := soc.RecvMessage(0)
	must(t, err)
	equal(t, "message", fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never happened that %s", what)
		}
	}
}

// inBackground runs something that blocks and returns what it returned.
func inBackground[T any](do func() T) <-chan T {
	result := make(chan T, 1)
	go func() { result <- do() }()
	return result
}

// still fails the test when something ends that must go on for now.
func still[T any](t *testing.T, what string, result <-chan T) {
	t.Helper()
	select {
	case value := <-result:
		t.Fatalf("%s ended too early: %v", what, value)
	case <-time.After(blink):
	}
}

func await[T any](t *testing.T, what string, result <-chan T) T {
	t.Helper()
	select {
	case value := <-result:
		return value
	case <-time.After(patience):
		t.Fatalf("%s did not end", what)
		panic("unreachable")
	}
}
