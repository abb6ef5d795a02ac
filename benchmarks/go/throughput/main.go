// Command throughput measures one direction: the receiver's clock runs from the first to the
// last message.
package main

import (
	"time"

	"babelmq/benchmarks/child"
	"babelmq/benchmarks/peer"
	"babelmq/zmq4"
)

func main() {
	child.Main(map[string]func(child.Settings){"receive": receive, "send": send})
}

// receive binds, receives the warm-up, then times the messages.
func receive(settings child.Settings) {
	pull, endpoint := peer.Bind(settings, zmq4.PULL)
	child.Ready(map[string]any{"endpoint": endpoint})
	consume := func(count int) {
		for range count {
			_, err := pull.Recv()
			child.Must(err)
		}
	}
	consume(settings.Warmup)
	start := time.Now()
	consume(settings.Count)
	rate := float64(settings.Count) / time.Since(start).Seconds()
	child.Result(map[string]float64{"rate": rate, "bytes": rate * float64(settings.Size)})
	child.WaitForEnd()
}

// send connects, waits for the start and sends everything.
func send(settings child.Settings) {
	push := peer.Connect(settings, zmq4.PUSH)
	child.Ready(map[string]any{})
	child.WaitForGo()
	payload := make([]byte, settings.Size)
	for range settings.Warmup + settings.Count {
		child.Must(push.Send(payload))
	}
	child.WaitForEnd()
}
