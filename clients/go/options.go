package zmq4

// How options travel: each is a command to the gateway, except the few that this package
// obeys itself. The regular ones are listed in options_set.go and options_get.go.

import (
	"fmt"
	"time"

	pb "babelmq/zmq4/internal/babelmqv1"
)

func intOption(id int32, value int64) *pb.SocketOption {
	return &pb.SocketOption{Id: id, Value: &pb.SocketOption_IntValue{IntValue: value}}
}

func (soc *Socket) setOption(option *pb.SocketOption) error {
	return soc.command(&pb.Command{Op: &pb.Command_SetOption{SetOption: option}})
}

func (soc *Socket) setInt(id int32, value int64) error { return soc.setOption(intOption(id, value)) }

func (soc *Socket) setBool(id int32, value bool) error {
	if value {
		return soc.setInt(id, 1)
	}
	return soc.setInt(id, 0)
}

// setMillis sets an option that ZeroMQ counts in milliseconds, where -1 has a meaning of
// its own. A shorter time is not rounded down to 0, which has one too.
func (soc *Socket) setMillis(id int32, value time.Duration) error {
	switch {
	case value < 0:
		return soc.setInt(id, -1)
	case value > 0 && value < time.Millisecond:
		return soc.setInt(id, 1)
	}
	return soc.setInt(id, int64(value/time.Millisecond))
}

func (soc *Socket) setBytes(id int32, value string) error {
	return soc.setOption(&pb.SocketOption{Id: id, Value: &pb.SocketOption_BytesValue{BytesValue: []byte(value)}})
}

func (soc *Socket) getOption(id int32) (*pb.SocketOption, error) {
	if soc.link == nil {
		return nil, soc.err
	}
	op := &pb.Command_GetOption{GetOption: &pb.SocketOption{Id: id}}
	result, err := soc.link.command(&pb.Command{Op: op})
	return result.GetOption(), err
}

func (soc *Socket) getInt64(id int32) (int64, error) {
	option, err := soc.getOption(id)
	if err != nil {
		return 0, err
	}
	if _, ok := option.GetValue().(*pb.SocketOption_IntValue); !ok {
		return 0, &GatewayError{Name: "EPROTO", Message: fmt.Sprintf("option %d is no number at the gateway", id)}
	}
	return option.GetIntValue(), nil
}

func (soc *Socket) getInt(id int32) (int, error) {
	value, err := soc.getInt64(id)
	return int(value), err
}

func (soc *Socket) getUint64(id int32) (uint64, error) {
	value, err := soc.getInt64(id)
	return uint64(value), err
}

func (soc *Socket) getBool(id int32) (bool, error) {
	value, err := soc.getInt64(id)
	return value != 0, err
}

func (soc *Socket) getMillis(id int32) (time.Duration, error) {
	value, err := soc.getInt64(id)
	if value < 0 {
		return forever, err
	}
	return time.Duration(value) * time.Millisecond, err
}

func (soc *Socket) getString(id int32) (string, error) {
	option, err := soc.getOption(id)
	if err != nil {
		return "", err
	}
	if text, ok := option.GetValue().(*pb.SocketOption_TextValue); ok {
		return text.TextValue, nil
	}
	return string(option.GetBytesValue()), nil
}
