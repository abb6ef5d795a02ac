package zmq4

// The errors that are not numbers.

import (
	"errors"
	"fmt"
)

// Errors of this package that ZeroMQ has no number for.
var (
	// ErrorContextClosed is returned by NewSocket and by the options of a context
	// after Term.
	ErrorContextClosed = errors.New("Context is closed")
	// ErrorSocketClosed is returned by every method of a socket after Close.
	ErrorSocketClosed = errors.New("Socket is closed")
	// ErrorNoSocket is returned by the methods of Poller for an unknown socket or id.
	ErrorNoSocket = errors.New("No such socket")
)

// GatewayError is what the gateway said when it refused something, or what kept this
// package from reaching it. errors.Is(err, zmq4.EADDRINUSE) and AsErrno look into it.
type GatewayError struct {
	Name     string            // ZeroMQ's name of the error, e.g. "EADDRINUSE"
	Message  string            // one sentence for people
	Metadata map[string]string // the values that the sentence speaks of
}

// Error returns the sentence and the name of the error.
func (e *GatewayError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("zmq4: %s (%s)", AsErrno(e), e.Name)
	}
	return fmt.Sprintf("zmq4: %s (%s)", e.Message, e.Name)
}

// Unwrap returns the Errno of the error's name, or nil when this system has none.
func (e *GatewayError) Unwrap() error {
	if errno, ok := errnoByName[e.Name]; ok {
		return errno
	}
	return nil
}
