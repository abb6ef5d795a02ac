package zmq4_test

import (
	"errors"
	"fmt"
	"time"

	"babelmq/zmq4"
)

// A request and its reply, both ends in one program.
func Example() {
	server, err := zmq4.NewSocket(zmq4.REP)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.Bind("tcp://127.0.0.1:*")
	endpoint, _ := server.GetLastEndpoint()
	go func() {
		request, _ := server.Recv(0)
		server.Send(request+" World", 0)
	}()

	client, _ := zmq4.NewSocket(zmq4.REQ)
	defer client.Close()
	client.Connect(endpoint)
	client.Send("Hello", 0)
	reply, _ := client.Recv(0)
	fmt.Println(reply)
	// Output: Hello World
}

// Waiting for several sockets, and giving up.
func ExamplePoller() {
	tasks, _ := zmq4.NewSocket(zmq4.PULL)
	defer tasks.Close()
	tasks.Bind("inproc://example-tasks")
	worker, _ := zmq4.NewSocket(zmq4.PUSH)
	defer worker.Close()
	worker.Connect("inproc://example-tasks")
	worker.SendMessage("task", 1)

	poller := zmq4.NewPoller()
	poller.Add(tasks, zmq4.POLLIN)
	polled, _ := poller.Poll(5 * time.Second)
	for _, item := range polled {
		task, _ := item.Socket.RecvMessage(0)
		fmt.Println(task)
	}
	_, err := tasks.Recv(zmq4.DONTWAIT)
	fmt.Println(errors.Is(err, zmq4.EAGAIN))
	// Output:
	// [task 1]
	// true
}
