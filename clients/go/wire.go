package zmq4

// How frames of the Attach stream become bytes. Batches are encoded and decoded by hand,
// because that is where the time goes: a message is copied once into the bytes that leave,
// and arriving frames are slices of one buffer. Everything else is left to the generated
// code. The tests hold both ways against each other.

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// Field numbers and tags of proto/babelmq/v1/gateway.proto.
const (
	fieldSend    = 4 // AttachRequest.send
	fieldDeliver = 4 // AttachResponse.deliver

	fieldFirstSeq    = 1 // Batch.first_seq
	fieldFrames      = 2 // Batch.frames
	fieldFrameCounts = 3 // Batch.frame_counts

	tagFrames = fieldFrames<<3 | int(protowire.BytesType)
)

// outFrame is one AttachRequest on its way out.
type outFrame struct {
	control *pb.AttachRequest // everything but the batch; nil when there is nothing else
	batch   outBatch
}

// request returns the part of the frame that is not the batch.
func (f *outFrame) request() *pb.AttachRequest {
	if f.control == nil {
		f.control = &pb.AttachRequest{}
	}
	return f.control
}

// outBatch is a run of messages, already encoded as Batch.frames.
type outBatch struct {
	firstSeq uint64
	messages int
	payload  int
	wire     []byte   // what is encoded, in a slab
	slab     *[]byte  // from slabs
	counts   []uint32 // nil as long as every message has one frame
}

// reserve makes room for size more bytes in wire.
func (b *outBatch) reserve(size int) {
	need := len(b.wire) + size
	if need <= cap(b.wire) {
		return
	}
	slab := slabs.Get(max(need, 2*cap(b.wire)))
	wire := append((*slab)[:0], b.wire...)
	b.release()
	b.slab, b.wire = slab, wire
}

func (b *outBatch) release() {
	if b.slab != nil {
		slabs.Put(b.slab)
		b.slab, b.wire = nil, nil
	}
}

// add appends a message, whose bytes are copied.
func (b *outBatch) add(parts [][]byte) {
	if len(parts) != 1 && b.counts == nil {
		b.counts = make([]uint32, b.messages, b.messages+64)
		for i := range b.counts {
			b.counts[i] = 1
		}
	}
	if b.counts != nil {
		b.counts = append(b.counts, uint32(len(parts)))
	}
	for _, part := range parts {
		b.reserve(1 + protowire.SizeBytes(len(part)))
		b.wire = append(b.wire, byte(tagFrames))
		b.wire = protowire.AppendVarint(b.wire, uint64(len(part)))
		b.wire = append(b.wire, part...)
		b.payload += len(part)
	}
	b.messages++
}

func (b *outBatch) lastSeq() uint64 { return b.firstSeq + uint64(b.messages) - 1 }

// encode returns the field AttachRequest.send in pieces. The slab goes with it.
func (b *outBatch) encode() mem.BufferSlice {
	var body, head, tail []byte
	body = protowire.AppendTag(body, fieldFirstSeq, protowire.VarintType)
	body = protowire.AppendVarint(body, b.firstSeq)
	if b.counts != nil {
		tail = appendPacked(tail, fieldFrameCounts, b.counts)
	}
	head = protowire.AppendTag(head, fieldSend, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(len(body)+len(b.wire)+len(tail)))
	*b.slab = b.wire
	out := mem.BufferSlice{mem.SliceBuffer(append(head, body...)), mem.NewBuffer(b.slab, slabs)}
	b.slab, b.wire = nil, nil
	if tail != nil {
		out = append(out, mem.SliceBuffer(tail))
	}
	return out
}

func appendPacked(to []byte, field protowire.Number, values []uint32) []byte {
	size := 0
	for _, v := range values {
		size += protowire.SizeVarint(uint64(v))
	}
	to = protowire.AppendTag(to, field, protowire.BytesType)
	to = protowire.AppendVarint(to, uint64(size))
	for _, v := range values {
		to = protowire.AppendVarint(to, uint64(v))
	}
	return to
}

// inFrame is one AttachResponse that came in.
type inFrame struct {
	control *pb.AttachResponse // everything but the batch; nil when there is nothing else
	batch   *inBatch           // nil when there is none
}

// inBatch is a run of messages. Its frames are slices of one buffer, which goes back to its
// pool when all of them have been released; a frame that was handed to the application as
// it is never is, and then the buffer is left to the garbage collector.
type inBatch struct {
	firstSeq uint64
	frames   [][]byte
	counts   []uint32 // empty when every message has one frame
	payload  int

	buffer mem.Buffer
	left   atomic.Int64 // frames that have not been released
}

var inBatches = sync.Pool{New: func() any { return &inBatch{} }}

// release says that nobody will look at count of the frames again.
func (b *inBatch) release(count int) {
	if b.left.Add(-int64(count)) > 0 {
		return
	}
	b.buffer.Free()
	clear(b.frames)
	*b = inBatch{frames: b.frames[:0], counts: b.counts[:0]}
	inBatches.Put(b)
}

func (b *inBatch) messages() int {
	if len(b.counts) == 0 {
		return len(b.frames)
	}
	return len(b.counts)
}

// check makes sure that the counts and the frames agree, so that nothing later needs to.
func (b *inBatch) check() error {
	if len(b.counts) == 0 {
		return nil
	}
	sum := 0
	for _, count := range b.counts {
		if count == 0 || count > math.MaxInt32 {
			return fmt.Errorf("a message with %d frames", count)
		}
		sum += int(count)
	}
	if sum != len(b.frames) {
		return fmt.Errorf("%d frames where %d were announced", len(b.frames), sum)
	}
	return nil
}

// codec is the grpc codec of the Attach stream. Its name is the one of the generated code,
// because what it makes is the same protobuf.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v any) (mem.BufferSlice, error) {
	frame := v.(*outFrame)
	var out mem.BufferSlice
	if frame.control != nil {
		control, err := proto.Marshal(frame.control)
		if err != nil {
			return nil, err
		}
		out = append(out, mem.SliceBuffer(control))
	}
	if frame.batch.messages > 0 {
		out = append(out, frame.batch.encode()...)
	}
	return out, nil
}

func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	if len(data) > 1 && startsLarge(data[0].ReadOnlyData()) {
		return v.(*inFrame).decode(mem.SliceBuffer(data.Materialize()))
	}
	return v.(*inFrame).decode(data.MaterializeToBuffer(slabs))
}

// largeFrame is the size from which frames are mostly handed to the application as they
// are. Their memory is not taken from the slabs: it would not come back, and be too much.
const largeFrame = 16 << 10

// startsLarge tells whether data begins with a batch whose first frame is large.
func startsLarge(data []byte) bool {
	for _, field := range []protowire.Number{fieldDeliver, fieldFirstSeq, fieldFrames} {
		number, _, n := protowire.ConsumeTag(data)
		if n < 0 || number != field {
			return false
		}
		value, m := protowire.ConsumeVarint(data[n:])
		if m < 0 || number == fieldFrames {
			return m > 0 && value >= largeFrame
		}
		data = data[n+m:]
	}
	return false
}

// decode takes the buffer over.
func (f *inFrame) decode(buffer mem.Buffer) error {
	*f = inFrame{}
	batch := inBatches.Get().(*inBatch)
	batch.buffer = buffer
	control, err := batch.decodeFrame(buffer.ReadOnlyData())
	if err == nil && control != nil {
		f.control = &pb.AttachResponse{}
		err = proto.Unmarshal(control, f.control)
	}
	if err == nil {
		err = batch.check()
	}
	batch.left.Store(int64(len(batch.frames)))
	if err != nil || len(batch.frames) == 0 {
		batch.release(len(batch.frames))
		return err
	}
	f.batch = batch
	return nil
}

// decodeFrame reads an AttachResponse: the batch, and the bytes of everything else.
func (b *inBatch) decodeFrame(data []byte) (control []byte, err error) {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		m := protowire.ConsumeFieldValue(number, kind, data[n:])
		if m < 0 {
			return nil, protowire.ParseError(m)
		}
		if number == fieldDeliver && kind == protowire.BytesType {
			body, _ := protowire.ConsumeBytes(data[n:])
			if err := b.decode(body); err != nil {
				return nil, err
			}
		} else {
			control = append(control, data[:n+m]...)
		}
		data = data[n+m:]
	}
	return control, nil
}

func (b *inBatch) decode(body []byte) error {
	for len(body) > 0 {
		// By far the most frequent field: a frame shorter than 128 bytes.
		if len(body) >= 2 && body[0] == byte(tagFrames) && body[1] < 0x80 {
			end := 2 + int(body[1])
			if end > len(body) {
				return protowire.ParseError(-1)
			}
			b.addFrame(body[2:end:end])
			body = body[end:]
			continue
		}
		n, err := b.decodeField(body)
		if err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}

func (b *inBatch) decodeField(body []byte) (int, error) {
	number, kind, n := protowire.ConsumeTag(body)
	if n < 0 {
		return 0, protowire.ParseError(n)
	}
	m := protowire.ConsumeFieldValue(number, kind, body[n:])
	if m < 0 {
		return 0, protowire.ParseError(m)
	}
	switch value := body[n : n+m]; {
	case number == fieldFirstSeq && kind == protowire.VarintType:
		b.firstSeq, _ = protowire.ConsumeVarint(value)
	case number == fieldFrames && kind == protowire.BytesType:
		frame, _ := protowire.ConsumeBytes(value)
		b.addFrame(frame[:len(frame):len(frame)])
	case number == fieldFrameCounts && kind == protowire.BytesType:
		packed, _ := protowire.ConsumeBytes(value)
		return n + m, b.addCounts(packed)
	case number == fieldFrameCounts && kind == protowire.VarintType:
		count, _ := protowire.ConsumeVarint(value)
		b.counts = append(b.counts, uint32(count))
	}
	return n + m, nil
}

func (b *inBatch) addFrame(frame []byte) {
	b.frames = append(b.frames, frame)
	b.payload += len(frame)
}

func (b *inBatch) addCounts(packed []byte) error {
	for len(packed) > 0 {
		count, n := protowire.ConsumeVarint(packed)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b.counts = append(b.counts, uint32(count))
		packed = packed[n:]
	}
	return nil
}
