package zmq4_test

// Frames, parts and what SendMessage makes of its arguments.

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"babelmq/zmq4"
)

func TestFrameSizes(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	for _, size := range []int{0, 1, 127, 128, 255, 256, 16383, 16384, 70000, 1 << 20, 5 << 20} {
		frame := bytes.Repeat([]byte{byte(size), 0, 255}, size/3+1)[:size]
		n, err := push.SendBytes(frame, 0)
		must(t, err)
		equal(t, "bytes sent", n, size)
		got, err := pull.RecvBytes(0)
		must(t, err)
		if got == nil || !bytes.Equal(got, frame) {
			t.Fatalf("a frame of %d bytes came back changed (%d bytes)", size, len(got))
		}
	}
}

func TestMixedBatch(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	for i := range 500 {
		switch i % 3 {
		case 0:
			send(t, push, fmt.Sprint(i))
		case 1:
			send(t, push, "", fmt.Sprint(i), "")
		case 2:
			send(t, push, strings.Repeat("x", i), fmt.Sprint(i))
		}
	}
	for i := range 500 {
		switch i % 3 {
		case 0:
			expect(t, pull, fmt.Sprint(i))
		case 1:
			expect(t, pull, "", fmt.Sprint(i), "")
		case 2:
			expect(t, pull, strings.Repeat("x", i), fmt.Sprint(i))
		}
	}
}

func TestSendMessageFlattens(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	total, err := push.SendMessage("a", []byte("b"), []string{"c", "d"}, [][]byte{[]byte("e")}, 42, 1.5, []string{})
	must(t, err)
	equal(t, "bytes", total, 10)
	expect(t, pull, "a", "b", "c", "d", "e", "42", "1.5")

	total, err = push.SendMessage()
	must(t, err)
	equal(t, "bytes of nothing", total, 0)
	send(t, push, []string{}, "after an empty slice")
	expect(t, pull, "after an empty slice")
}

func TestPartByPart(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	for _, part := range []string{"one", "", "three"} {
		_, err := push.Send(part, zmq4.SNDMORE)
		must(t, err)
	}
	if _, err := pull.Recv(zmq4.DONTWAIT); zmq4.AsErrno(err) != zmq4.EAGAIN {
		t.Fatalf("a message came before its last part: %v", err)
	}
	_, err := push.Send("last", 0)
	must(t, err)

	for _, want := range []string{"one", ""} {
		part, err := pull.Recv(0)
		must(t, err)
		equal(t, "part", part, want)
		more, err := pull.GetRcvmore()
		must(t, err)
		equal(t, "more", more, true)
	}
	expect(t, pull, "three", "last") // RecvMessage takes what is left
	more, err := pull.GetRcvmore()
	must(t, err)
	equal(t, "more after the last", more, false)
}

func TestSendMoreThenSendMessage(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	_, err := push.Send("head", zmq4.SNDMORE)
	must(t, err)
	send(t, push, "body", "tail")
	expect(t, pull, "head", "body", "tail")
}

func TestBuffersBelongToTheirOwners(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	buffer := []byte("first ")
	_, err := push.SendBytes(buffer, 0)
	must(t, err)
	copy(buffer, "second")
	_, err = push.SendBytes(buffer, 0)
	must(t, err)

	first, err := pull.RecvBytes(0)
	must(t, err)
	equal(t, "what was sent before the change", string(first), "first ")
	_ = append(first, "overwrites a neighbour?"...)
	second, err := pull.RecvBytes(0)
	must(t, err)
	equal(t, "the neighbour", string(second), "second")
}

func TestMessagesAsBytes(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	for range 2 {
		send(t, push, "a", "", strings.Repeat("b", 70000))
	}
	for _, receive := range []func() ([][]byte, error){
		func() ([][]byte, error) { return pull.RecvMessageBytes(0) },
		func() ([][]byte, error) { return pull.RecvMessageBytesContext(context.Background()) },
	} {
		msg, err := receive()
		must(t, err)
		equal(t, "parts", len(msg), 3)
		equal(t, "message", string(bytes.Join(msg, []byte("|"))), "a||"+strings.Repeat("b", 70000))
	}
	msg, err := pull.RecvMessageBytes(zmq4.DONTWAIT)
	mustFail(t, zmq4.EAGAIN, err)
	equal(t, "parts of nothing", len(msg), 0)
}

func TestMessageTooLarge(t *testing.T) {
	_, push := pair(t, zmq4.PULL, zmq4.PUSH)
	_, err := push.SendBytes(make([]byte, 65<<20), 0)
	mustFail(t, zmq4.EMSGSIZE, err)
	send(t, push, "goes on")
}
