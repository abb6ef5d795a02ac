// Sockets of the Go client, remote-controlled: see remote.py.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"babelmq/zmq4"
)

type command struct {
	Do       string
	Socket   int
	Kind     string
	Endpoint string
	Topic    string
	Frames   [][]byte // base64 in JSON
	Timeout  int      // milliseconds

	Domain, Username, Password      string
	ServerKey, PublicKey, SecretKey string // Z85
}

type answer struct {
	Error    string   `json:"error,omitempty"`
	Endpoint string   `json:"endpoint,omitempty"`
	Frames   [][]byte `json:"frames,omitempty"`
}

var types = map[string]zmq4.Type{
	"REQ": zmq4.REQ, "REP": zmq4.REP, "PUSH": zmq4.PUSH, "PULL": zmq4.PULL,
	"PUB": zmq4.PUB, "SUB": zmq4.SUB, "PAIR": zmq4.PAIR,
}

var sockets = map[int]*zmq4.Socket{}

func open(c command) error {
	socket, err := zmq4.NewSocket(types[c.Kind])
	if err != nil {
		return err
	}
	sockets[c.Socket] = socket
	if err := socket.SetLinger(0); err != nil {
		return err
	}
	if err := socket.SetReconnectIvl(10 * time.Millisecond); err != nil {
		return err
	}
	if err := socket.SetSndtimeo(time.Duration(c.Timeout) * time.Millisecond); err != nil {
		return err
	}
	return socket.SetRcvtimeo(time.Duration(c.Timeout) * time.Millisecond)
}

func send(socket *zmq4.Socket, frames [][]byte) error {
	parts := make([]interface{}, len(frames))
	for number, frame := range frames {
		parts[number] = frame
	}
	_, err := socket.SendMessage(parts...)
	return err
}

func receive(socket *zmq4.Socket, timeout int) ([][]byte, error) {
	if err := socket.SetRcvtimeo(time.Duration(timeout) * time.Millisecond); err != nil {
		return nil, err
	}
	return socket.RecvMessageBytes(0)
}

func carryOut(c command) (result answer, err error) {
	socket := sockets[c.Socket]
	switch c.Do {
	case "open":
		err = open(c)
	case "bind":
		if err = socket.Bind(c.Endpoint); err == nil {
			result.Endpoint, err = socket.GetLastEndpoint()
		}
	case "connect":
		err = socket.Connect(c.Endpoint)
	case "subscribe":
		err = socket.SetSubscribe(c.Topic)
	case "plain_server":
		err = socket.ServerAuthPlain(c.Domain)
	case "plain_client":
		err = socket.ClientAuthPlain(c.Username, c.Password)
	case "curve_server":
		err = socket.ServerAuthCurve(c.Domain, c.SecretKey)
	case "curve_client":
		err = socket.ClientAuthCurve(c.ServerKey, c.PublicKey, c.SecretKey)
	case "send":
		err = send(socket, c.Frames)
	case "recv":
		result.Frames, err = receive(socket, c.Timeout)
	case "close":
		err = socket.Close()
		delete(sockets, c.Socket)
	default:
		err = fmt.Errorf("no command %q", c.Do)
	}
	return result, err
}

func nameOf(err error) string {
	if zmq4.AsErrno(err) == zmq4.Errno(syscall.EAGAIN) {
		return "EAGAIN"
	}
	return err.Error()
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var next command
		if err := json.Unmarshal(line, &next); err != nil {
			panic(err)
		}
		result, err := carryOut(next)
		if err != nil {
			result = answer{Error: nameOf(err)}
		}
		if err := answers.Encode(result); err != nil {
			panic(err)
		}
	}
	for _, socket := range sockets {
		socket.Close()
	}
}
