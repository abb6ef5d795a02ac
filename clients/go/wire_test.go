package zmq4

// The hand-made encoding against the generated code, both ways.

import (
	"bytes"
	"math/rand"
	"testing"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// someMessages are messages of every kind: short, long, empty, of several frames.
func someMessages(random *rand.Rand, count int) [][][]byte {
	messages := make([][][]byte, count)
	for i := range messages {
		frames := make([][]byte, 1+random.Intn(3)*random.Intn(2))
		for j := range frames {
			frames[j] = make([]byte, []int{0, 1, 10, 127, 128, 300, 20000}[random.Intn(7)])
			random.Read(frames[j])
		}
		messages[i] = frames
	}
	return messages
}

func TestEncodingIsProtobuf(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for round := range 200 {
		messages := someMessages(random, 1+round%20)
		frame := &outFrame{batch: outBatch{firstSeq: uint64(1 + round*round*1000)}}
		if round%2 == 0 {
			frame.request().Window = &pb.ReceiveWindow{LimitSeq: uint64(round)}
		}
		var frames [][]byte
		var counts []uint32
		for _, message := range messages {
			frame.batch.add(message)
			frames = append(frames, message...)
			counts = append(counts, uint32(len(message)))
		}
		encoded, err := codec{}.Marshal(frame)
		if err != nil {
			t.Fatal(err)
		}
		var got pb.AttachRequest
		if err := proto.Unmarshal(encoded.Materialize(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Send.FirstSeq != frame.batch.firstSeq || got.Window.GetLimitSeq() != frame.control.GetWindow().GetLimitSeq() {
			t.Fatalf("round %d: got %v", round, &got)
		}
		compareBatch(t, got.Send.Frames, got.Send.FrameCounts, frames, counts)
	}
}

func TestDecodingIsProtobuf(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	for round := range 200 {
		response := &pb.AttachResponse{Deliver: &pb.Batch{FirstSeq: uint64(round)}}
		if round%2 == 0 {
			response.Window = &pb.SendWindow{AcceptedThrough: 7, LimitSeq: uint64(round)}
		}
		single := true
		for _, message := range someMessages(random, 1+round%20) {
			response.Deliver.Frames = append(response.Deliver.Frames, message...)
			response.Deliver.FrameCounts = append(response.Deliver.FrameCounts, uint32(len(message)))
			single = single && len(message) == 1
		}
		counts := response.Deliver.FrameCounts
		if single {
			response.Deliver.FrameCounts = nil
		}
		data, err := proto.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		var got inFrame
		if err := (codec{}).Unmarshal(mem.BufferSlice{mem.SliceBuffer(data)}, &got); err != nil {
			t.Fatal(err)
		}
		if got.batch.firstSeq != uint64(round) || got.control.GetWindow().GetLimitSeq() != response.Window.GetLimitSeq() {
			t.Fatalf("round %d: got %v", round, got.control)
		}
		compareBatch(t, got.batch.frames, got.batch.counts, response.Deliver.Frames, counts)
	}
}

func compareBatch(t *testing.T, frames [][]byte, counts []uint32, wantFrames [][]byte, wantCounts []uint32) {
	t.Helper()
	if len(frames) != len(wantFrames) {
		t.Fatalf("%d frames, want %d", len(frames), len(wantFrames))
	}
	for i, want := range wantFrames {
		if !bytes.Equal(frames[i], want) {
			t.Fatalf("frame %d differs", i)
		}
	}
	for i, want := range wantCounts {
		if len(counts) == 0 && want != 1 || len(counts) > 0 && counts[i] != want {
			t.Fatalf("counts are %v, want %v", counts, wantCounts)
		}
	}
}

// FuzzDecode: whatever a gateway sends gives an error or messages that can be taken, and
// what the generated code refuses is refused.
func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewSource(3))
	for range 5 {
		batch := &pb.Batch{FirstSeq: 1}
		for _, message := range someMessages(random, 3) {
			batch.Frames = append(batch.Frames, message...)
			batch.FrameCounts = append(batch.FrameCounts, uint32(len(message)))
		}
		data, _ := proto.Marshal(&pb.AttachResponse{Deliver: batch, Heartbeat: &pb.Heartbeat{Nonce: 3}})
		f.Add(data)
	}
	f.Add([]byte{0x22, 0x04, 0x12, 0x05, 'x', 'y'})        // a frame longer than its batch
	f.Add([]byte{0x22, 0x05, 0x12, 0x01, 'x', 0x18, 0x02}) // a count that is not packed, and wrong
	f.Add([]byte{0x22, 0x02, 0x18, 0x00})                  // a message without frames
	f.Fuzz(func(t *testing.T, data []byte) {
		var frame inFrame
		err := frame.decode(mem.SliceBuffer(data))
		var generated pb.AttachResponse
		if refused := proto.Unmarshal(data, &generated); refused != nil && err == nil {
			t.Fatalf("took what the generated code refuses with %v", refused)
		}
		if err != nil {
			return
		}
		l := newLink(PULL, "", nil, func() {})
		if frame.batch == nil {
			return
		}
		frame.batch.firstSeq = 1
		l.takeBatch(frame.batch)
		for range frame.batch.messages() {
			if msg, err := l.receive(notAtAll); err != nil || len(msg.bytes()) == 0 {
				t.Fatalf("a message cannot be taken: %v", err)
			}
		}
	})
}
