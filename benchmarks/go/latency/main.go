// Command latency measures round trips, one at a time: the median and the 99th percentile.
package main

import (
	"slices"
	"time"

	"babelmq/benchmarks/child"
	"babelmq/benchmarks/peer"
	"babelmq/zmq4"
)

func main() {
	child.Main(map[string]func(child.Settings){"echo": echo, "ask": ask})
}

// echo answers every request with itself until the runner ends this process.
func echo(settings child.Settings) {
	rep, endpoint := peer.Bind(settings, zmq4.REP)
	child.Ready(map[string]any{"endpoint": endpoint})
	for {
		message, err := rep.Recv()
		child.Must(err)
		child.Must(rep.Send(message))
	}
}

// ask times round trips and reports microseconds.
func ask(settings child.Settings) {
	req := peer.Connect(settings, zmq4.REQ)
	child.Ready(map[string]any{})
	child.WaitForGo()
	payload := make([]byte, settings.Size)
	roundTrips(req, payload, settings.Warmup)
	times := roundTrips(req, payload, settings.Count)
	slices.Sort(times)
	child.Result(map[string]float64{"p50": quantile(times, 0.5), "p99": quantile(times, 0.99)})
	child.WaitForEnd()
}

func roundTrips(req peer.Peer, payload []byte, count int) []time.Duration {
	times := make([]time.Duration, count)
	for i := range times {
		start := time.Now()
		child.Must(req.Send(payload))
		_, err := req.Recv()
		child.Must(err)
		times[i] = time.Since(start)
	}
	return times
}

// quantile of sorted times, in microseconds.
func quantile(sorted []time.Duration, share float64) float64 {
	return float64(sorted[int(share*float64(len(sorted)-1))].Nanoseconds()) / 1000
}
