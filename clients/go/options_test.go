package zmq4_test

// Options of sockets and contexts, and the small types that print themselves.

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"babelmq/zmq4"
)

func TestNumericOptions(t *testing.T) {
	soc := newSocket(t, newContext(t), zmq4.DEALER)
	options := map[string]struct {
		set func(int) error
		get func() (int, error)
	}{
		"Sndhwm":           {soc.SetSndhwm, soc.GetSndhwm},
		"Rcvhwm":           {soc.SetRcvhwm, soc.GetRcvhwm},
		"Backlog":          {soc.SetBacklog, soc.GetBacklog},
		"Sndbuf":           {soc.SetSndbuf, soc.GetSndbuf},
		"Rcvbuf":           {soc.SetRcvbuf, soc.GetRcvbuf},
		"TcpKeepaliveIdle": {soc.SetTcpKeepaliveIdle, soc.GetTcpKeepaliveIdle},
	}
	for name, option := range options {
		must(t, option.set(17))
		got, err := option.get()
		must(t, err)
		equal(t, name, got, 17)
	}
	must(t, soc.SetMaxmsgsize(1<<20))
	size, err := soc.GetMaxmsgsize()
	must(t, err)
	equal(t, "Maxmsgsize", size, 1<<20)
	mustFail(t, zmq4.EINVAL, soc.SetSndhwm(-5))
	got, err := soc.GetSndhwm()
	must(t, err)
	equal(t, "Sndhwm after a refused change", got, 17)
}

func TestDurationOptions(t *testing.T) {
	soc := newSocket(t, newContext(t), zmq4.DEALER)
	options := map[string]struct {
		set func(time.Duration) error
		get func() (time.Duration, error)
	}{
		"Linger":          {soc.SetLinger, soc.GetLinger},
		"Sndtimeo":        {soc.SetSndtimeo, soc.GetSndtimeo},
		"Rcvtimeo":        {soc.SetRcvtimeo, soc.GetRcvtimeo},
		"ReconnectIvl":    {soc.SetReconnectIvl, soc.GetReconnectIvl},
		"ReconnectIvlMax": {soc.SetReconnectIvlMax, soc.GetReconnectIvlMax},
		"HandshakeIvl":    {soc.SetHandshakeIvl, soc.GetHandshakeIvl},
	}
	for name, option := range options {
		must(t, option.set(1500*time.Millisecond))
		got, err := option.get()
		must(t, err)
		equal(t, name, got, 1500*time.Millisecond)
	}
	for _, name := range []string{"Linger", "Sndtimeo", "Rcvtimeo", "ReconnectIvl"} {
		must(t, options[name].set(-1))
		got, err := options[name].get()
		must(t, err)
		equal(t, name+" without limit", got, -1)
	}
	must(t, soc.SetReconnectIvl(time.Microsecond)) // is not 0, and 0 would be something else
	got, err := soc.GetReconnectIvl()
	must(t, err)
	equal(t, "a very short interval", got, time.Millisecond)
	must(t, soc.SetRcvtimeo(300*time.Microsecond))
	got, err = soc.GetRcvtimeo()
	must(t, err)
	equal(t, "a short timeout", got, 300*time.Microsecond)
}

func TestSwitches(t *testing.T) {
	ctx := newContext(t)
	soc := newSocket(t, ctx, zmq4.DEALER)
	must(t, soc.SetIpv6(true))
	ipv6, err := soc.GetIpv6()
	must(t, err)
	equal(t, "Ipv6", ipv6, true)
	must(t, soc.SetImmediate(true))
	immediate, err := soc.GetImmediate()
	must(t, err)
	equal(t, "Immediate", immediate, true)
	must(t, newSocket(t, ctx, zmq4.XPUB).SetXpubVerbose(1))
	must(t, newSocket(t, ctx, zmq4.PUB).SetXpubNodrop(true))
	must(t, newSocket(t, ctx, zmq4.ROUTER).SetRouterHandover(true))
	must(t, newSocket(t, ctx, zmq4.REQ).SetProbeRouter(1))
	mustFail(t, zmq4.EINVAL, soc.SetSubscribe("a DEALER has no topics"))
}

func TestIdentity(t *testing.T) {
	ctx := newContext(t)
	soc := newSocket(t, ctx, zmq4.DEALER)
	must(t, soc.SetIdentity("I am \x01 not text"))
	got, err := soc.GetIdentity()
	must(t, err)
	equal(t, "identity", got, "I am \x01 not text")
	mustFail(t, zmq4.EINVAL, soc.SetIdentity(string(make([]byte, 300))))
}

func TestFacts(t *testing.T) {
	ctx := newContext(t)
	soc := newSocket(t, ctx, zmq4.XPUB)
	typ, err := soc.GetType()
	must(t, err)
	equal(t, "type", typ, zmq4.XPUB)
	owner, err := soc.Context()
	must(t, err)
	equal(t, "context", owner, ctx)
	mechanism, err := soc.GetMechanism()
	must(t, err)
	equal(t, "mechanism", mechanism, zmq4.NULL)
	safe, err := soc.GetThreadSafe()
	must(t, err)
	equal(t, "thread safe", safe, true)
	endpoint := bind(t, soc)
	var port int
	if _, err := fmt.Sscanf(endpoint, "tcp://127.0.0.1:%d", &port); err != nil || port == 0 {
		t.Errorf("the wildcard became %q", endpoint)
	}
}

func TestContextSettings(t *testing.T) {
	ctx := newContext(t)
	for name, option := range map[string]struct {
		set func(int) error
		get func() (int, error)
	}{
		"IoThreads":  {ctx.SetIoThreads, ctx.GetIoThreads},
		"MaxSockets": {ctx.SetMaxSockets, ctx.GetMaxSockets},
		"MaxMsgsz":   {ctx.SetMaxMsgsz, ctx.GetMaxMsgsz},
	} {
		must(t, option.set(4096))
		got, err := option.get()
		must(t, err)
		equal(t, name, got, 4096)
		mustFail(t, zmq4.EINVAL, option.set(-1))
	}
	must(t, ctx.SetIpv6(true))
	must(t, ctx.SetBlocky(false))
	soc, err := ctx.NewSocket(zmq4.PULL)
	must(t, err)
	ipv6, err := soc.GetIpv6()
	must(t, err)
	equal(t, "Ipv6 of a new socket", ipv6, true)
	linger, err := soc.GetLinger()
	must(t, err)
	equal(t, "Linger of a new socket", linger, 0)
	size, err := soc.GetMaxmsgsize()
	must(t, err)
	equal(t, "Maxmsgsize of a new socket", size, 4096)
	ctx.SetRetryAfterEINTR(false)
	equal(t, "RetryAfterEINTR", ctx.GetRetryAfterEINTR(), false)

	must(t, ctx.Term())
	equal(t, "error after Term", ctx.SetIpv6(false), zmq4.ErrorContextClosed)
	_, err = ctx.GetBlocky()
	equal(t, "error after Term", err, zmq4.ErrorContextClosed)
}

func TestNames(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"REQ": zmq4.REQ, "XSUB": zmq4.XSUB, "<INVALID>": zmq4.Type(-1),
		"DONTWAIT|SNDMORE": zmq4.DONTWAIT | zmq4.SNDMORE, "SNDMORE": zmq4.SNDMORE, "<NONE>": zmq4.Flag(0),
		"POLLIN|POLLOUT": zmq4.POLLIN | zmq4.POLLOUT, "CURVE": zmq4.CURVE,
	} {
		equal(t, "name", got.String(), want)
	}
	equal(t, "name", zmq4.Mechanism(9).String(), "<INVALID>")
	major, minor, _ := zmq4.Version()
	equal(t, "version", fmt.Sprint(major, minor), "4 3")
}

func TestErrno(t *testing.T) {
	equal(t, "of nil", zmq4.AsErrno(nil), 0)
	equal(t, "of something else", zmq4.AsErrno(errors.New("x")), 0)
	equal(t, "of a system error", zmq4.AsErrno(fmt.Errorf("wrapped: %w", syscall.EAGAIN)), zmq4.EAGAIN)
	equal(t, "of the gateway's", zmq4.AsErrno(&zmq4.GatewayError{Name: "EFSM"}), zmq4.EFSM)
	equal(t, "of an unknown name", zmq4.AsErrno(&zmq4.GatewayError{Name: "ENEW", Message: "m"}), 0)
	equal(t, "is", errors.Is(zmq4.EAGAIN, syscall.EAGAIN), true)
	equal(t, "is not", errors.Is(zmq4.EAGAIN, syscall.EINVAL), false)
	equal(t, "timeout", zmq4.EAGAIN.Timeout(), true)
	equal(t, "temporary", zmq4.EFSM.Temporary(), false)
	equal(t, "text", zmq4.ETERM.Error(), "Context was terminated")
	equal(t, "text", zmq4.Error(int(zmq4.EFSM)), "Operation cannot be accomplished in current state")
	equal(t, "text", zmq4.EADDRINUSE.Error(), syscall.EADDRINUSE.Error())
	equal(t, "text", (&zmq4.GatewayError{Name: "EFSM"}).Error(),
		"zmq4: Operation cannot be accomplished in current state (EFSM)")
	equal(t, "text", (&zmq4.GatewayError{Name: "ENEW", Message: "news"}).Error(), "zmq4: news (ENEW)")
}

// The example of RFC 32, and the keys of libzmq's test of CURVE.
func TestZ85(t *testing.T) {
	data := "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B"
	equal(t, "text", zmq4.Z85encode(data), "HelloWorld")
	equal(t, "data", zmq4.Z85decode("HelloWorld"), data)
	equal(t, "no Z85", zmq4.Z85decode("Hello~orld"), "")
	equal(t, "too large", zmq4.Z85decode("#####"), "")
	for name, wrong := range map[string]func(){
		"encode": func() { zmq4.Z85encode("123") },
		"decode": func() { zmq4.Z85decode("1234") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took a wrong length", name)
				}
			}()
			wrong()
		}()
	}
}

func TestCurveKeys(t *testing.T) {
	public, secret, err := zmq4.NewCurveKeypair()
	must(t, err)
	equal(t, "length", len(public), 40)
	again, err := zmq4.AuthCurvePublic(secret)
	must(t, err)
	equal(t, "public key", again, public)
	// From the manual page of zmq_curve: the client's keys.
	known, err := zmq4.AuthCurvePublic("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")
	must(t, err)
	equal(t, "public key", known, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
	_, err = zmq4.AuthCurvePublic("too short")
	mustFail(t, zmq4.EINVAL, err)
}
