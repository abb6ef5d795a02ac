package zmq4

// Receiving: the messages that were fetched ahead, and the window that bounds them.

import (
	"bytes"
	"fmt"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// The receive window: how much the gateway may deliver ahead of the application, unless
// RCVHWM allows less. It is announced again when half of it was taken.
const (
	defaultWindow = 1000
	windowBytes   = 8 << 20
)

type inbox struct {
	batches    []inBatch // fetched, in order
	frame      int       // the next frame of the first batch
	message    int       // the next message of the first batch
	rest       [][]byte  // parts of the message that is being received part by part
	restShared bool      // rest are slices of a buffer much larger than they are

	highWater      int    // messages that may wait here, from RCVHWM
	listening      bool   // the window was opened: something was bound or connected
	delivered      uint64 // number of the last message that came
	taken          uint64 // messages that the application has got
	takenBytes     uint64
	announced      uint64 // taken, when the window was announced last
	announcedBytes uint64
	windowDue      bool
}

// takeBatch adds a delivery. It is called with l.mu held, by the reader only.
func (l *link) takeBatch(batch inBatch) {
	if batch.firstSeq != l.delivered+1 {
		l.fail(&GatewayError{Name: "EPROTO", Message: fmt.Sprintf(
			"the gateway delivered message %d after %d", batch.firstSeq, l.delivered)})
		l.cancel()
		return
	}
	l.delivered += uint64(batch.messages())
	l.batches = append(l.batches, batch)
	if l.dropUntil != 0 || l.err != nil {
		l.dropInbox()
	}
}

// dropInbox forgets what has come, as if the application had taken it.
func (l *link) dropInbox() {
	for len(l.batches) > 0 {
		l.nextMessage()
	}
	l.rest = nil
}

// receive returns the parts of the next message, or those that are left of the current
// one. Slice and bytes may be shared with other messages: whoever hands them out makes
// copies, see ownBytes.
func (l *link) receive(w waiting) (parts [][]byte, shared bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.wait(w, l.readyToReceive); err != nil {
		return nil, false, err
	}
	if l.rest == nil {
		l.rest, l.restShared = l.nextMessage()
	}
	parts, l.rest = l.rest, nil
	l.turn.received(l.typ)
	return parts, l.restShared, nil
}

// receivePart is receive for the next part only.
func (l *link) receivePart(w waiting) (part []byte, shared bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.wait(w, l.readyToReceive); err != nil {
		return nil, false, err
	}
	if l.rest == nil {
		l.rest, l.restShared = l.nextMessage()
	}
	part, l.rest = l.rest[0], l.rest[1:]
	if len(l.rest) == 0 {
		l.rest = nil
		l.turn.received(l.typ)
	}
	return part, l.restShared, nil
}

// waitReadable waits until receive would not have to, and takes nothing.
func (l *link) waitReadable(w waiting) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(w, func() (bool, error) { return l.readable(), l.err })
}

func (l *link) readable() bool {
	return l.rest != nil || l.recvErr != nil || len(l.batches) > 0 && l.mayReceive(l.typ) == nil
}

func (l *link) readyToReceive() (bool, error) {
	if l.rest != nil {
		return true, nil
	}
	if err := l.recvErr; err != nil {
		l.recvErr = nil
		return false, err
	}
	if len(l.batches) == 0 && l.err != nil {
		return false, l.err
	}
	return len(l.batches) > 0, l.mayReceive(l.typ)
}

// nextMessage takes a message from the first batch, and the batch when it was the last.
// Small frames share a buffer that is much larger: shared says so.
func (l *link) nextMessage() (parts [][]byte, shared bool) {
	batch := &l.batches[0]
	count := 1
	if batch.counts != nil {
		count = int(batch.counts[l.message])
	}
	parts = batch.frames[l.frame : l.frame+count : l.frame+count]
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	shared = size < batch.payload/4
	l.frame += count
	l.message++
	l.took(size)
	if l.frame == len(batch.frames) {
		l.frame, l.message = 0, 0
		*batch = inBatch{} // let go of the frames
		l.batches = l.batches[1:]
		if len(l.batches) == 0 {
			l.batches = nil
		}
	}
	return parts, shared
}

// ownBytes returns a part for the application to keep: never nil, and a copy where the
// original would keep a whole batch in memory.
func ownBytes(part []byte, shared bool) []byte {
	if len(part) == 0 {
		return []byte{}
	}
	if shared {
		return bytes.Clone(part)
	}
	return part
}

// took counts what the application has got and announces the window again at half.
func (l *link) took(size int) {
	l.taken++
	l.takenBytes += uint64(size)
	if l.taken-l.announced >= uint64((l.highWater+1)/2) || l.takenBytes-l.announcedBytes >= windowBytes/2 {
		l.windowDue = true
		l.wakeWriter()
	}
}

// listen opens the window for the first time. Until a bind or connect it is closed, so
// that SetRcvhwm is obeyed in time.
func (l *link) listen() {
	if !l.listening && l.typ.canReceive() {
		l.listening = true
		l.windowDue = true
	}
}

func (l *link) setHighWater(messages int) {
	if messages <= 0 || messages > defaultWindow {
		messages = defaultWindow
	}
	l.highWater = messages
	l.windowDue = l.listening
	l.wakeWriter()
}

// dueWindow returns the window that is to be announced, or nil.
func (l *link) dueWindow() *pb.ReceiveWindow {
	if !l.windowDue || !l.listening || l.err != nil {
		return nil
	}
	l.windowDue = false
	l.announced, l.announcedBytes = l.taken, l.takenBytes
	return &pb.ReceiveWindow{
		AckThrough: l.taken,
		LimitSeq:   l.taken + uint64(l.highWater),
		LimitBytes: l.takenBytes + windowBytes,
	}
}
