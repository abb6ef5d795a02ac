package zmq4

// The constants of the ZeroMQ API. Their values are the ones of zmq.h, which is
// what travels to the gateway; nothing here needs libzmq.

import "strings"

// The version of the ZeroMQ API that this package speaks, as Version reports it.
const (
	versionMajor = 4
	versionMinor = 3
	versionPatch = 5
)

// Context defaults of libzmq, kept for programs that refer to them.
const (
	MaxSocketsDflt = 1023
	IoThreadsDflt  = 1
)

// Type specifies the type of a socket, used by NewSocket.
type Type int

// The socket types, for NewSocket.
const (
	PAIR   = Type(0)
	PUB    = Type(1)
	SUB    = Type(2)
	REQ    = Type(3)
	REP    = Type(4)
	DEALER = Type(5)
	ROUTER = Type(6)
	PULL   = Type(7)
	PUSH   = Type(8)
	XPUB   = Type(9)
	XSUB   = Type(10)
	STREAM = Type(11)
)

var typeNames = [...]string{
	"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM",
}

// String returns the socket type as it is written in ZeroMQ's documents, e.g. "REQ".
func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return "<INVALID>"
	}
	return typeNames[t]
}

func (t Type) canSend() bool    { return t != SUB && t != PULL }
func (t Type) canReceive() bool { return t != PUB && t != PUSH }

// Flag modifies one send or receive call.
type Flag int

// Flags for Send and Recv, to be combined with a bitwise or.
const (
	DONTWAIT = Flag(1) // fail with EAGAIN instead of waiting
	SNDMORE  = Flag(2) // more parts of the same message follow
)

// String returns the flags as "DONTWAIT|SNDMORE", or "<NONE>".
func (f Flag) String() string {
	return joinBits(int(f), []bitName{{int(DONTWAIT), "DONTWAIT"}, {int(SNDMORE), "SNDMORE"}})
}

// State is a set of things that a socket is ready for.
type State int

// States for Poller.Add and as returned by GetEvents, to be combined with a bitwise or.
const (
	POLLIN  = State(1) // a message can be received
	POLLOUT = State(2) // a message can be sent
)

// String returns the state as "POLLIN|POLLOUT", or "<NONE>".
func (s State) String() string {
	return joinBits(int(s), []bitName{{int(POLLIN), "POLLIN"}, {int(POLLOUT), "POLLOUT"}})
}

// Mechanism is a security mechanism, as returned by GetMechanism.
type Mechanism int

// The security mechanisms.
const (
	NULL   = Mechanism(0)
	PLAIN  = Mechanism(1)
	CURVE  = Mechanism(2)
	GSSAPI = Mechanism(3)
)

var mechanismNames = [...]string{"NULL", "PLAIN", "CURVE", "GSSAPI"}

// String returns the name of the mechanism.
func (m Mechanism) String() string {
	if m < 0 || int(m) >= len(mechanismNames) {
		return "<INVALID>"
	}
	return mechanismNames[m]
}

type bitName struct {
	bit  int
	name string
}

func joinBits(value int, names []bitName) string {
	var set []string
	for _, n := range names {
		if value&n.bit != 0 {
			set = append(set, n.name)
		}
	}
	if len(set) == 0 {
		return "<NONE>"
	}
	return strings.Join(set, "|")
}

// The numbers of the socket options in zmq.h.
const (
	optAffinity         = 4
	optIdentity         = 5
	optSubscribe        = 6
	optUnsubscribe      = 7
	optRate             = 8
	optRecoveryIvl      = 9
	optSndbuf           = 11
	optRcvbuf           = 12
	optType             = 16
	optLinger           = 17
	optReconnectIvl     = 18
	optBacklog          = 19
	optReconnectIvlMax  = 21
	optMaxmsgsize       = 22
	optSndhwm           = 23
	optRcvhwm           = 24
	optMulticastHops    = 25
	optRcvtimeo         = 27
	optSndtimeo         = 28
	optLastEndpoint     = 32
	optRouterMandatory  = 33
	optTcpKeepalive     = 34
	optTcpKeepaliveCnt  = 35
	optTcpKeepaliveIdle = 36
	optTcpKeepaliveIvl  = 37
	optTcpAcceptFilter  = 38
	optImmediate        = 39
	optXpubVerbose      = 40
	optRouterRaw        = 41
	optIpv6             = 42
	optMechanism        = 43
	optPlainServer      = 44
	optPlainUsername    = 45
	optPlainPassword    = 46
	optCurveServer      = 47
	optCurvePublickey   = 48
	optCurveSecretkey   = 49
	optCurveServerkey   = 50
	optProbeRouter      = 51
	optReqCorrelate     = 52
	optReqRelaxed       = 53
	optConflate         = 54
	optZapDomain        = 55
	optRouterHandover   = 56
	optTos              = 57
	optConnectRid       = 61
	optGssapiServer     = 62
	optGssapiPrincipal  = 63
	optGssapiService    = 64
	optGssapiPlaintext  = 65
	optHandshakeIvl     = 66
	optSocksProxy       = 68
	optXpubNodrop       = 69
	optXpubManual       = 71
	optXpubWelcomeMsg   = 72
	optStreamNotify     = 73
	optInvertMatching   = 74
	optHeartbeatIvl     = 75
	optHeartbeatTtl     = 76
	optHeartbeatTimeout = 77
	optXpubVerboser     = 78
	optConnectTimeout   = 79
	optTcpMaxrt         = 80
	optMulticastMaxtpdu = 84
	optVmciBufferSize   = 85
	optVmciBufferMin    = 86
	optVmciBufferMax    = 87
	optVmciConnTimeout  = 88
)
