package zmq4

// Whose turn it is: the states of REQ and REP, which are kept here so that a call out of
// turn fails at once (RFC 28), and the sends that have to know what became of them.

import pb "babelmq/zmq4/internal/babelmqv1"

type turn struct {
	awaiting   bool // REQ: the request is out, the reply has not been received
	owing      bool // REP: a request was received and not answered
	relaxed    bool // REQ_RELAXED: a new request may replace one that is out
	overtaking bool // the next send will do that
	mandatory  bool // ROUTER_MANDATORY: a send waits until its message was accepted

	exact     map[uint64]error // messages that a send waits for, and why they were refused
	recvErr   error            // the request was refused: for the Recv that expects the reply
	dropUntil uint64           // command whose result says that old replies have all come
}

// maySend returns EFSM when it is not this socket's turn to send.
func (t *turn) maySend(typ Type) error {
	if typ == REQ && t.awaiting && !t.relaxed || typ == REP && !t.owing {
		return EFSM
	}
	return nil
}

// mayReceive returns EFSM when it is not this socket's turn to receive.
func (t *turn) mayReceive(typ Type) error {
	if typ == REQ && !t.awaiting || typ == REP && t.owing {
		return EFSM
	}
	return nil
}

func (t *turn) relax(relaxed bool) {
	t.relaxed = relaxed
	t.overtaking = t.awaiting && relaxed
}

func (t *turn) sent(typ Type) {
	t.awaiting = typ == REQ
	t.owing = false
	t.overtaking = t.awaiting && t.relaxed
}

// received is called when the last part of a message was handed out.
func (t *turn) received(typ Type) {
	t.owing = typ == REP
	t.awaiting, t.overtaking = false, false
}

func (l *link) requestRefused(err error) {
	l.awaiting, l.overtaking = false, false
	l.recvErr = err
}

// fence returns when the gateway has handed everything that was sent so far to the socket,
// or refused it: a command waits for the sends before it, and its result comes after their
// failures. Reading the type of the socket is the cheapest command.
func (l *link) fence() error {
	_, err := l.do(&pb.Command{Op: &pb.Command_GetOption{GetOption: &pb.SocketOption{Id: optType}}})
	return err
}

// waitAccepted makes the send of a mandatory ROUTER exact: EHOSTUNREACH belongs to the
// message that could not be routed.
func (l *link) waitAccepted(seq uint64) error {
	l.exact[seq] = nil
	err := l.fence()
	if refused := l.exact[seq]; refused != nil {
		err = refused
	}
	delete(l.exact, seq)
	return err
}

// forgetOldReplies drops what arrives until the gateway has read the new request of a
// relaxed REQ: libzmq empties the inbound queue at that point, for the same reason.
func (l *link) forgetOldReplies() error {
	l.dropInbox()
	l.dropUntil = l.lastCommand + 1
	return l.fence()
}
