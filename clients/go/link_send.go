package zmq4

// Sending: credit, natural batching and what became of the messages.

import (
	"sync"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// maxUnconfirmed is how many frames with messages may be on their way before a batch that
// is not full waits for one of them to arrive. While it waits it grows: a message sent
// alone leaves at once, and a flood leaves in full batches. A write that has returned says
// nothing, because the transport takes frames much faster than a gateway can.
const maxUnconfirmed = 2

type outbox struct {
	queue      []*outFrame // to be written, in order
	wake       sync.Cond   // for the writer; L is the link's mu
	idle       bool        // the writer waits on wake
	sentSeq    uint64      // number of the last message that was queued
	sentBytes  uint64      // payload of all messages up to it
	limitSeq   uint64      // the gateway's window
	limitBytes uint64      // 0: no limit
	onTheWay   []uint64    // last number in each written frame that is not confirmed
	parts      [][]byte    // of a message that is being sent with SNDMORE
	sendErr    error       // a message was refused after Send had returned: for the next Send
}

// send queues one message as soon as there is credit for it. The parts are copied.
func (l *link) send(parts [][]byte, w waiting) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.waitToSend(w); err != nil {
		return err
	}
	if l.parts != nil {
		parts = append(l.parts, parts...)
		l.parts = nil
	}
	return l.sendNow(parts)
}

// sendPart keeps one part of a message until the last one comes. It waits for credit at
// the first part already, because that is where libzmq says EAGAIN.
func (l *link) sendPart(part []byte, w waiting) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parts == nil {
		if err := l.waitToSend(w); err != nil {
			return err
		}
	}
	l.parts = append(l.parts, append([]byte(nil), part...))
	return l.err
}

func (l *link) waitToSend(w waiting) error {
	if w.timeout == 0 {
		l.settle()
	}
	return l.wait(w, l.readyToSend)
}

func (l *link) readyToSend() (bool, error) {
	if l.err != nil {
		return false, l.err
	}
	if err := l.sendErr; err != nil {
		l.sendErr = nil
		return false, err
	}
	if err := l.maySend(l.typ); err != nil {
		return false, err
	}
	return l.hasCredit(), nil
}

// settle waits for the answers to commands, say another goroutine's Connect, when there is
// no credit: they may bring some, and EAGAIN would be premature.
func (l *link) settle() {
	last := l.lastCommand
	if l.hasCredit() || l.answered >= last {
		return
	}
	// The only error is l.err, which the caller looks at next.
	_ = l.wait(waiting{timeout: forever}, func() (bool, error) { return l.answered >= last, l.err })
}

func (l *link) hasCredit() bool {
	if l.overtaking {
		return true
	}
	return l.sentSeq < l.limitSeq && (l.limitBytes == 0 || l.sentBytes < l.limitBytes)
}

func (l *link) sendNow(parts [][]byte) error {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if size > l.limits.messageBytes {
		return EMSGSIZE
	}
	l.sentSeq++
	l.sentBytes += uint64(size)
	l.batchFor(size).add(parts)
	l.wakeWriter()
	overtook := l.overtaking
	l.turn.sent(l.typ)
	switch {
	case overtook:
		return l.forgetOldReplies()
	case l.mandatory:
		return l.waitAccepted(l.sentSeq)
	}
	return nil
}

// batchFor returns the batch that the next message goes into.
func (l *link) batchFor(size int) *outBatch {
	if n := len(l.queue); n > 0 {
		frame := l.queue[n-1]
		batch := &frame.batch
		if batch.messages == 0 {
			batch.firstSeq = l.sentSeq
			return batch
		}
		if batch.messages < l.limits.batchMessages && batch.payload+size <= l.limits.batchBytes {
			return batch
		}
	}
	frame := &outFrame{batch: outBatch{firstSeq: l.sentSeq}}
	l.queue = append(l.queue, frame)
	return &frame.batch
}

func (l *link) wakeWriter() {
	if l.idle {
		l.idle = false
		l.wake.Signal()
	}
}

// nextFrame returns what is to be written next, or nil when nothing ever will be.
func (l *link) nextFrame() *outFrame {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.ended {
		if frame := l.takeFrame(); frame != nil {
			return frame
		}
		l.idle = true
		l.wake.Wait()
	}
	return nil
}

func (l *link) takeFrame() *outFrame {
	frame := l.readyFrame()
	if window := l.dueWindow(); window != nil {
		if frame == nil {
			frame = &outFrame{}
		}
		frame.request().Window = window
	}
	return frame
}

func (l *link) readyFrame() *outFrame {
	if len(l.queue) == 0 {
		return nil
	}
	frame := l.queue[0]
	if batch := &frame.batch; batch.messages > 0 {
		if len(l.onTheWay) >= maxUnconfirmed && l.mayGrow(frame) {
			return nil
		}
		l.confirmLater(frame)
	}
	l.queue = l.queue[1:]
	return frame
}

// mayGrow tells whether the first frame of the queue could still take messages, and should.
func (l *link) mayGrow(frame *outFrame) bool {
	batch := &frame.batch
	return len(l.queue) == 1 && frame.control == nil && l.hasCredit() &&
		batch.messages < l.limits.batchMessages && batch.payload < l.limits.batchBytes
}

// confirmLater asks for an echo when frames follow each other faster than acknowledgements
// would come by themselves.
func (l *link) confirmLater(frame *outFrame) {
	last := frame.batch.lastSeq()
	if len(l.onTheWay) > 0 {
		frame.request().Heartbeat = &pb.Heartbeat{Nonce: last}
	}
	l.onTheWay = append(l.onTheWay, last)
}

func (l *link) confirm(through uint64) {
	n := 0
	for n < len(l.onTheWay) && l.onTheWay[n] <= through {
		n++
	}
	if n > 0 {
		l.onTheWay = append(l.onTheWay[:0], l.onTheWay[n:]...)
		l.wakeWriter()
	}
}

func (l *link) takeWindow(window *pb.SendWindow) {
	l.limitSeq = max(l.limitSeq, window.GetLimitSeq())
	l.limitBytes = max(l.limitBytes, window.GetLimitBytes())
	for _, failure := range window.GetFailures() {
		l.takeFailure(failure.GetSeq(), gatewayError(failure.GetError()))
	}
	l.confirm(window.GetAcceptedThrough())
}

// takeFailure keeps the reason why a message was refused for the call that will tell it:
// the send that waits for it, the receive that waits for the reply, or the next send.
func (l *link) takeFailure(seq uint64, err error) {
	_, waitedFor := l.exact[seq]
	switch {
	case waitedFor:
		l.exact[seq] = err
	case l.typ == REQ && seq == l.sentSeq:
		l.requestRefused(err)
	default:
		l.sendErr = err
	}
}
