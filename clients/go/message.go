package zmq4

// Sending and receiving, part by part and whole messages.

import (
	"context"
	"fmt"
	"time"
	"unsafe"
)

// Send sends one part of a message. Flags are DONTWAIT, SNDMORE, both or 0. It returns
// the number of bytes sent.
//
// A message is sent when its last part is: Send returns as soon as it is queued, and waits
// while the queue is full (SetSndhwm) or, for the types that wait for peers, while there
// is no peer; at most for the time set with SetSndtimeo.
//
// Errors: EAGAIN (would wait, or has waited too long), EFSM (not the socket's turn),
// ENOTSUP (the socket only receives), EHOSTUNREACH (mandatory ROUTER), EMSGSIZE, ETERM,
// ErrorSocketClosed, ECONNRESET (the gateway is gone).
func (soc *Socket) Send(data string, flags Flag) (int, error) {
	return soc.SendBytes(readOnly(data), flags)
}

// SendBytes is Send for bytes, which are copied: the caller may change them afterwards.
func (soc *Socket) SendBytes(data []byte, flags Flag) (int, error) {
	l, err := soc.sender()
	if err != nil {
		return -1, err
	}
	if flags&SNDMORE != 0 {
		err = l.sendPart(data, soc.sendWaiting(flags))
	} else {
		one := [1][]byte{data}
		err = l.send(one[:], soc.sendWaiting(flags))
	}
	if err != nil {
		return -1, err
	}
	return len(data), nil
}

// SendMessage sends a message of several parts. Strings and byte slices are sent as they
// are, []string and [][]byte part by part, and everything else as fmt.Sprint prints it.
// Empty slices at the end are left out. It returns the number of bytes sent.
//
// Other goroutines' messages never come in between.
func (soc *Socket) SendMessage(parts ...interface{}) (total int, err error) {
	return soc.sendParts(flatten(parts), soc.sendWaiting(0))
}

// SendMessageDontwait is SendMessage with DONTWAIT.
func (soc *Socket) SendMessageDontwait(parts ...interface{}) (total int, err error) {
	return soc.sendParts(flatten(parts), soc.sendWaiting(DONTWAIT))
}

// SendMessageContext is SendMessage that waits until ctx is done instead of for the time
// set with SetSndtimeo. The error then wraps that of ctx, and nothing was sent.
func (soc *Socket) SendMessageContext(ctx context.Context, parts ...interface{}) (total int, err error) {
	return soc.sendParts(flatten(parts), waiting{timeout: forever, ctx: ctx})
}

func (soc *Socket) sendParts(parts [][]byte, w waiting) (total int, err error) {
	l, err := soc.sender()
	if err != nil {
		return -1, err
	}
	if len(parts) == 0 {
		return 0, nil
	}
	for _, part := range parts {
		total += len(part)
	}
	if err := l.send(parts, w); err != nil {
		return -1, err
	}
	return total, nil
}

func flatten(parts []interface{}) [][]byte {
	flat := make([][]byte, 0, len(parts))
	for _, part := range parts {
		switch t := part.(type) {
		case []string:
			for _, s := range t {
				flat = append(flat, readOnly(s))
			}
		case [][]byte:
			flat = append(flat, t...)
		case string:
			flat = append(flat, readOnly(t))
		case []byte:
			flat = append(flat, t)
		default:
			flat = append(flat, fmt.Appendf(nil, "%v", t))
		}
	}
	return flat
}

// readOnly returns the bytes of a string without a copy, for code that copies them itself
// and does not write to them.
func readOnly(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Recv receives one part of a message; GetRcvmore tells whether there are more. Flags are
// DONTWAIT or 0.
//
// Errors: EAGAIN (nothing there, or not in the time set with SetRcvtimeo), EFSM (not the
// socket's turn), ENOTSUP (the socket only sends), ETERM, ErrorSocketClosed, ECONNRESET
// (the gateway is gone).
func (soc *Socket) Recv(flags Flag) (string, error) {
	l, err := soc.receiver()
	if err != nil {
		return "", err
	}
	part, err := l.receivePart(soc.receiveWaiting(flags))
	if err != nil {
		return "", err
	}
	text := string(part.parts[0])
	part.release()
	return text, nil
}

// RecvBytes is Recv for bytes.
func (soc *Socket) RecvBytes(flags Flag) ([]byte, error) {
	l, err := soc.receiver()
	if err != nil {
		return []byte{}, err
	}
	part, err := l.receivePart(soc.receiveWaiting(flags))
	if err != nil {
		return []byte{}, err
	}
	return part.first(), nil
}

// RecvMessage receives the parts of a message, or those that are left of one that was
// begun with Recv.
func (soc *Socket) RecvMessage(flags Flag) (msg []string, err error) {
	return soc.recvStrings(soc.receiveWaiting(flags))
}

// RecvMessageBytes is RecvMessage for bytes.
func (soc *Socket) RecvMessageBytes(flags Flag) (msg [][]byte, err error) {
	return soc.recvParts(soc.receiveWaiting(flags))
}

// RecvMessageContext is RecvMessage that waits until ctx is done instead of for the time
// set with SetRcvtimeo. The error then wraps that of ctx, and no message is lost.
func (soc *Socket) RecvMessageContext(ctx context.Context) (msg []string, err error) {
	return soc.recvStrings(waiting{timeout: forever, ctx: ctx})
}

// RecvMessageBytesContext is RecvMessageContext for bytes.
func (soc *Socket) RecvMessageBytesContext(ctx context.Context) (msg [][]byte, err error) {
	return soc.recvParts(waiting{timeout: forever, ctx: ctx})
}

func (soc *Socket) recvStrings(w waiting) ([]string, error) {
	l, err := soc.receiver()
	if err != nil {
		return []string{}, err
	}
	msg, err := l.receive(w)
	return msg.strings(), err
}

func (soc *Socket) recvParts(w waiting) ([][]byte, error) {
	l, err := soc.receiver()
	if err != nil {
		return [][]byte{}, err
	}
	msg, err := l.receive(w)
	return msg.bytes(), err
}

func (soc *Socket) sender() (*link, error) {
	if soc.link == nil {
		return nil, soc.err
	}
	if !soc.typ.canSend() {
		return nil, ENOTSUP
	}
	return soc.link, nil
}

func (soc *Socket) receiver() (*link, error) {
	if soc.link == nil {
		return nil, soc.err
	}
	if !soc.typ.canReceive() {
		return nil, ENOTSUP
	}
	return soc.link, nil
}

func (soc *Socket) sendWaiting(flags Flag) waiting {
	if flags&DONTWAIT != 0 {
		return notAtAll
	}
	return waiting{timeout: time.Duration(soc.sndtimeo.Load())}
}

func (soc *Socket) receiveWaiting(flags Flag) waiting {
	if flags&DONTWAIT != 0 {
		return notAtAll
	}
	return waiting{timeout: time.Duration(soc.rcvtimeo.Load())}
}
