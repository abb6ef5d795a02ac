package zmq4

// Commands: bind, connect, options. They travel in order with the messages, and their
// results come back in that order.

import pb "babelmq/zmq4/internal/babelmqv1"

type commands struct {
	lastCommand uint64                       // id of the last one that was queued
	answered    uint64                       // id of the last one whose result came
	results     map[uint64]*pb.CommandResult // for the calls that wait
}

// command has the gateway do something and returns the result.
func (l *link) command(command *pb.Command) (*pb.CommandResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.do(command)
}

// do is command for callers that hold l.mu; it gives it away while it waits.
func (l *link) do(command *pb.Command) (*pb.CommandResult, error) {
	if l.err != nil {
		return nil, l.err
	}
	l.lastCommand++
	id := l.lastCommand
	command.CommandId = id
	request := l.controlFrame().request()
	request.Commands = append(request.Commands, command)
	l.wakeWriter()
	err := l.wait(waiting{timeout: forever}, func() (bool, error) { return l.answered >= id, l.err })
	result := l.results[id]
	delete(l.results, id)
	if result == nil {
		return nil, err
	}
	if result.GetError() != nil {
		return nil, gatewayError(result.GetError())
	}
	return result, nil
}

// controlFrame returns the frame that the next command goes into: commands are obeyed
// before the messages of their frame, so one that has messages already will not do.
func (l *link) controlFrame() *outFrame {
	if n := len(l.queue); n > 0 && l.queue[n-1].batch.messages == 0 {
		return l.queue[n-1]
	}
	frame := &outFrame{}
	l.queue = append(l.queue, frame)
	return frame
}

func (l *link) takeResult(result *pb.CommandResult) {
	l.answered = max(l.answered, result.GetCommandId())
	if l.answered >= l.dropUntil {
		l.dropUntil = 0
	}
	l.results[result.GetCommandId()] = result
}

// attach is a bind or connect: from now on messages may come.
func (l *link) attach(command *pb.Command) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listen()
	_, err := l.do(command)
	return err
}
