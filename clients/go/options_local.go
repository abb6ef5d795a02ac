package zmq4

// The options that this package has a part in: it keeps the timeouts, and it has to know
// some of the others to behave as libzmq does.

import (
	"strings"
	"time"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// SetSubscribe sets ZMQ_SUBSCRIBE: messages that begin with filter are received from now
// on; the empty filter takes all.
func (soc *Socket) SetSubscribe(filter string) error {
	return soc.command(&pb.Command{Op: &pb.Command_Subscribe{Subscribe: []byte(filter)}})
}

// SetUnsubscribe sets ZMQ_UNSUBSCRIBE: takes one SetSubscribe of the same filter back.
func (soc *Socket) SetUnsubscribe(filter string) error {
	return soc.command(&pb.Command{Op: &pb.Command_Unsubscribe{Unsubscribe: []byte(filter)}})
}

// SetIdentity sets ZMQ_IDENTITY: the routing id by which a ROUTER knows this socket, at
// most 255 bytes, not starting with a zero. To be set before Bind and Connect.
func (soc *Socket) SetIdentity(value string) error { return soc.setBytes(optIdentity, value) }

// GetIdentity returns ZMQ_IDENTITY: the routing id of the socket.
func (soc *Socket) GetIdentity() (string, error) { return soc.getString(optIdentity) }

// SetLinger sets ZMQ_LINGER: how long messages that were sent are kept for delivery after
// the socket is closed (0 = not at all, -1 = as long as the gateway allows).
func (soc *Socket) SetLinger(value time.Duration) error {
	return soc.setKnown(soc.setMillis(optLinger, value), func(l *link) { l.linger = value })
}

// GetLinger returns ZMQ_LINGER; -1 stands for as long as the gateway allows.
func (soc *Socket) GetLinger() (time.Duration, error) { return soc.getMillis(optLinger) }

// SetRcvhwm sets ZMQ_RCVHWM: the high water mark for inbound messages, in messages per
// peer (default 1000, 0 = no limit). At most as many, and never more than 1000, wait in
// this process. To be set before Bind and Connect.
func (soc *Socket) SetRcvhwm(value int) error {
	return soc.setKnown(soc.setInt(optRcvhwm, int64(value)), func(l *link) { l.setHighWater(value) })
}

// SetSndtimeo sets ZMQ_SNDTIMEO: how long a send waits before it fails with EAGAIN
// (0 = not at all, -1 = for ever, which is the default).
func (soc *Socket) SetSndtimeo(value time.Duration) error {
	return soc.setKnown(nil, func(*link) { soc.sndtimeo.Store(int64(value)) })
}

// GetSndtimeo returns ZMQ_SNDTIMEO; -1 stands for ever.
func (soc *Socket) GetSndtimeo() (time.Duration, error) {
	return max(forever, time.Duration(soc.sndtimeo.Load())), soc.usable()
}

// SetRcvtimeo sets ZMQ_RCVTIMEO: how long a receive waits before it fails with EAGAIN
// (0 = not at all, -1 = for ever, which is the default).
func (soc *Socket) SetRcvtimeo(value time.Duration) error {
	return soc.setKnown(nil, func(*link) { soc.rcvtimeo.Store(int64(value)) })
}

// GetRcvtimeo returns ZMQ_RCVTIMEO; -1 stands for ever.
func (soc *Socket) GetRcvtimeo() (time.Duration, error) {
	return max(forever, time.Duration(soc.rcvtimeo.Load())), soc.usable()
}

// SetReqCorrelate sets ZMQ_REQ_CORRELATE: 1 makes a REQ tell replies to older requests apart.
func (soc *Socket) SetReqCorrelate(value int) error { return soc.setInt(optReqCorrelate, int64(value)) }

// SetReqRelaxed sets ZMQ_REQ_RELAXED: 1 lets a REQ send a new request instead of waiting for
// the reply to the one that is out, which is then dropped.
func (soc *Socket) SetReqRelaxed(value int) error {
	return soc.setKnown(soc.setInt(optReqRelaxed, int64(value)), func(l *link) { l.turn.relax(value != 0) })
}

// SetRouterMandatory sets ZMQ_ROUTER_MANDATORY: 1 makes a ROUTER fail with EHOSTUNREACH when
// the peer is not known, instead of dropping the message. Each send then waits until the
// gateway has said which it is.
func (soc *Socket) SetRouterMandatory(value int) error {
	return soc.setKnown(soc.setInt(optRouterMandatory, int64(value)), func(l *link) { l.mandatory = value != 0 })
}

// setKnown lets this package know of an option, unless the gateway has refused it.
func (soc *Socket) setKnown(err error, known func(*link)) error {
	if err != nil {
		return err
	}
	if err := soc.usable(); err != nil {
		return err
	}
	soc.link.mu.Lock()
	defer soc.link.mu.Unlock()
	known(soc.link)
	return nil
}

// usable returns why the socket cannot be used any more, or nil.
func (soc *Socket) usable() error {
	if soc.link == nil {
		return soc.err
	}
	soc.link.mu.Lock()
	defer soc.link.mu.Unlock()
	return soc.link.err
}

// GetType returns ZMQ_TYPE: the type of the socket.
func (soc *Socket) GetType() (Type, error) { return soc.typ, soc.usable() }

// GetRcvmore returns ZMQ_RCVMORE: whether the message that was begun with Recv has more parts.
func (soc *Socket) GetRcvmore() (bool, error) {
	if soc.link == nil {
		return false, soc.err
	}
	soc.link.mu.Lock()
	defer soc.link.mu.Unlock()
	return soc.link.rest.parts != nil, nil
}

// GetEvents returns ZMQ_EVENTS: whether a message can be received, sent, or both, without
// waiting.
func (soc *Socket) GetEvents() (State, error) {
	if soc.link == nil {
		return 0, soc.err
	}
	return soc.link.events()
}

// GetLastEndpoint returns ZMQ_LAST_ENDPOINT: the endpoint that was bound or connected last,
// with what became of its wildcards.
func (soc *Socket) GetLastEndpoint() (string, error) {
	endpoint, err := soc.getString(optLastEndpoint)
	return strings.TrimRight(endpoint, "\x00"), err
}

// GetMechanism returns ZMQ_MECHANISM: the security mechanism.
func (soc *Socket) GetMechanism() (Mechanism, error) {
	value, err := soc.getInt(optMechanism)
	return Mechanism(value), err
}

// GetThreadSafe returns true: sockets of this package may be used by several goroutines.
func (soc *Socket) GetThreadSafe() (bool, error) { return true, soc.usable() }

// GetCurvePublickeyRaw returns ZMQ_CURVE_PUBLICKEY as 32 bytes.
func (soc *Socket) GetCurvePublickeyRaw() (string, error) { return soc.getKey(optCurvePublickey) }

// GetCurvePublickeykeyZ85 returns ZMQ_CURVE_PUBLICKEY as 40 characters.
func (soc *Socket) GetCurvePublickeykeyZ85() (string, error) { return soc.getKeyZ85(optCurvePublickey) }

// GetCurveSecretkeyRaw returns ZMQ_CURVE_SECRETKEY as 32 bytes.
func (soc *Socket) GetCurveSecretkeyRaw() (string, error) { return soc.getKey(optCurveSecretkey) }

// GetCurveSecretkeyZ85 returns ZMQ_CURVE_SECRETKEY as 40 characters.
func (soc *Socket) GetCurveSecretkeyZ85() (string, error) { return soc.getKeyZ85(optCurveSecretkey) }

// GetCurveServerkeyRaw returns ZMQ_CURVE_SERVERKEY as 32 bytes.
func (soc *Socket) GetCurveServerkeyRaw() (string, error) { return soc.getKey(optCurveServerkey) }

// GetCurveServerkeyZ85 returns ZMQ_CURVE_SERVERKEY as 40 characters.
func (soc *Socket) GetCurveServerkeyZ85() (string, error) { return soc.getKeyZ85(optCurveServerkey) }

// getKey accepts both forms of a key from the gateway.
func (soc *Socket) getKey(id int32) (string, error) {
	key, err := soc.getString(id)
	if len(key) == 40 {
		return Z85decode(key), err
	}
	return key, err
}

func (soc *Socket) getKeyZ85(id int32) (string, error) {
	key, err := soc.getKey(id)
	if err != nil {
		return "", err
	}
	return Z85encode(key), nil
}
