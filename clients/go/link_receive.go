package zmq4

// Receiving: the messages that were fetched ahead, and the window that bounds them.

import (
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
	batches []*inBatch // fetched, in order
	frame   int        // the next frame of the first batch
	message int        // the next message of the first batch
	rest    received   // parts of the message that is being received part by part

	highWater      int    // messages that may wait here, from RCVHWM
	listening      bool   // the window was opened: something was bound or connected
	delivered      uint64 // number of the last message that came
	taken          uint64 // messages that the application has got
	takenBytes     uint64
	announced      uint64 // taken, when the window was announced last
	announcedBytes uint64
	windowDue      bool
}

// received are parts of a message. They belong to the batch: whoever has copied them, or
// does not need them, releases them. Parts that are handed out as they are must be the
// larger part of the batch, because they keep all of it in memory.
type received struct {
	parts [][]byte
	batch *inBatch
	small bool // not to be handed out
}

// first returns the first part for the application to keep, never nil.
func (r received) first() []byte {
	part := r.parts[0]
	if r.small {
		part = append([]byte{}, part...)
		r.release()
	}
	return part
}

// strings returns copies of the parts.
func (r received) strings() []string {
	own := make([]string, len(r.parts))
	for i, part := range r.parts {
		own[i] = string(part)
	}
	r.release()
	return own
}

// bytes returns the parts for the application to keep.
func (r received) bytes() [][]byte {
	own := make([][]byte, len(r.parts))
	if !r.small {
		copy(own, r.parts)
		return own
	}
	for i, part := range r.parts {
		own[i] = append([]byte{}, part...)
	}
	r.release()
	return own
}

func (r received) release() {
	if r.batch != nil {
		r.batch.release(len(r.parts))
	}
}

// takeBatch adds a delivery. It is called with l.mu held, by the reader only.
func (l *link) takeBatch(batch *inBatch) {
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
	l.rest.release()
	l.rest = received{}
	for len(l.batches) > 0 {
		l.nextMessage().release()
	}
}

// receive returns the parts of the next message, or those that are left of the current one.
func (l *link) receive(w waiting) (received, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.wait(w, l.readyToReceive); err != nil {
		return received{}, err
	}
	whole := l.rest
	if whole.parts == nil {
		whole = l.nextMessage()
	}
	l.rest = received{}
	l.turn.received(l.typ)
	return whole, nil
}

// receivePart is receive for the next part only.
func (l *link) receivePart(w waiting) (received, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.wait(w, l.readyToReceive); err != nil {
		return received{}, err
	}
	whole := l.rest
	if whole.parts == nil {
		whole = l.nextMessage()
	}
	l.rest = received{}
	if len(whole.parts) == 1 {
		l.turn.received(l.typ)
		return whole, nil
	}
	l.rest = received{whole.parts[1:], whole.batch, whole.small}
	return received{whole.parts[:1], whole.batch, whole.small}, nil
}

// waitReadable waits until receive would not have to, and takes nothing.
func (l *link) waitReadable(w waiting) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(w, func() (bool, error) { return l.readable(), l.err })
}

func (l *link) readable() bool {
	return l.rest.parts != nil || l.recvErr != nil || len(l.batches) > 0 && l.mayReceive(l.typ) == nil
}

func (l *link) readyToReceive() (bool, error) {
	if l.rest.parts != nil {
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
func (l *link) nextMessage() received {
	batch := l.batches[0]
	count := 1
	if len(batch.counts) > 0 {
		count = int(batch.counts[l.message])
	}
	next := received{parts: batch.frames[l.frame : l.frame+count], batch: batch}
	size := 0
	for _, part := range next.parts {
		size += len(part)
	}
	next.small = size < batch.payload/4 || size == 0
	l.frame += count
	l.message++
	l.took(size)
	if l.frame == len(batch.frames) {
		l.frame, l.message = 0, 0
		l.batches[0] = nil
		l.batches = l.batches[1:]
	}
	return next
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
