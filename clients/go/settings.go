package zmq4

// The options of a context. They are kept here and given to each new socket; what belongs
// to the gateway's own threads is only remembered.

import (
	"math"

	pb "babelmq/zmq4/internal/babelmqv1"
)

type contextSettings struct {
	ioThreads  int
	maxSockets int
	maxMsgsz   int
	ipv6       bool
	blocky     bool
	retryEINTR bool
}

var defaultSettings = contextSettings{
	ioThreads:  IoThreadsDflt,
	maxSockets: MaxSocketsDflt,
	maxMsgsz:   math.MaxInt32,
	blocky:     true,
	retryEINTR: true,
}

// socketOptions returns what a new socket of the context starts with.
func (s *contextSettings) socketOptions() []*pb.SocketOption {
	var options []*pb.SocketOption
	if s.ipv6 {
		options = append(options, intOption(optIpv6, 1))
	}
	if !s.blocky {
		options = append(options, intOption(optLinger, 0))
	}
	if s.maxMsgsz < math.MaxInt32 {
		options = append(options, intOption(optMaxmsgsize, int64(s.maxMsgsz)))
	}
	return options
}

func getSetting[T any](ctx *Context, get func(*contextSettings) T) (T, error) {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	if ctx.closed {
		var zero T
		return zero, ErrorContextClosed
	}
	return get(&ctx.settings), nil
}

func changeSetting(ctx *Context, change func(*contextSettings)) error {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	if ctx.closed {
		return ErrorContextClosed
	}
	change(&ctx.settings)
	return nil
}

// GetIoThreads returns what SetIoThreads has set.
func (ctx *Context) GetIoThreads() (int, error) {
	return getSetting(ctx, func(s *contextSettings) int { return s.ioThreads })
}

// SetIoThreads is accepted and remembered, for programs that call it: the threads that do
// the work are the gateway's.
func (ctx *Context) SetIoThreads(n int) error {
	if n < 0 {
		return EINVAL
	}
	return changeSetting(ctx, func(s *contextSettings) { s.ioThreads = n })
}

// GetMaxSockets returns how many sockets the context may have at once.
func (ctx *Context) GetMaxSockets() (int, error) {
	return getSetting(ctx, func(s *contextSettings) int { return s.maxSockets })
}

// SetMaxSockets sets how many sockets the context may have at once (default 1023).
func (ctx *Context) SetMaxSockets(n int) error {
	if n < 1 {
		return EINVAL
	}
	return changeSetting(ctx, func(s *contextSettings) { s.maxSockets = n })
}

// GetMaxMsgsz returns the largest message that new sockets accept, in bytes.
func (ctx *Context) GetMaxMsgsz() (int, error) {
	return getSetting(ctx, func(s *contextSettings) int { return s.maxMsgsz })
}

// SetMaxMsgsz sets the largest message that new sockets accept, in bytes.
func (ctx *Context) SetMaxMsgsz(n int) error {
	if n < 0 {
		return EINVAL
	}
	return changeSetting(ctx, func(s *contextSettings) { s.maxMsgsz = n })
}

// GetIpv6 returns whether new sockets use IPv6.
func (ctx *Context) GetIpv6() (bool, error) {
	return getSetting(ctx, func(s *contextSettings) bool { return s.ipv6 })
}

// SetIpv6 sets whether new sockets use IPv6 beside IPv4 (default false).
func (ctx *Context) SetIpv6(i bool) error {
	return changeSetting(ctx, func(s *contextSettings) { s.ipv6 = i })
}

// GetBlocky returns whether new sockets linger by default.
func (ctx *Context) GetBlocky() (bool, error) {
	return getSetting(ctx, func(s *contextSettings) bool { return s.blocky })
}

// SetBlocky sets whether new sockets linger by default (default true); see SetLinger.
func (ctx *Context) SetBlocky(i bool) error {
	return changeSetting(ctx, func(s *contextSettings) { s.blocky = i })
}

// GetRetryAfterEINTR returns what SetRetryAfterEINTR has set.
func (ctx *Context) GetRetryAfterEINTR() bool {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	return ctx.settings.retryEINTR
}

// SetRetryAfterEINTR is remembered, for programs that call it: no call of this package is
// interrupted by a signal.
func (ctx *Context) SetRetryAfterEINTR(retry bool) {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	ctx.settings.retryEINTR = retry
}

// GetIoThreads is Context.GetIoThreads of the default context.
func GetIoThreads() (int, error) { return defaultContext().GetIoThreads() }

// SetIoThreads is Context.SetIoThreads of the default context.
func SetIoThreads(n int) error { return defaultContext().SetIoThreads(n) }

// GetMaxSockets is Context.GetMaxSockets of the default context.
func GetMaxSockets() (int, error) { return defaultContext().GetMaxSockets() }

// SetMaxSockets is Context.SetMaxSockets of the default context.
func SetMaxSockets(n int) error { return defaultContext().SetMaxSockets(n) }

// GetMaxMsgsz is Context.GetMaxMsgsz of the default context.
func GetMaxMsgsz() (int, error) { return defaultContext().GetMaxMsgsz() }

// SetMaxMsgsz is Context.SetMaxMsgsz of the default context.
func SetMaxMsgsz(n int) error { return defaultContext().SetMaxMsgsz(n) }

// GetIpv6 is Context.GetIpv6 of the default context.
func GetIpv6() (bool, error) { return defaultContext().GetIpv6() }

// SetIpv6 is Context.SetIpv6 of the default context.
func SetIpv6(i bool) error { return defaultContext().SetIpv6(i) }

// GetBlocky is Context.GetBlocky of the default context.
func GetBlocky() (bool, error) { return defaultContext().GetBlocky() }

// SetBlocky is Context.SetBlocky of the default context.
func SetBlocky(i bool) error { return defaultContext().SetBlocky(i) }

// GetRetryAfterEINTR is Context.GetRetryAfterEINTR of the default context.
func GetRetryAfterEINTR() bool { return defaultContext().GetRetryAfterEINTR() }

// SetRetryAfterEINTR is Context.SetRetryAfterEINTR of the default context.
func SetRetryAfterEINTR(retry bool) { defaultContext().SetRetryAfterEINTR(retry) }
