package zmq4

// Contexts: who owns sockets, and where their gateway is.

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"syscall"

	"google.golang.org/grpc"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// Context owns sockets and the connections to their gateway. Its methods may be called
// from several goroutines at once.
type Context struct {
	gateway     string
	dialOptions []grpc.DialOption

	mu       sync.Mutex
	closed   bool
	channels []*channel
	links    map[*link]struct{}
	settings contextSettings
}

// Option configures a context; see NewContextWith.
type Option func(*Context)

// WithGateway names the gateway, "host:port" or any other target that gRPC understands,
// for example "unix:///run/babelmq.sock". Without it the environment variable
// BABELMQ_GATEWAY is used, and without that 127.0.0.1:50151.
func WithGateway(address string) Option {
	return func(ctx *Context) { ctx.gateway = address }
}

// WithDialOptions adds options for the connection to the gateway, for example
// credentials or interceptors. They override the ones of this package.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(ctx *Context) { ctx.dialOptions = append(ctx.dialOptions, options...) }
}

// NewContext returns a new context with its own connections to the gateway, which are
// made when the first socket needs them. It does not fail; the error is the original's.
func NewContext() (*Context, error) { return NewContextWith() }

// NewContextWith is NewContext with options.
func NewContextWith(options ...Option) (*Context, error) {
	ctx := &Context{
		gateway:  gatewayFromEnvironment(),
		links:    make(map[*link]struct{}),
		settings: defaultSettings,
	}
	for _, option := range options {
		option(ctx)
	}
	return ctx, nil
}

// The context of the functions that have no receiver. The environment is read when it is
// used first.
var defaultContext = sync.OnceValue(func() *Context {
	ctx, _ := NewContextWith() // never fails
	return ctx
})

// NewSocket returns a new socket of the default context; see Context.NewSocket.
func NewSocket(t Type) (*Socket, error) { return defaultContext().NewSocket(t) }

// Term terminates the default context; see Context.Term.
func Term() error { return defaultContext().Term() }

// NewSocket returns a new socket.
//
// The error says where the gateway was looked for (ECONNREFUSED, ETIMEDOUT), that there
// are too many sockets (EMFILE), or that there is no such type (EINVAL, ENOTSUP). The
// socket is never nil: the methods of one that could not be made return the same error.
//
// A socket that is not closed is closed when it is garbage.
func (ctx *Context) NewSocket(t Type) (*Socket, error) {
	soc := &Socket{typ: t, ctx: ctx}
	soc.sndtimeo.Store(int64(forever))
	soc.rcvtimeo.Store(int64(forever))
	soc.link, soc.err = ctx.open(t)
	if soc.err != nil {
		return soc, soc.err
	}
	runtime.AddCleanup(soc, func(l *link) { go l.close(ErrorSocketClosed) }, soc.link)
	return soc, nil
}

func (ctx *Context) open(t Type) (*link, error) {
	if t < PAIR || t > STREAM {
		return nil, EINVAL
	}
	if t == STREAM {
		return nil, &GatewayError{Name: "ENOTSUP", Message: "STREAM sockets are not offered by the gateway"}
	}
	channel, options, err := ctx.reserve()
	if err != nil {
		return nil, err
	}
	l, err := channel.attach(t, ctx.gateway)
	if err != nil {
		ctx.release(channel, true)
		return nil, err
	}
	if !ctx.adopt(l, channel) {
		l.cancel()
		ctx.release(channel, false)
		return nil, ErrorContextClosed
	}
	return l, l.start(options)
}

// reserve returns a connection with room for one more socket, and counts the socket.
func (ctx *Context) reserve() (*channel, []*pb.SocketOption, error) {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	if ctx.closed {
		return nil, nil, ErrorContextClosed
	}
	if len(ctx.links) >= ctx.settings.maxSockets {
		return nil, nil, Errno(syscall.EMFILE)
	}
	for _, c := range ctx.channels {
		if c.sockets < socketsPerChannel && !c.failed {
			c.sockets++
			return c, ctx.settings.socketOptions(), nil
		}
	}
	c, err := dial(ctx.gateway, ctx.dialOptions)
	if err != nil {
		return nil, nil, err
	}
	c.sockets = 1
	ctx.channels = append(ctx.channels, c)
	return c, ctx.settings.socketOptions(), nil
}

// adopt makes the context responsible for a link, until nothing of it runs any more. It
// fails when Term came in between.
func (ctx *Context) adopt(l *link, c *channel) bool {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	if ctx.closed {
		return false
	}
	ctx.links[l] = struct{}{}
	l.whenDone = func(failed bool) {
		ctx.mu.Lock()
		delete(ctx.links, l)
		ctx.mu.Unlock()
		ctx.release(c, failed)
	}
	return true
}

// release gives a socket's place on its connection back. A connection that failed, or that
// is not needed beside others, is closed once nobody uses it; the next socket dials afresh
// instead of waiting for a back-off.
func (ctx *Context) release(c *channel, failed bool) {
	ctx.mu.Lock()
	c.sockets--
	c.failed = c.failed || failed
	unused := c.sockets == 0 && (c.failed || ctx.closed || len(ctx.channels) > 1)
	if unused {
		ctx.channels = slices.DeleteFunc(ctx.channels, func(other *channel) bool { return other == c })
	}
	ctx.mu.Unlock()
	if unused {
		_ = c.conn.Close() // fails only when it is closed already
	}
}

// Term terminates the context: calls that wait on its sockets return ETERM, sockets that
// are still open are closed, and Term waits until what was sent is handed over, for at
// most the linger period of each socket. It may be called more than once.
func (ctx *Context) Term() error {
	ctx.mu.Lock()
	ctx.closed = true
	links := slices.Collect(maps.Keys(ctx.links))
	ctx.mu.Unlock()
	var closing sync.WaitGroup
	for _, l := range links {
		closing.Go(func() {
			l.close(ETERM)
			l.waitDone()
		})
	}
	closing.Wait()
	ctx.hangUp()
	return nil
}

// hangUp closes the connections that are left when no socket is.
func (ctx *Context) hangUp() {
	ctx.mu.Lock()
	channels := ctx.channels
	ctx.channels = nil
	ctx.mu.Unlock()
	for _, c := range channels {
		_ = c.conn.Close() // fails only when it is closed already
	}
}
